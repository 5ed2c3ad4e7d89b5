"""Callers ask by keys to be called back, hang up, and are: by foreign agents' phones and foreign customers' phones."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.centre import AGENT_TONES, CALLER_TONES, CARRIER_SENDS, PROMPT_TONES, make_centre
from tests.e2e.customers import set_client
from tests.e2e.ledger import read
from tests.e2e.telephones import agent_at_desk, all_heard, pyvoip_caller, wait_for_agent, wait_to_hear
from tests.kit.foreign_pjsua2 import PjsuaPhone
from tests.kit.ports import free_ports, kept_port
from tests.kit.server import wait_until
from tests.kit.tone import hears

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.kit.server import Server

CUSTOMER, PORT = "127.0.0.3", kept_port(address="127.0.0.3")
NUMBER = "+34911222333"
TRUNK = f"""
  - name: outside
    host: {CUSTOMER}:{PORT}
    number: "+34910000099"
"""
MENU = """
schema: ivr/1
menu_set: call_me
languages: [en]
person: none
defaults:
  noinput: tone_no_input
  nomatch: tone_no_match
  on_max_timeouts: {goto: done}
  on_max_failures: {goto: done}
start: call_back
steps:
  call_back:
    type: callback
    queue: support
    offer: tone_main
    number: {country: ES, prompt: tone_first, confirm: tone_leave}
    next: {goto: done}
    standing: {say: tone_no_input, goto: done}
    refused: {say: tone_no_match, goto: done}
    failed: done
  done: {type: hangup}
"""
CALLBACK = """    callback: {retry: {busy: 1s}, ring_timeout: 15s, order: %s}
"""


def configure(server: Server, order: str = "agent_first") -> Server:
    """A centre, not yet started, whose customers are reached by a trunk of their own."""
    trunks = server.folder / "sip_profiles" / "external.yaml"
    trunks.write_text(trunks.read_text() + TRUNK)
    (server.config / "menus" / "call_me.yaml").write_text(MENU)
    with (server.config / "numbers.yaml").open("a") as numbers:
        numbers.write('  - {number: "910000021", client: banco_sol, menu: call_me, language: en}\n')
    queues = server.config / "queues.yaml"
    queues.write_text(
        queues.read_text().replace(
            "    requires: {english: 3}\n", "    requires: {english: 3}\n" + CALLBACK % order
        )
    )
    set_client(server, "banco_sol", "callback", '{hours: "00:00-24:00", per_day: 50}')
    return server


@pytest.fixture(params=["agent_first"])
def own_server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    with configure(make_centre(tmp_path / "node"), request.param) as server:
        yield server


def customer(folder: Path, server: Server, sound: Path, on_call: str = "answer") -> PjsuaPhone:
    """The customer's own telephone, behind the trunk."""
    return PjsuaPhone(
        server=server.sip,
        local=(CUSTOMER, PORT),
        rtp_port=free_ports(6, address=CUSTOMER)[0],
        user="customer",
        folder=folder / "customer",
        plays=sound,
        on_call=on_call,
    )


def ask(server: Server, folder: Path, hears: str | None = None, user: str = CARRIER_SENDS) -> None:
    """A caller keys a number, confirms it, maybe hears something, and is let go."""
    with pyvoip_caller(server, folder, user) as caller:
        caller.dial("910000021")
        wait_to_hear(caller, PROMPT_TONES["tone_first"])
        caller.press("911222333#")
        wait_to_hear(caller, PROMPT_TONES["tone_leave"])
        caller.press("1")
        if hears is not None:
            wait_to_hear(caller, PROMPT_TONES[hears])
        caller.wait_for_hang_up(within=15)


def asked(server: Server, folder: Path) -> str:
    """A caller asks to be called back; the reference."""
    ask(server, folder)
    (found,) = callbacks(server)
    return str(found["id"])


@contextmanager
def free_agent(server: Server, agent: str, folder: Path, *, plays: Path) -> Iterator[PjsuaPhone]:
    """An agent who has just become available: maybe nobody ever sees her idle."""
    with agent_at_desk(server, agent, folder, plays=plays, dials=None) as phone:
        body = {"status": "available", "reason": None}
        server.ask(f"/api/v1/agents/{agent}/status", method="PUT", body=body)
        yield phone


def callbacks(server: Server) -> list[dict[str, Any]]:
    """What the command line lists, the node running or not."""
    done = server.run("callbacks", "--state", str(server.state), "--json")
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def wait_for_state(server: Server, state: str, *, within: float = 20) -> dict[str, Any]:
    """Until the only callback stands so."""
    found: dict[str, Any] = {}

    def so() -> bool:
        found.update(server.ask("/api/v1/callbacks")["items"][0])
        return bool(found["state"] == state)

    wait_until(so, f"the callback is {state}", within=within)
    return found


@pytest.mark.parametrize("own_server", ["agent_first", "customer_first"], indirect=True)
def test_who_asks_by_keys_is_called_back_when_an_agent_is_free_and_both_hear_each_other(
    own_server: Server, tmp_path: Path, caller_sound: Path, agent_sound: Path
) -> None:
    reference = asked(own_server, tmp_path)
    assert wait_for_state(own_server, "due")["number"] == NUMBER
    with (
        customer(tmp_path, own_server, caller_sound) as phone,
        free_agent(own_server, "ana", tmp_path, plays=agent_sound) as ana,
    ):
        kept = wait_for_state(own_server, "connected")
        wait_for_agent(own_server, "ana", state="talking")
        phone.process.wait_for("media", flows=True)
        wait_until(lambda: phone.recording.exists(), "the customer hears something", within=15)
        ana.wait_for_sound()
        phone.wait_for_sound()
        time.sleep(3)
        phone.hang_up()
        ana.wait_for_state("DISCONNECTED")
        wait_for_agent(own_server, "ana", state="idle")
        assert hears(all_heard(ana)[-16000:], CALLER_TONES)
        assert hears(all_heard(phone)[-16000:], AGENT_TONES)
    found = wait_for_state(own_server, "kept")
    assert (found["id"], found["is_late"], found["agent"]) == (reference, False, "ana")
    promised, made = read(own_server, kept["wish"]["contact"]), read(own_server, kept["contact"])
    assert promised.data("callback.kept")[0]["contact"] == made.id
    assert made.data("contact.opened")[0]["promised_in"] == promised.id
    assert made.row["outcome"] == "answered"
    own_server.wait_for_rest()


def test_a_busy_customer_is_called_again(
    own_server: Server, tmp_path: Path, caller_sound: Path, agent_sound: Path
) -> None:
    ask(own_server, tmp_path)
    with (
        customer(tmp_path, own_server, caller_sound, on_call="486") as phone,
        free_agent(own_server, "ana", tmp_path, plays=agent_sound),
    ):
        phone.process.wait_for("call", state="DISCONNECTED", within=20)
        phone.policy("answer")
        found = wait_for_state(own_server, "connected")
        assert [each["result"] for each in found["tries"]] == ["busy", None]
        phone.hang_up()
        wait_for_state(own_server, "kept")
    own_server.wait_for_rest()


def test_who_is_on_the_do_not_call_list_is_told_so_and_not_called(own_server: Server, tmp_path: Path) -> None:
    added = own_server.run(
        "do-not-call", "add", NUMBER, "--reason", "asked for it", "--state", str(own_server.state)
    )
    assert added.returncode == 0, added.stderr
    ask(own_server, tmp_path, hears="tone_no_match")
    assert callbacks(own_server) == []


def test_a_promise_outlives_a_kill(
    own_server: Server, tmp_path: Path, caller_sound: Path, agent_sound: Path
) -> None:
    reference = asked(own_server, tmp_path)
    own_server.kill()
    assert [each["id"] for each in callbacks(own_server)] == [reference]
    own_server.start()
    ask(own_server, tmp_path, hears="tone_no_input", user="600100201")
    with (
        customer(tmp_path, own_server, caller_sound) as phone,
        free_agent(own_server, "ana", tmp_path, plays=agent_sound),
    ):
        assert wait_for_state(own_server, "connected")["id"] == reference
        phone.hang_up()
    assert len(callbacks(own_server)) == 1
    own_server.wait_for_rest()
