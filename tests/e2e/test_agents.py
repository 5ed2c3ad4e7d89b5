"""Agents with softphones alone: codes dialled on foreign phones, what is heard, lamps, and what survives kill -9."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.centre import AGENT_TONES, AGENTS, PASSWORD, make_centre
from tests.e2e.customers import LIKE, set_client, sound_of
from tests.e2e.ledger import newest, wait_for_event
from tests.e2e.telephones import agent_at_desk, all_heard, pyvoip_caller, wait_for_agent, wait_to_hear
from tests.kit.foreign_sipp import Scenario
from tests.kit.server import wait_until
from tests.kit.tone import likeness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.kit.foreign_pjsua2 import PjsuaPhone
    from tests.kit.server import Server

SCENARIOS = Path(__file__).parent / "scenarios"
LANGUAGES = {"ana": "en", "piotr": "pl", "john": "es"}


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Sipp answers only the first challenge, and only MD5."""
    with make_centre(tmp_path_factory.mktemp("node"), digest="MD5, SHA-256") as server:
        yield server


def seen(server: Server, agent: str) -> dict[str, Any]:
    found: dict[str, Any] = server.ask(f"/api/v1/agents/{agent}")
    return found


def hears(phone: PjsuaPhone, code: str, *prompts: str, language: str) -> None:
    """Dial a code, and hear these prompts, in this language; a busy machine's phone may be held up once."""
    for _ in range(2):
        assert phone.dial_to_the_end(code, within=20) == 200
        heard = all_heard(phone)
        found = {prompt: likeness(heard, sound_of(prompt, language)) for prompt in prompts}
        if min(found.values()) >= LIKE:
            return
    raise AssertionError(f"{code} in {language}: {found}")


@pytest.mark.parametrize("agent", ["ana", "piotr", "john"])
def test_codes_are_confirmed_in_the_agents_own_language(
    agent: str, server: Server, tmp_path: Path, agent_sound: Path
) -> None:
    language = LANGUAGES[agent]
    with agent_at_desk(server, agent, tmp_path, plays=agent_sound, dials=None) as phone:
        hears(phone, "*11", "agent_available", language=language)
        assert seen(server, agent)["status"] == "available"
        hears(phone, "*122", "agent_not_ready", "reason_lunch", language=language)
        shown = seen(server, agent)
        assert (shown["status"], shown["reason"], shown["by"]) == ("not_ready", "lunch", agent)
        assert shown["limit"] is not None
        hears(phone, "*129", "agent_unknown_reason", language=language)
        hears(phone, "*13", "agent_no_wrap_up", language=language)
        hears(phone, "*99", "agent_unknown_code", language=language)
        assert (seen(server, agent)["status"], seen(server, agent)["reason"]) == ("not_ready", "lunch")
        hears(phone, "*10", "agent_logged_out", language=language)
        assert seen(server, agent)["status"] == "logged_out"
        # Between two languages the same prompt is another sound: the measure would tell them apart.
        other = next(each for each in LANGUAGES.values() if each != language)
        assert likeness(all_heard(phone), sound_of("agent_logged_out", other)) < LIKE


def test_wrap_up_is_made_longer_ended_and_the_call_given_its_result_by_phone(
    server: Server, tmp_path: Path, agent_sound: Path
) -> None:
    with agent_at_desk(server, "ana", tmp_path, plays=agent_sound) as ana:
        with pyvoip_caller(server, tmp_path) as caller:
            caller.dial("patience")
            wait_to_hear(caller, AGENT_TONES)
            caller.hang_up()
        wait_for_agent(server, "ana", state="wrap_up")
        hears(ana, "*142", "agent_wrap_up_extended", language="en")
        wait_for_agent(server, "ana", state="wrap_up")
        hears(ana, "*151", "agent_disposition_kept", language="en")
        hears(ana, "*159", "agent_unknown_disposition", language="en")
        assert wait_for_event(server, "patience", "contact.disposition")["code"] == "1"
        hears(ana, "*13", "agent_wrap_up_over", language="en")
        wait_for_agent(server, "ana", state="idle")
        hears(ana, "*13", "agent_no_wrap_up", language="en")
        hears(ana, "*14", "agent_no_wrap_up", language="en")
    told = newest(server, "patience").data("contact.disposition")
    assert [(each["agent"], each["by"], each["name"]) for each in told] == [("ana", "ana", "solved")]


def test_a_required_result_keeps_wrap_up_until_it_is_given(
    own_server: Server, tmp_path: Path, agent_sound: Path
) -> None:
    set_client(own_server, "banco_sol", "dispositions", "")
    file = own_server.config / "clients" / "banco_sol.yaml"
    kept = [
        line
        for line in file.read_text().splitlines()
        if not line.startswith(("dispositions", "  codes", '    "'))
    ]
    file.write_text(
        "\n".join([*kept, 'dispositions: {required: true, codes: {"7": {name: {en: done}}}}', ""])
    )
    own_server.run("check", "--config", str(own_server.config))
    own_server.close()
    own_server.start()
    with agent_at_desk(own_server, "ana", tmp_path, plays=agent_sound) as ana:
        with pyvoip_caller(own_server, tmp_path) as caller:
            caller.dial("support")
            wait_to_hear(caller, AGENT_TONES)
            caller.hang_up()
        wait_for_agent(own_server, "ana", state="wrap_up")
        assert seen(own_server, "ana")["disposition_needed"] is True
        hears(ana, "*13", "agent_disposition_needed", language="en")
        hears(ana, "*10", "agent_disposition_needed", language="en")
        hears(ana, "*157", "agent_disposition_kept", language="en")
        wait_for_agent(own_server, "ana", status="available", state="idle")


def test_statuses_survive_kill_and_phones_that_are_not_back_are_offline(
    own_server: Server, tmp_path: Path, agent_sound: Path
) -> None:
    with agent_at_desk(own_server, "ana", tmp_path, plays=agent_sound, dials=None) as ana:
        ana.dial_to_the_end("*122", within=20)
        before = seen(own_server, "ana")
        own_server.kill()
        own_server.start()
        after = seen(own_server, "ana")
        assert (after["status"], after["reason"], after["since"]) == ("not_ready", "lunch", before["since"])
        assert (after["state"], after["reachable"], after["by"]) == ("device_offline", False, "ana")


def test_readiness_follows_the_registration_at_once(
    server: Server, tmp_path: Path, agent_sound: Path
) -> None:
    with agent_at_desk(server, "ana", tmp_path, plays=agent_sound) as ana:
        ana.unregister()
        wait_for_agent(server, "ana", status="available", state="device_offline", within=2.0)
    with agent_at_desk(server, "ana", tmp_path / "again", plays=agent_sound, transport="tcp") as ana:
        wait_for_agent(server, "ana", status="available", state="idle")
        ana.process.kill()
        wait_for_agent(server, "ana", status="available", state="device_offline", within=2.0)


def lamp(server: Server, folder: Path, name: str, watched: str, address: str) -> Scenario:
    return Scenario(
        SCENARIOS / f"{name}.xml",
        folder,
        remote=server.sip,
        dial=watched,
        address=address,
        caller=AGENTS["john"],
        password=PASSWORD,
        keys={"event": "dialog"},
    )


def is_watched(server: Server) -> bool:
    return bool(server.counters()["subscriptions"] == 1)


def test_the_lamp_of_an_agent_says_why_there_is_no_caller_for_him(
    server: Server, tmp_path: Path, agent_sound: Path, stranger: str
) -> None:
    watcher = lamp(server, tmp_path, "lamp-of-an-agent", "agent-piotr", stranger)
    with agent_at_desk(server, "piotr", tmp_path, plays=agent_sound, dials=None) as phone, watcher:
        wait_until(lambda: is_watched(server), "the lamp is subscribed", within=5)
        phone.dial_to_the_end("*122", within=20)
        wait_for_agent(server, "piotr", status="not_ready")
        # By a supervisor: by the phone's own code it would be busy with that very call for a moment.
        server.ask("/api/v1/agents/piotr/status", method="PUT", body={"status": "available", "by": "marta"})
        watcher.finish()


def test_the_lamp_of_a_queue_blinks_and_is_lit_when_the_promise_is_broken(
    server: Server, tmp_path: Path, stranger: str
) -> None:
    watcher = lamp(server, tmp_path, "lamp-of-a-queue", "queue-patience", stranger)
    server.ask("/api/v1/agents/ana/status", method="PUT", body={"status": "logged_out"})
    with watcher, pyvoip_caller(server, tmp_path) as caller:
        wait_until(lambda: is_watched(server), "the lamp is subscribed", within=5)
        caller.dial("patience")
        caller.wait_for_hang_up(within=10)
        watcher.finish()
