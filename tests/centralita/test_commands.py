"""The command line: what it says of files, ledgers, nodes and passwords, and how it fails."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest
import structlog
from typer.testing import CliRunner

from centralita.client import NodeClient, NodeUnreachable
from centralita.commands import app
from centralita.journal import Journal
from records.ledger.ledger import Ledger
from tests.kit.ports import free_port
from tests.kit.small_centre import ACCOUNT, write_centre

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from typer.testing import Result

    from centralita.node import Node

CARD = "4111111111111111"


def run(*words: object, given: str | None = None, **environment: str) -> Result:
    """One command."""
    return CliRunner().invoke(app, [str(word) for word in words], input=given, env=environment)


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """`serve` sets the logs up for the whole process."""
    yield
    structlog.reset_defaults()


@pytest.mark.parametrize(
    "command", [[], ["serve"], ["check"], ["contacts"], ["contact"], ["phone", "dial"], ["agent"], ["bans"]]
)
def test_every_command_explains_itself(command: list[str]) -> None:
    shown = run(*command, "--help")
    assert shown.exit_code == 0
    assert "Usage" in shown.output


def test_check_says_well_or_names_each_fault(tmp_path: Path) -> None:
    config = write_centre(tmp_path)
    well = run("check", "--config", config)
    assert (well.exit_code, "well" in well.output) == (0, True)
    with (config / "queues.yaml").open("a") as file:
        file.write("nobody_knows_this: 1\n")
    broken = run("check", "--config", config)
    assert broken.exit_code == 1
    assert 'queues.yaml:7: unknown key "nobody_knows_this"' in broken.output.replace("\n", "")
    assert run("check", "--config", tmp_path / "nowhere").exit_code == 1


def test_check_counts_warnings_only_when_asked_to(tmp_path: Path) -> None:
    config = write_centre(tmp_path)
    menu = config / "menus/main.yaml"
    menu.write_text(menu.read_text() + "defaults: {timeout: 2}\n")
    told = run("check", "--config", config)
    assert told.exit_code == 0
    assert "main.yaml:16: warning: 2 s are too short" in told.output.replace("\n", "")
    assert "0 errors, 1 warning in 10 files" in told.output
    assert run("check", "--config", config, "--strict").exit_code == 1
    listed = json.loads(run("check", "--config", config, "--json").output)
    assert (listed["errors"], listed["warnings"], listed["files"]) == (0, 1, 10)
    (fault,) = listed["faults"]
    assert (fault["line"], fault["severity"], fault["mend"]) == (16, "warning", "give them 4 s or more")


def test_check_lists_faults_of_menus_beside_those_of_numbers_and_agents(tmp_path: Path) -> None:
    config = write_centre(tmp_path)
    (config / "agents.yaml").write_text("agents: nobody\n")
    menu = config / "menus/main.yaml"
    menu.write_text(menu.read_text().replace("next: end", "next: edn"))
    told = run("check", "--config", config).output.replace("\n", "")
    assert "agents.yaml:1: agents: must be a list" in told
    assert 'main.yaml:13: there is no step edn (did you mean "end"?)' in told


def test_serve_refuses_the_faults_that_check_names(tmp_path: Path) -> None:
    config = write_centre(tmp_path)
    (config / "numbers.yaml").write_text("numbers: nothing\n")
    refused = run("serve", "--config", config, "--state", tmp_path / "state")
    assert refused.exit_code == 1
    assert "numbers.yaml:1: " in refused.output.replace("\n", "")
    assert "Traceback" not in refused.output


@pytest.mark.parametrize(
    "words",
    [
        ["--log-level", "loud"],
        ["--sip", "somewhere"],
        ["--http", "127.0.0.1"],
        ["--rtp-ports", "9"],
        ["--rtp-ports", "20-10"],
        ["--rtp-ports", "21-22"],
        ["--drain-limit", "soon"],
        ["--drain-limit", "-3"],
    ],
)
def test_serve_refuses_options_that_are_none(words: list[str]) -> None:
    assert run("serve", *words).exit_code == 2


def test_serve_says_that_a_state_folder_cannot_be_kept(tmp_path: Path) -> None:
    (tmp_path / "state").touch()
    refused = run("serve", "--config", write_centre(tmp_path), "--state", tmp_path / "state")
    assert (refused.exit_code, type(refused.exception)) == (1, SystemExit)
    assert "--state names a folder" in refused.output


def test_a_ledger_that_cannot_be_read_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").mkdir()
    refused = run("contacts", "--state", tmp_path)
    assert (refused.exit_code, type(refused.exception)) == (1, SystemExit)
    assert "ledger.sqlite: Is a directory" in refused.output


def test_contacts_are_listed_and_shown_by_the_beginning_of_their_id(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    ledger.start()
    Journal(ledger)("c1abc", None, "contact.opened", {"ani": "600", "dnis": "100", "profile": "external"})
    Journal(ledger)("c1abc", None, "contact.closed", {"outcome": "menu", "status": 200, "cause": 16})
    ledger.close()
    listed = run("contacts", "--state", tmp_path, "--json")
    assert [each["id"] for each in json.loads(listed.output)] == ["c1abc"]
    assert "c1abc" in run("contacts", "--state", tmp_path).output
    assert "menu" in run("contact", "c1", "--state", tmp_path).output
    assert (
        json.loads(run("contact", "c1", "--state", tmp_path, "--json").output)["contact"]["outcome"] == "menu"
    )
    record = json.loads(run("contact", "c1", "--state", tmp_path, "--record").output)
    assert (record["contact"], record["ending"]["outcome"]) == ("c1abc", "menu")
    assert json.loads(run("contact", "c1", "--state", tmp_path, "--record", "--json").output) == record
    for pair in (("--json", "--messages"), ("--record", "--messages"), ("--json", "--pcap", "x.pcap")):
        assert run("contact", "c1", "--state", tmp_path, *pair).exit_code == 2
    missing = run("contact", "nothing", "--state", tmp_path)
    assert (missing.exit_code, "nothing" in missing.output) == (1, True)


def test_contacts_are_found_by_number_time_and_outcome(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    ledger.start()
    for contact, number, outcome in (("c1", "+34600", "menu"), ("c2", "+34700", "answered")):
        Journal(ledger)(contact, None, "contact.opened", {"ani": number, "dnis": "100"})
        Journal(ledger)(contact, None, "contact.closed", {"outcome": outcome, "length": 0.0})
    ledger.close()

    def found(*words: str) -> list[str]:
        shown = run("contacts", "--state", tmp_path, "--json", *words)
        return [each["id"] for each in json.loads(shown.output)]

    assert found("--number", "+346") == ["c1"]
    assert found("--outcome", "answered", "--since", "2020-01-01") == ["c2"]
    assert found("--until", "2020-01-01T10:00") == []
    assert run("contacts", "--state", tmp_path, "--queue", "nowhere").exit_code == 2
    wrong = run("contacts", "--state", tmp_path, "--since", "yesterday")
    assert (wrong.exit_code, "2026-11-23" in wrong.output) == (2, True)


def test_contacts_whose_segments_do_not_add_up_are_listed(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    ledger.start()
    journal = Journal(ledger)
    journal("c1", None, "contact.opened", {"ani": "600"})
    journal("c1", None, "contact.closed", {"outcome": "menu", "length": 0.0})
    ledger.close()
    well = run("records", "check", "--state", tmp_path)
    assert (well.exit_code, "add up" in well.output) == (0, True)
    ledger = Ledger(tmp_path / "ledger.sqlite")
    ledger.start()
    journal = Journal(ledger)
    journal("c2", None, "contact.opened", {"ani": "600"})
    journal("c2", None, "contact.closed", {"outcome": "menu", "length": 90.0})
    ledger.close()
    off = run("records", "check", "--state", tmp_path, "--json")
    assert off.exit_code == 1
    ((row),) = json.loads(off.output)
    assert (row["contact"], round(row["off_by"])) == ("c2", 90)
    assert "the sums are off by" in run("contact", "c2", "--state", tmp_path).output


def test_why_a_contact_got_its_agent_is_told(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    ledger.start()
    journal = Journal(ledger)
    for contact in ("c1abc", "c2abc"):
        journal(contact, None, "contact.opened", {"ani": "600", "dnis": "100", "profile": "external"})
    explained = {"chosen": {"agent": "ana"}, "idle": ["ana"], "others": {"wrap_up": ["ben"]}}
    journal("c1abc", None, "queue.joined", {"queue": "shop"})
    journal(
        "c1abc", None, "reservation.created", {"reservation": "r1", "agent": "ana", "explained": explained}
    )
    ledger.close()
    shown = run("why", "c1", "--state", tmp_path).output
    assert "the only one free and able" in shown
    assert "in wrap-up" in shown
    (stay,) = json.loads(run("why", "c1", "--state", tmp_path, "--json").output)["stays"]
    assert stay["decisions"][0]["passed_over"] == [{"why": "in wrap-up", "agents": ["ben"], "more": 0}]
    assert run("why", "c2", "--state", tmp_path).output == "contact c2abc was in no queue\n"
    assert run("why", "nothing", "--state", tmp_path).exit_code == 1


def test_an_agents_history_is_read_and_the_tables_made_anew(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    ledger.start()
    journal = Journal(ledger)
    journal("", None, "agent.status", {"agent": "ana", "status": "available"})
    journal("", None, "agent.status", {"agent": "piotr", "status": "available"})
    journal("c1", None, "contact.opened", {"ani": "600"})
    ledger.close()
    shown = run("agent", "history", "ana", "--state", tmp_path)
    assert "Agent ana is available" in shown.output
    assert "piotr" not in shown.output
    rebuilt = run("records", "rebuild", "--state", tmp_path)
    assert (rebuilt.exit_code, rebuilt.output) == (0, "all that is derived was made anew from 3 events\n")
    assert run("records", "rebuild", "--state", tmp_path / "none").exit_code == 1


def test_without_a_ledger_contacts_say_which_option_helps(tmp_path: Path) -> None:
    for words in (["contacts"], ["contact", "c1"], ["why", "c1"]):
        shown = run(*words, "--state", tmp_path / "nowhere")
        assert shown.exit_code == 1
        assert "--state" in shown.output


def test_a_phone_is_not_bound_to_an_address_that_nobody_can_reach() -> None:
    shown = run("phone", "dial", "100", "--bind", "0.0.0.0:0")
    assert shown.exit_code == 1
    assert "--bind" in shown.output


def test_a_trunks_password_is_kept_for_itself_and_shown_nowhere(tmp_path: Path) -> None:
    folder, state = write_centre(tmp_path), tmp_path / "state"
    external = tmp_path / "sip_profiles" / "external.yaml"
    text = external.read_text().rstrip("\n")
    external.write_text(f"{text}\n  - {{name: proven, host: carrier.example, login: we}}\n")
    places = ("--config", folder, "--state", state)
    for trunk, given, says in (
        ("provn", "x\n", 'no trunk is called "provn"'),
        ("carrier", "x\n", "has no login"),
        ("proven", "\n", "one line of plain letters"),
        ("proven", "caña\n", "one line of plain letters"),
    ):
        refused = run("trunk", "password", trunk, *places, given=given)
        assert (refused.exit_code, says in refused.output) == (1, True), refused.output
    done = run("trunk", "password", "proven", *places, given="lemon-Kettle-9\n")
    assert done.exit_code == 0
    assert "lemon" not in done.output
    kept = state / "trunk-passwords.yaml"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "lemon-Kettle-9" in kept.read_text()
    assert run("trunk", "password", "proven", *places, "--remove").exit_code == 0
    assert "lemon" not in kept.read_text()
    entries = json.loads(run("audit", "--state", state, "--json").stdout)
    assert [(each["act"], each["on"]) for each in entries] == [
        ("trunk password --remove", {"trunk": "proven"}),
        ("trunk password", {"trunk": "proven"}),
    ]


def test_a_password_is_made_and_only_its_hash_is_kept(tmp_path: Path) -> None:
    config, state = write_centre(tmp_path), tmp_path / "state"
    state.mkdir()
    made = run("agent", "password", ACCOUNT, "--config", config, "--state", state)
    assert made.exit_code == 0
    password = made.output.splitlines()[0]
    (entry,) = json.loads(run("audit", "--state", state, "--json").stdout)
    assert (entry["act"], entry["on"]) == ("agent password", {"account": ACCOUNT})
    kept = state / "credentials.yaml"
    assert password not in kept.read_text()
    assert kept.stat().st_mode & 0o777 == 0o600
    given = run(
        "agent",
        "password",
        ACCOUNT,
        "--config",
        config,
        "--state",
        state,
        "--stdin",
        given="a-Good-one-48\n",
    )
    assert given.exit_code == 0
    assert "a-Good-one-48" not in given.output + kept.read_text()


@pytest.mark.parametrize(
    ("account", "password", "says"),
    [
        ("1009", "a-Good-one-48", "did you mean"),
        (ACCOUNT, "1001", "shorter than 12"),
        (ACCOUNT, "", "shorter than 12"),
    ],
)
def test_a_password_that_is_too_weak_or_for_nobody_is_refused(
    tmp_path: Path, account: str, password: str, says: str
) -> None:
    config = write_centre(tmp_path)
    words = ("agent", "password", account, "--config", config, "--state", tmp_path, "--stdin")
    refused = run(*words, given=password + "\n")
    assert refused.exit_code == 1
    assert says in refused.output
    assert not (tmp_path / "credentials.yaml").exists()


@pytest.mark.parametrize(
    "words", [["dial", "100", "--script", f"key {CARD}"], ["answer", "--script", f"until {CARD}"]]
)
def test_a_bad_script_is_refused_without_its_digits(words: list[str]) -> None:
    refused = run("phone", *words)
    assert refused.exit_code == 1
    assert CARD not in refused.output


def test_a_phone_without_its_password_says_where_it_is_expected(tmp_path: Path) -> None:
    for extra in ([], ["--password-file", tmp_path / "nowhere"]):
        refused = run("phone", "dial", "100", "--account", ACCOUNT, *extra, CENTRALITA_PHONE_PASSWORD="")
        assert refused.exit_code == 1
        assert "password" in refused.output


async def test_agents_of_a_running_node_are_listed_and_changed(node: Node) -> None:
    def ask(*words: str) -> Result:
        return run("agent", *words, "--state", node.options.state)

    listed = await asyncio.to_thread(run, "agents", "--json", "--state", node.options.state)
    assert [each["id"] for each in json.loads(listed.output)] == ["ana", "john"]
    assert (await asyncio.to_thread(ask, "available", "ana")).output.startswith("ana: available")
    shown = await asyncio.to_thread(ask, "not-ready", "ana", "--reason", "lunch")
    assert shown.output.startswith("ana: not_ready (lunch)")
    assert (await asyncio.to_thread(ask, "logout", "ana")).exit_code == 0
    assert (await asyncio.to_thread(ask, "wrap-up-over", "ana")).exit_code == 0
    assert "Ana" in (await asyncio.to_thread(run, "agents", "--state", node.options.state)).output


async def test_bans_of_a_running_node_are_listed_and_lifted(node: Node) -> None:
    def ask(*words: str) -> Result:
        return run("bans", *words, "--state", node.options.state)

    assert (await asyncio.to_thread(ask, "list")).output == "nobody is banned\n"
    node.parts.admission.guard.scan("2001:db8::1", now=node.parts.endpoint.now())
    (ban,) = json.loads((await asyncio.to_thread(ask, "list", "--json")).output)
    assert (ban["source"], ban["why"]) == ("2001:db8::/64", "scanner")
    assert "2001:db8::/64" in (await asyncio.to_thread(ask, "list")).output
    assert (await asyncio.to_thread(ask, "remove", "2001:db8::/64")).exit_code == 0
    again = await asyncio.to_thread(ask, "remove", "2001:db8::/64")
    assert (again.exit_code, "not banned" in again.output) == (1, True)


@pytest.mark.parametrize("agent", ["nobody", "a b", "../queues", "ana/status", "☎", "%2e"])
async def test_an_agent_that_is_none_is_an_error_in_words(node: Node, agent: str) -> None:
    refused = await asyncio.to_thread(run, "agent", "available", agent, "--state", node.options.state)
    assert refused.exit_code == 1
    assert "centralita: " in refused.output
    assert "Traceback" not in refused.output


def test_without_a_node_the_client_says_what_to_do(tmp_path: Path) -> None:
    refused = run("agents", "--state", tmp_path)
    assert refused.exit_code == 1
    assert f"start one with `centralita serve --state {tmp_path}`" in refused.output


@pytest.mark.parametrize("address", ["127.0.0.1:{free}", "nonsense", "127.0.0.1:port", "[::", ""])
def test_an_address_where_nobody_answers_is_an_error_in_words(tmp_path: Path, address: str) -> None:
    (tmp_path / "api-key").write_text("key\n")
    (tmp_path / "http-address").write_text("127.0.0.1:1\n")
    client = NodeClient(tmp_path, address.format(free=free_port()))
    with pytest.raises(
        NodeUnreachable, match=rf"no node answers.*; start it with `centralita serve --state {tmp_path}`"
    ):
        client.ask("GET", "/api/v1/agents")
