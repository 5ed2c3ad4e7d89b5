"""A call in the words of Asterisk and FreeSWITCH."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from records import LedgerEvent
from records.exports import callcenter, queue_log
from records.exports.floor import KINDS, Floor
from tests.records.calls import BEGAN, event, whole_call

if TYPE_CHECKING:
    from collections.abc import Iterable

    from records.exports.callcenter import Headers

QUEUES = {"ana": ["support", "cards"], "pedro": ["support"]}
EPOCH = int(BEGAN)


def lines(events: Iterable[LedgerEvent]) -> list[str]:
    floor = Floor()
    return [
        line for each in events for moment in floor.take(each) for line in queue_log.lines(moment, QUEUES)
    ]


def told(events: Iterable[LedgerEvent]) -> list[Headers]:
    floor = Floor()
    return [found for each in events for moment in floor.take(each) for found in callcenter.events(moment)]


def visit(*more: LedgerEvent, position: int = 3) -> list[LedgerEvent]:
    return [
        event(0, "c1", None, "contact.opened", ani="34600111222", dnis="900100"),
        event(0, "c1", "caller-c1", "leg.invited", role="caller", direction="in"),
        event(1, "c1", None, "queue.joined", queue="support", position=position),
        *more,
    ]


def left(offset: float, reason: str, waited: float, position: int = 1) -> LedgerEvent:
    data = {"queue": "support", "reason": reason, "waited": waited, "position": position}
    return event(offset, "c1", None, "queue.left", **data)


def status(offset: float, word: str, reason: str | None = None, agent: str = "pedro") -> LedgerEvent:
    return LedgerEvent(
        BEGAN + offset, "", None, "agent.status", {"agent": agent, "status": word, "reason": reason}
    )


def state(offset: float, word: str) -> LedgerEvent:
    return LedgerEvent(BEGAN + offset, "", None, "agent.state", {"agent": "pedro", "state": word})


# --- Asterisk ---


def test_a_whole_call_in_the_queue_log() -> None:
    assert lines(whole_call("c1")) == [
        f"{EPOCH + 18}|c1|support|NONE|ENTERQUEUE||34600111222|1",
        f"{EPOCH + 33}|c1|support|pedro|RINGNOANSWER|15000",
        f"{EPOCH + 36}|c1|support|ana|CONNECT|18|second-c1|3",
        f"{EPOCH + 96}|c1|support|ana|COMPLETECALLER|18|60|1",
    ]


@pytest.mark.parametrize(
    ("reason", "line"),
    [
        ("abandoned", "ABANDON|1|3|40"),
        ("timeout", "EXITWITHTIMEOUT|1|3|40"),
        ("leave_empty", "EXITEMPTY|1|3|40"),
        ("join_empty", "EXITEMPTY|1|3|40"),
        ("withdrawn", "WITHDRAW|1|3|40|withdrawn"),
        ("full", "WITHDRAW|1|3|40|full"),
    ],
)
def test_why_a_caller_left(reason: str, line: str) -> None:
    assert lines(visit(left(41, reason, 40.2)))[-1] == f"{EPOCH + 41}|c1|support|NONE|{line}"


def test_a_caller_who_left_by_a_key() -> None:
    pressed = event(40, "c1", "caller-c1", "queue.exit_key", queue="support", key="9", position=1)
    assert lines(visit(pressed, left(41, "exit_key", 40.2)))[-1].endswith("|NONE|EXITWITHKEY|9|1|3|40")


@pytest.mark.parametrize(
    ("result", "word"),
    [
        ("no_answer", "RINGNOANSWER"),
        ("busy", "RINGNOANSWER"),
        ("rejected", "RINGNOANSWER"),
        ("caller_left", "RINGCANCELED"),
        ("rescinded", "RINGCANCELED"),
        ("lost_race", "RINGCANCELED"),
    ],
)
def test_an_agent_who_did_not_get_the_caller(result: str, word: str) -> None:
    made = event(2, "c1", None, "reservation.created", reservation="r", agent="pedro", queue="support")
    over = event(7, "c1", None, "reservation.ended", reservation="r", agent="pedro", result=result, ring=4.5)
    assert lines(visit(made, over))[-1] == f"{EPOCH + 7}|c1|support|pedro|{word}|4500"


def talking(*more: LedgerEvent) -> list[LedgerEvent]:
    return visit(
        event(2, "c1", None, "reservation.created", reservation="r", agent="ana", queue="support"),
        event(2, "c1", "agent-c1", "leg.invited", role="agent", direction="out", agent="ana"),
        event(8, "c1", None, "reservation.ended", reservation="r", agent="ana", result="answered", ring=5.0),
        left(8, "answered", 7.0),
        *more,
    )


@pytest.mark.parametrize(
    ("leg", "by", "word"),
    [
        ("caller-c1", "remote", "COMPLETECALLER"),
        ("agent-c1", "remote", "COMPLETEAGENT"),
        ("caller-c1", "local", "COMPLETEAGENT"),
        ("agent-c1", "local", "COMPLETECALLER"),
    ],
)
def test_who_hung_up(leg: str, by: str, word: str) -> None:
    over = event(68, "c1", leg, "leg.ended", ended_by=by, cause=16)
    later = event(69, "c1", None, "contact.closed", outcome="answered", ended_by="remote")
    found = lines(talking(over, later))
    assert found[-1] == f"{EPOCH + 68}|c1|support|ana|{word}|7|60|3"
    assert sum("COMPLETE" in line for line in found) == 1


@pytest.mark.parametrize(
    ("kind", "to", "line"),
    [
        ("blind", "queue cards", "BLINDTRANSFER|cards|queue|7|52|3"),
        ("blind", "number +34911222333", "BLINDTRANSFER|+34911222333|number|7|52|3"),
        ("attended", "agent ben", "ATTENDEDTRANSFER|BRIDGE|ben|7|52|3"),
    ],
)
def test_a_transfer_ends_the_call_for_the_agent(kind: str, to: str, line: str) -> None:
    data = {"by": "ana", "target": "x", "kind": kind}
    asked = LedgerEvent(BEGAN + 50, "c1", "agent-c1", "transfer.requested", data)
    done = event(60, "c1", "agent-c1", "transfer.completed", to=to)
    over = event(90, "c1", None, "contact.closed", outcome="answered", ended_by="remote")
    assert lines(talking(asked, done, over))[-1] == f"{EPOCH + 60}|c1|support|ana|{line}"


def test_agents_come_and_go_in_each_of_their_queues() -> None:
    found = lines(
        [
            status(0, "available", agent="ana"),
            status(10, "not_ready", "lunch"),
            status(20, "available"),
            status(30, "not_ready", "lunch"),
            status(40, "logged_out"),
        ]
    )
    assert found == [
        f"{EPOCH}|MANAGER|support|ana|ADDMEMBER|",
        f"{EPOCH}|MANAGER|cards|ana|ADDMEMBER|",
        f"{EPOCH + 10}|MANAGER|support|pedro|ADDMEMBER|PAUSED",
        f"{EPOCH + 10}|NONE|support|pedro|PAUSE|lunch",
        f"{EPOCH + 20}|NONE|support|pedro|UNPAUSE|",
        f"{EPOCH + 30}|NONE|support|pedro|PAUSE|lunch",
        f"{EPOCH + 40}|MANAGER|support|pedro|REMOVEMEMBER|",
    ]


def test_no_callers_number_ends_a_field_or_a_line() -> None:
    opened = event(0, "c1", None, "contact.opened", ani="34|600\n9|9|9", dnis="900100")
    [line] = lines([opened, event(1, "c1", None, "queue.joined", queue="support", position=1)])
    assert line == f"{EPOCH + 1}|c1|support|NONE|ENTERQUEUE||34_600_9_9_9|1"


def test_nothing_of_a_contact_is_kept_after_its_end() -> None:
    floor = Floor()
    for each in whole_call("c1"):
        if each.type in KINDS:
            list(floor.take(each))
    assert not floor._contacts
    assert not any(floor._waiting.values())


# --- FreeSWITCH ---


def test_a_whole_call_as_events_of_the_call_centre() -> None:
    found = told(whole_call("c1"))
    assert [each["CC-Action"] for each in found] == [
        "members-count",
        "member-queue-start",
        "agent-offering",
        "bridge-agent-fail",
        "agent-offering",
        "members-count",
        "bridge-agent-start",
        "bridge-agent-end",
        "member-queue-end",
    ]
    assert [each["CC-Count"] for each in found if "CC-Count" in each] == ["1", "0"]
    failed, began, ended, gone = found[3], found[6], found[7], found[8]
    assert (failed["CC-Agent"], failed["CC-Hangup-Cause"]) == ("pedro", "NO_ANSWER")
    assert failed["CC-Agent-Aborted-Time"] == str(EPOCH + 33)
    assert list(began)[3:] == [
        "CC-Queue", "CC-Action", "CC-Agent", "CC-Agent-System", "CC-Agent-UUID", "CC-Agent-Called-Time",
        "CC-Agent-Answered-Time", "CC-Member-Joined-Time", "CC-Member-UUID", "CC-Member-Session-UUID",
        "CC-Member-CID-Name", "CC-Member-CID-Number", "CC-Member-DNIS",
    ]  # fmt: skip
    assert (began["CC-Queue"], began["CC-Agent"], began["CC-Member-DNIS"]) == ("support", "ana", "900100")
    assert (began["CC-Member-Joined-Time"], began["CC-Agent-Answered-Time"]) == (
        str(EPOCH + 18),
        str(EPOCH + 36),
    )
    assert (ended["CC-Bridge-Terminated-Time"], ended["CC-Hangup-Cause"]) == (
        str(EPOCH + 96),
        "NORMAL_CLEARING",
    )
    assert (gone["CC-Cause"], gone["CC-Member-Leaving-Time"]) == ("Terminated", str(EPOCH + 96))


@pytest.mark.parametrize(
    ("reason", "word"),
    [
        ("abandoned", "BREAK_OUT"),
        ("timeout", "TIMEOUT"),
        ("exit_key", "EXIT_WITH_KEY"),
        ("leave_empty", "NO_AGENT_TIMEOUT"),
        ("withdrawn", "NONE"),
    ],
)
def test_why_a_member_left(reason: str, word: str) -> None:
    gone = told(visit(left(41, reason, 40.2)))[-1]
    assert (gone["CC-Action"], gone["CC-Cause"], gone["CC-Cancel-Reason"]) == (
        "member-queue-end",
        "Cancel",
        word,
    )


def test_statuses_and_states_of_agents() -> None:
    found = told([status(0, "available"), status(1, "not_ready", "lunch"), status(2, "logged_out")])
    assert [each["CC-Agent-Status"] for each in found] == ["Available", "On Break", "Logged Out"]
    words = ("idle", "reserved", "ringing", "talking", "hold", "wrap_up", "device_offline")
    found = told([state(at, word) for at, word in enumerate(words)])
    assert [each["CC-Agent-State"] for each in found] == [
        "Waiting", "Reserved", "Receiving", "In a queue call", "In a queue call", "Idle", "Idle",
    ]  # fmt: skip
    assert {each["CC-Action"] for each in found} == {"agent-state-change"}


def test_an_event_is_printed_as_the_event_socket_does() -> None:
    [first, *_] = told([state(1, "talking")])
    text = callcenter.as_plain(first)
    assert "Event-Subclass: callcenter%3A%3Ainfo\n" in text
    assert "CC-Agent-State: In%20a%20queue%20call\n" in text
    assert text.endswith("\n\n")
    read = dict(line.split(": ", 1) for line in text.strip().split("\n"))
    assert {name: unquote(value) for name, value in read.items()} == first
    assert json.loads(callcenter.as_json(first)) == first
