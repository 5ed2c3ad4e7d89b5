"""`centralita people` and `audit`, with a running node and without one."""

from __future__ import annotations

import asyncio
import json
import stat
from typing import TYPE_CHECKING, Any

import pyotp
import pytest
from typer.testing import CliRunner, Result

from centralita.client import NodeClient, NodeRefused
from centralita.commands import app
from centralita.state import alone
from records.database import Database
from records.people import passwords
from records.people.passwords import Cost
from tests.kit.doorstep import PASSWORD
from tests.kit.small_centre import small_node

if TYPE_CHECKING:
    from pathlib import Path

OTHER = "walnut-Ferry-81"


class Terminal:
    """Somebody at the terminal of a state folder."""

    def __init__(self, folder: Path) -> None:
        self.state, self.config = folder / "state", folder / "config"

    def run(self, *words: str, given: str = "") -> Result:
        environment = {"CENTRALITA_STATE": str(self.state), "CENTRALITA_CONFIG": str(self.config)}
        return CliRunner().invoke(app, words, input=given, env=environment)

    def done(self, *words: str, given: str = "") -> str:
        found = self.run(*words, given=given)
        assert found.exit_code == 0, found.output
        return found.stdout

    def json(self, *words: str) -> Any:
        return json.loads(self.done(*words, "--json"))

    def refused(self, *words: str, given: str = "", code: int = 1) -> str:
        found = self.run(*words, given=given)
        assert found.exit_code == code, found.output
        assert "Traceback" not in found.output
        return found.output


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    cheap = passwords.Passwords
    monkeypatch.setattr(passwords, "Passwords", lambda: cheap(Cost(1, 8, 1)))
    return Terminal(tmp_path)


def add(terminal: Terminal, person: str, role: str = "supervisor", *more: str, given: str = "") -> str:
    return terminal.done(
        "people", "add", person, "--name", f"Name of {person}", "--role", role, *more, given=given
    )


def test_what_comes_next_is_said_and_programs_get_it_as_json(terminal: Terminal) -> None:
    alone_ = terminal.run("people", "add", "ewa", "--name", "Ewa", "--role", "supervisor")
    assert "no password yet: centralita people invite ewa" in alone_.stderr
    made = json.loads(add(terminal, "eva", "supervisor", "--client", "bank", "--invite", "--json"))
    assert (made["id"], made["role"], made["clients"]) == ("eva", "supervisor", ["bank"])
    assert made["invitation"].startswith("ci_")
    again = terminal.json("people", "invite", "eva")
    assert again["id"] == "eva"
    assert again["invitation"] not in ("", made["invitation"])
    assert json.loads(add(terminal, "joe", "administrator", "--json"))["invitation"] is None


def test_somebody_is_invited_chooses_a_password_and_could_sign_in(terminal: Terminal) -> None:
    invitation = add(terminal, "eva.lopez", "supervisor", "--client", "bank", "--invite").strip()
    assert invitation.startswith("ci_")
    assert "shorter" in terminal.refused("people", "accept", given=f"{invitation}\nshort\n")
    terminal.done("people", "accept", given=f"{invitation}\n{PASSWORD}\n")
    assert "invitation" in terminal.refused("people", "accept", given=f"{invitation}\n{OTHER}\n")
    assert "supervisor" in terminal.done("people", "login-test", "eva.lopez", given=f"{PASSWORD}\n")
    terminal.refused("people", "login-test", "eva.lopez", given=f"{OTHER}\n")
    terminal.refused("people", "login-test", "nobody", given=f"{OTHER}\n")
    shown = terminal.json("people", "show", "eva.lopez")
    assert shown["clients"] == ["bank"]
    assert shown["has_password"] is True
    acts = [(each["act"], each["result"]) for each in terminal.json("audit")]
    assert acts == [
        ("people login-test", "refused"),
        ("people login-test", "refused"),
        ("people login-test", "done"),
        ("people accept", "done"),
        ("people invite", "done"),
        ("people add", "done"),
    ]
    assert [each["on"] for each in terminal.json("audit", "--act", "accept")] == [{"person": "eva.lopez"}]
    assert len(terminal.json("audit", "--result", "refused", "--limit", "1")) == 1
    assert terminal.json("audit", "--since", "2999-01-01") == []
    assert "people add" in terminal.done("audit")


def test_an_app_is_set_up_and_its_code_is_asked_for_once(terminal: Terminal) -> None:
    add(terminal, "eva", "supervisor", "--password", given=f"{PASSWORD}\n")
    refused = terminal.run("people", "totp", "eva", given="000000\n")
    assert refused.exit_code == 1
    secret = pyotp.parse_uri(refused.stdout.splitlines()[0])
    assert isinstance(secret, pyotp.TOTP)
    terminal.done("people", "login-test", "eva", given=f"{PASSWORD}\n")
    assert "no second factor" in terminal.refused("people", "totp", "eva", "--remove")


def test_nothing_wrong_is_taken_and_each_refusal_says_what_would_be_right(terminal: Terminal) -> None:
    add(terminal, "eva")
    name = ("--name", "X")
    assert "did you mean" in terminal.refused("people", "add", "x", *name, "--role", "viewr", code=2)
    assert "one client" in terminal.refused("people", "add", "x", *name, "--role", "viewer")
    assert "another" in terminal.refused("people", "add", "eva", *name, "--role", "agent")
    assert "small letters" in terminal.refused("people", "add", "Eva L", *name, "--role", "agent")
    assert "nobody has" in terminal.refused("people", "show", "nobody")
    assert "say what" in terminal.refused("people", "edit", "eva", code=2)
    assert "only email" in terminal.refused("people", "edit", "eva", "--no", "role", code=2)
    assert "cannot be given" in terminal.refused("people", "edit", "eva", "--grant", "people:write")
    assert "standard input" in terminal.refused("people", "password", "eva")
    assert "for people only" in terminal.refused("people", "key", "add", "k", "--permission", "keys:write")
    assert "did you mean" in terminal.refused("people", "key", "add", "k", "--permission", "figure:read")
    assert "no API key" in terminal.refused("people", "key", "revoke", "zzz")
    assert "no moment" in terminal.refused("audit", "--since", "yesterday", code=2)


def test_people_change_leave_and_come_back(terminal: Terminal) -> None:
    add(terminal, "eva", "supervisor", "--team", "norte", "--email", "eva@example.com")
    terminal.done("people", "edit", "eva", "--client", "bank", "--no", "teams", "--no", "email")
    shown = terminal.json("people", "show", "eva")
    assert (shown["clients"], shown["teams"], shown["email"]) == (["bank"], None, None)
    terminal.done("people", "disable", "eva")
    assert terminal.json("people", "list")[0]["active"] is False
    assert "disabled" in terminal.done("people", "list", "--role", "supervisor")
    terminal.done("people", "enable", "eva")
    assert terminal.json("people", "list")[0]["active"] is True
    assert terminal.json("people", "list", "--role", "agent") == []
    assert "nobody" in terminal.done("people", "sessions")


def test_a_key_is_shown_once_and_revoked(terminal: Terminal) -> None:
    add(terminal, "eva", "supervisor", "--client", "bank")
    key = terminal.done("people", "key", "add", "wall", "--permission", "figures:read", "--days", "3").strip()
    assert "no more than" in terminal.refused(
        "people", "key", "add", "w", "--permission", "figures:read", "--client", "shop", "--person", "eva"
    )
    terminal.done("people", "key", "add", "hers", "--permission", "figures:read", "--person", "eva")
    (mine,) = [each for each in terminal.json("people", "key", "list") if each["name"] == "wall"]
    (hers,) = terminal.json("people", "key", "list", "--person", "eva")
    assert hers["clients"] == ["bank"]
    assert key not in json.dumps(terminal.json("people", "key", "list"))
    terminal.done("people", "key", "revoke", mine["id"])
    assert "already" in terminal.refused("people", "key", "revoke", mine["id"])
    assert [each["name"] for each in terminal.json("people", "key", "list")] == ["hers"]
    assert "revoked" in terminal.done("people", "key", "list", "--all")


def test_no_secret_stays_in_the_state_folder_and_it_is_private(terminal: Terminal) -> None:
    add(terminal, "eva", "supervisor", "--password", given=f"{PASSWORD}\n")
    invitation = terminal.done("people", "invite", "eva").strip()
    key = terminal.done("people", "key", "add", "wall", "--permission", "figures:read").strip()
    uri = terminal.run("people", "totp", "eva", given="000000\n").stdout.splitlines()[0]
    for file in terminal.state.rglob("*"):
        kept = file.read_bytes() if file.is_file() else b""
        for secret in (PASSWORD, invitation, key, pyotp.parse_uri(uri).secret):
            assert secret.encode() not in kept, file
    assert stat.S_IMODE(terminal.state.stat().st_mode) == 0o700
    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in terminal.state.iterdir()}
    assert (modes["people.key"], modes["ledger.sqlite"]) == (0o600, 0o600)


def test_nothing_is_changed_while_a_node_starts_that_could_not_note_it(terminal: Terminal) -> None:
    add(terminal, "eva")
    with alone(terminal.state):
        said = terminal.refused("people", "key", "add", "wall", "--permission", "figures:read")
        assert "no node" in said
        terminal.refused("people", "disable", "eva")
        assert terminal.json("people", "list")[0]["active"] is True
    assert terminal.json("people", "key", "list") == []


async def test_with_a_running_node_acts_count_at_once_and_stand_in_its_chain(
    terminal: Terminal, tmp_path: Path
) -> None:
    node = small_node(tmp_path)
    terminal.state = node.options.state
    await node.start()
    try:

        async def done(*words: str) -> str:
            return await asyncio.to_thread(terminal.done, *words)

        await done("people", "add", "eva", "--name", "Eva", "--role", "supervisor")
        key = (
            await done("people", "key", "add", "wall", "--permission", "agents:read", "--person", "eva")
        ).strip()
        (node.options.state / "other").mkdir()
        (node.options.state / "other/api-key").write_text(key)
        client = NodeClient(node.options.state / "other", "{}:{}".format(*node.parts.http_address))
        assert (await asyncio.to_thread(client.ask, "GET", "/api/v1/agents"))["items"]
        with pytest.raises(NodeRefused, match="people:read"):
            await asyncio.to_thread(client.ask, "GET", "/api/v1/people")
        await done("people", "disable", "eva")
        with pytest.raises(NodeRefused, match="sign in"):
            await asyncio.to_thread(client.ask, "GET", "/api/v1/agents")
        acts = [each["act"] for each in await asyncio.to_thread(terminal.json, "audit", "--act", "people")]
        assert acts == ["people disable", "people key add", "people add"]
    finally:
        await node.stop()
    with Database.of(node.options.state / "ledger.sqlite").read() as connection:
        nodes = connection.exec_driver_sql(
            "SELECT DISTINCT node FROM event WHERE type = 'audit.act'"
        ).scalars()
        assert "command-line" not in set(nodes)


def test_a_key_is_of_client_companies_that_there_are_and_the_list_of_people_who_there_are(
    terminal: Terminal,
) -> None:
    (terminal.config / "clients").mkdir(parents=True)
    (terminal.config / "clients" / "bank.yaml").write_text("schema: client/1\nname: Bank\n")
    words = ("people", "key", "add", "wall", "--permission", "figures:read", "--client")
    assert "no client company is called 'bonk'; did you mean \"bank\"?" in terminal.refused(
        *words, "bonk", code=2
    )
    assert terminal.done(*words, "bank").startswith("ck_")
    assert "nobody has the id 'joe'" in terminal.refused("people", "key", "list", "--person", "joe")
