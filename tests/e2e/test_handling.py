"""Agents with foreign phones act in live calls: by keys, by the API and the command line; who hears whom by tones."""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.e2e.centre import AGENT_TONES, CALLER_TONES, PASSWORD, PAYMENT, make_centre
from tests.e2e.customers import customer, set_client
from tests.e2e.leaks import all_kept, leaks, parts
from tests.e2e.ledger import contacts, newest, wait_for_event
from tests.e2e.telephones import agent_at_desk, agent_heard, all_heard, pjsua_caller, wait_for_agent
from tests.kit.foreign_baresip import BaresipPhone
from tests.kit.keys import keys_in
from tests.kit.server import ServerFault
from tests.kit.tone import hears, read_wide_wav, tone, write_wav

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.kit.foreign_pjsua2 import PjsuaPhone
    from tests.kit.server import Server

SECOND_TONES = frozenset({930, 1540})


@pytest.fixture(scope="module")
def second_sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the second agent says."""
    return write_wav(tmp_path_factory.mktemp("sound") / "second.wav", tone(SECOND_TONES, 30))


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """With the digest that baresip 1.0 knows."""
    with make_centre(tmp_path_factory.mktemp("handling"), digest="MD5") as server:
        yield server


class Scene:
    """Ana talks with a caller; Piotr is at his desk."""

    def __init__(self, server: Server, ana: PjsuaPhone, piotr: PjsuaPhone, caller: PjsuaPhone) -> None:
        self.server, self.ana, self.piotr, self.caller = server, ana, piotr, caller

    def begin(self) -> None:
        self.caller.dial("support")
        self.ana.wait_for_state("CONFIRMED")
        wait_for_agent(self.server, "ana", state="talking")

    def waits(self, kind: str) -> dict[str, object]:
        return wait_for_event(self.server, "support", kind)

    @property
    def contact(self) -> str:
        return newest(self.server, "support").id

    def act(self, name: str, target: str | None = None) -> None:
        """The same by the API."""
        body = {"by": "boss", "target": target}
        self.server.ask(f"/api/v1/contacts/{self.contact}/{name}", method="POST", body=body)

    def told(self) -> str:
        """What `centralita contact` says."""
        done = self.server.run("contact", self.contact, "--state", str(self.server.state))
        assert done.returncode == 0, done.stderr
        return done.stdout


@contextmanager
def talking(
    server: Server,
    folder: Path,
    caller_sound: Path,
    agent_sound: Path,
    second_sound: Path,
    on_call: str = "answer",
) -> Iterator[Scene]:
    with ExitStack() as phones:
        ana = phones.enter_context(agent_at_desk(server, "ana", folder, plays=agent_sound))
        piotr = phones.enter_context(
            agent_at_desk(server, "piotr", folder, plays=second_sound, dials=None, on_call=on_call)
        )
        caller = phones.enter_context(pjsua_caller(server, folder, plays=caller_sound))
        scene = Scene(server, ana, piotr, caller)
        scene.begin()
        yield scene


Sounds = tuple["Path", "Path", "Path"]


@pytest.fixture
def sounds(caller_sound: Path, agent_sound: Path, second_sound: Path) -> Sounds:
    return caller_sound, agent_sound, second_sound


@pytest.mark.parametrize("way", ["keys", "api"])
def test_a_warm_hand_over(server: Server, tmp_path: Path, sounds: Sounds, way: str) -> None:
    with talking(server, tmp_path, *sounds) as scene:
        if way == "keys":
            scene.ana.press("*311002#")
        else:
            scene.act("consult", "1002")
        scene.waits("consult.answered")
        time.sleep(1.0)
        if way == "keys":
            scene.ana.press("*32")
        else:
            scene.act("complete")
        scene.ana.wait_for_state("DISCONNECTED")
        wait_for_agent(server, "ana", state="idle")
        time.sleep(1.5)
        scene.caller.hang_up()
        scene.piotr.wait_for_state("DISCONNECTED")
        assert agent_heard(scene.caller, SECOND_TONES)
        assert agent_heard(scene.piotr, CALLER_TONES)
        assert agent_heard(scene.piotr, AGENT_TONES), "they consulted"
        assert agent_heard(scene.ana, SECOND_TONES)
        invited = scene.piotr.wait_for_incoming(within=1)
        assert "600100200" in str(invited), "the new agent's phone shows the caller"
        said = scene.told()
    assert "The consultation is over: the caller goes on with extension 1002" in said
    assert "The transfer to extension 1002 is done" in said


def test_a_queue_is_consulted_by_an_agent_who_is_free(server: Server, tmp_path: Path, sounds: Sounds) -> None:
    with talking(server, tmp_path, *sounds) as scene:
        server.run("agent", "available", "piotr", "--state", str(server.state))
        wait_for_agent(server, "piotr", status="available", state="idle")
        scene.act("consult", "support")
        scene.waits("consult.answered")
        wait_for_agent(server, "piotr", state="busy_elsewhere")
        scene.act("complete")
        scene.ana.wait_for_state("DISCONNECTED")
        scene.caller.hang_up()
        scene.piotr.wait_for_state("DISCONNECTED")


def test_a_conference_in_which_each_hears_both_others(server: Server, tmp_path: Path, sounds: Sounds) -> None:
    with talking(server, tmp_path, *sounds) as scene:
        scene.ana.press("*311002#")
        scene.waits("consult.answered")
        scene.ana.press("*34")
        scene.waits("conference.began")
        time.sleep(2.0)
        scene.ana.press("*32")
        scene.ana.wait_for_state("DISCONNECTED")
        scene.waits("conference.ended")
        scene.caller.hang_up()
        scene.piotr.wait_for_state("DISCONNECTED")
        for phone, others in (
            (scene.caller, (AGENT_TONES, SECOND_TONES)),
            (scene.ana, (CALLER_TONES, SECOND_TONES)),
            (scene.piotr, (CALLER_TONES, AGENT_TONES)),
        ):
            for tones in others:
                assert agent_heard(phone, tones)


@pytest.mark.parametrize("status", ["486", "491", "603"])
@pytest.mark.parametrize("code", ["*301002#", "*311002#"])
def test_a_target_that_refuses_gives_the_caller_back(
    server: Server, tmp_path: Path, sounds: Sounds, code: str, status: str
) -> None:
    with talking(server, tmp_path, *sounds, on_call=status) as scene:
        scene.ana.press(code)
        scene.waits("consult.ended" if code.startswith("*31") else "transfer.failed")
        time.sleep(1.5)
        wait_for_agent(server, "ana", state="talking")
        scene.caller.hang_up()
        scene.ana.wait_for_state("DISCONNECTED")
        assert agent_heard(scene.caller, AGENT_TONES)
    assert newest(server, "support").row["outcome"] == "answered"


def test_a_caller_who_goes_while_the_target_rings_leaves_nothing(
    server: Server, tmp_path: Path, sounds: Sounds
) -> None:
    with talking(server, tmp_path, *sounds, on_call="180") as scene:
        scene.ana.press("*311002#")
        scene.piotr.wait_for_incoming()
        scene.caller.hang_up()
        scene.piotr.wait_for_state("DISCONNECTED")
        scene.ana.wait_for_state("DISCONNECTED")


def test_an_agent_who_hangs_up_in_a_consultation_leaves_the_two_together(
    server: Server, tmp_path: Path, sounds: Sounds
) -> None:
    with talking(server, tmp_path, *sounds) as scene:
        scene.ana.press("*311002#")
        scene.waits("consult.answered")
        scene.ana.hang_up()
        scene.waits("transfer.completed")
        time.sleep(1.5)
        scene.caller.hang_up()
        scene.piotr.wait_for_state("DISCONNECTED")
        assert agent_heard(scene.caller, SECOND_TONES)


def test_a_caller_whom_nobody_takes_goes_back_to_the_queue(
    server: Server, tmp_path: Path, sounds: Sounds
) -> None:
    with talking(server, tmp_path, *sounds, on_call="180") as scene:
        scene.ana.press("*311002#")
        scene.piotr.wait_for_incoming()
        mark = scene.ana.process.mark()
        scene.ana.hang_up()
        scene.piotr.hang_up()
        scene.ana.wait_for_incoming(after=mark)
        wait_for_agent(server, "ana", state="talking")
        scene.caller.hang_up()
        scene.ana.wait_for_state("DISCONNECTED", after=mark)
    joined = newest(server, "support").data("queue.joined")
    assert [each["queue"] for each in joined] == ["support", "support"]


def test_hold_and_end_by_the_command_line(server: Server, tmp_path: Path, sounds: Sounds) -> None:
    with talking(server, tmp_path, *sounds) as scene:
        for act in ("hold", "resume", "end"):
            done = server.run("call", act, scene.contact, "--by", "boss", "--state", str(server.state))
            assert done.returncode == 0, done.stderr
            if act == "hold":
                wait_for_agent(server, "ana", state="hold")
        scene.ana.wait_for_state("DISCONNECTED")
        scene.caller.wait_for_state("DISCONNECTED")
        refused = server.run("call", "hold", "nobody", "--state", str(server.state))
    assert refused.returncode == 1
    assert "no contact nobody is in progress" in refused.stderr


@pytest.mark.parametrize("way", ["key", "api", "api while in it"])
def test_a_supervisor_takes_a_call_over(server: Server, tmp_path: Path, sounds: Sounds, way: str) -> None:
    caller_sound, agent_sound, second_sound = sounds
    with (
        agent_at_desk(server, "ana", tmp_path, plays=agent_sound) as ana,
        agent_at_desk(server, "john", tmp_path, plays=second_sound, dials=None) as john,
        pjsua_caller(server, tmp_path, plays=caller_sound) as caller,
    ):
        caller.dial("support")
        ana.wait_for_state("CONFIRMED")
        wait_for_agent(server, "ana", state="talking")
        contact = newest(server, "support").id
        path = f"/api/v1/contacts/{contact}"
        with pytest.raises(ServerFault, match="403"):
            server.ask(f"{path}/monitor", method="POST", body={"by": "boss", "supervisor": "1002"})
        if way != "api":
            body = {"by": "boss", "supervisor": "1003", "mode": "whisper"}
            server.ask(f"{path}/monitor", method="POST", body=body)
            john.wait_for_state("CONFIRMED")
            wait_for_event(server, "support", "monitor.began", mode="whisper")
            time.sleep(1.0)
        if way == "key":
            john.press("7")
        else:
            server.ask(f"{path}/take-over", method="POST", body={"by": "boss", "supervisor": "1003"})
        ana.wait_for_state("DISCONNECTED")
        wait_for_agent(server, "ana", state="idle")
        time.sleep(1.5)
        caller.hang_up()
        john.wait_for_state("DISCONNECTED")
        assert agent_heard(caller, SECOND_TONES)
        assert agent_heard(ana, SECOND_TONES) is (way != "api"), "the whisper"
        assert agent_heard(john, CALLER_TONES)
    own = next(row for row in contacts(server) if row["dnis"] == "1003")
    assert own["outcome"] == "took_over"


def test_a_supervisor_picks_who_waits(server: Server, tmp_path: Path, sounds: Sounds) -> None:
    caller_sound, _, second_sound = sounds
    with (
        agent_at_desk(server, "john", tmp_path, plays=second_sound, dials=None) as john,
        pjsua_caller(server, tmp_path, plays=caller_sound) as caller,
    ):
        server.ask(
            "/api/v1/agents/john/status", method="PUT", body={"status": "not_ready", "reason": "break"}
        )
        caller.dial("support")
        wait_for_event(server, "support", "queue.joined")
        assert john.dial_to_the_end("*24") == 200
        john.wait_for_incoming()
        wait_for_agent(server, "john", state="talking")
        time.sleep(1.5)
        caller.hang_up()
        assert agent_heard(caller, SECOND_TONES)


def test_baresip_hands_over_by_keys(server: Server, tmp_path: Path, sounds: Sounds) -> None:
    caller_sound, agent_sound, second_sound = sounds
    baresip = BaresipPhone(
        server=server.sip, user="1003", folder=tmp_path, plays=agent_sound, password=PASSWORD
    )
    with (
        baresip,
        agent_at_desk(server, "piotr", tmp_path, plays=second_sound, dials=None),
        pjsua_caller(server, tmp_path, plays=caller_sound) as caller,
    ):
        caller.dial("desk")
        baresip.wait_for("CALL_ESTABLISHED")
        for key in "*311002#":
            baresip.press(key)
            time.sleep(0.25)
        wait_for_event(server, "desk", "consult.answered")
        for key in "*32":
            baresip.press(key)
            time.sleep(0.25)
        baresip.wait_for("CALL_CLOSED")
        time.sleep(1.5)
        caller.hang_up()
        assert agent_heard(caller, SECOND_TONES)
        assert hears(read_wide_wav(baresip.recording()), CALLER_TONES)


def test_secrets_of_a_capture_reach_nobody(tmp_path: Path, agent_sound: Path) -> None:
    """The agent hears no key, and none is kept: in the record, a log, a recording, the messages."""
    server = make_centre(tmp_path / "node")
    set_client(server, "banco_sol", "recording", "{calls: all}")
    set_client(server, "banco_sol", "secure_capture", "{menu: banco_cobro}")
    with server:
        with (
            agent_at_desk(server, "ana", tmp_path, plays=agent_sound) as ana,
            customer(server, tmp_path, "631223307", phone="pjsua2", digits="events") as caller,
        ):
            caller.dial("support")
            ana.wait_for_state("CONFIRMED")
            caller.wait("bridge.began")
            ana.press("*38")
            caller.wait("capture.began")
            caller.key(f"{PAYMENT.amount}#1")
            caller.wait("field.captured", field="amount")
            caller.key(f"{PAYMENT.card}#")
            caller.wait("field.captured", field="card")
            caller.key(f"{PAYMENT.expiry}{PAYMENT.cvv}#1")
            caller.wait("menu.result", result="approved")
            caller.wait("capture.ended", result="approved", within=30)
            time.sleep(3.0)
            caller.hang_up()
            ana.wait_for_state("DISCONNECTED")
            caller.wait("recording.finished", ever=True)
            heard = all_heard(ana)
            contact = caller.seen()
        server.wait_for_rest()
        kept = all_kept(server)
    assert keys_in(heard) == ""
    secrets = {*parts(PAYMENT.card, length=9), f"{PAYMENT.expiry}{PAYMENT.cvv}", "2040-12"}
    assert leaks(kept, secrets) == []
    began = [event["type"] for event in contact.events].index("capture.began")
    assert "bridge.began" in contact.types()[began:], "they talk again"
    assert contact.data("transaction.result")
