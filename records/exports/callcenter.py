"""Events of FreeSWITCH's mod_callcenter (`CUSTOM callcenter::info`), as its event socket prints them.

Calls stand by the contact's id, where FreeSWITCH has the UUIDs of member and session; agents by their ids. A state of
an agent for which it has no word is `Idle`: wrap-up, a call of one's own, a phone that is offline.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

from records.exports.floor import (
    Completed,
    Joined,
    Left,
    ReservationEnded,
    Reserved,
    StateChanged,
    StatusChanged,
)
from records.moments import stored

if TYPE_CHECKING:
    from collections.abc import Iterator

    from records.exports.floor import Moment, Visit

_STATUSES = {"available": "Available", "logged_out": "Logged Out", "not_ready": "On Break"}
_STATES = {
    "idle": "Waiting",
    "reserved": "Reserved",
    "ringing": "Receiving",
    "talking": "In a queue call",
    "hold": "In a queue call",
}
_CANCEL_REASONS = {
    "abandoned": "BREAK_OUT",
    "timeout": "TIMEOUT",
    "exit_key": "EXIT_WITH_KEY",
    "join_empty": "NO_AGENT_TIMEOUT",
    "leave_empty": "NO_AGENT_TIMEOUT",
}
_FAILURES = {
    "no_answer": "NO_ANSWER",
    "rejected": "CALL_REJECTED",
    "busy": "USER_BUSY",
    "unreachable": "USER_NOT_REGISTERED",
    "caller_left": "ORIGINATOR_CANCEL",
    "rescinded": "ORIGINATOR_CANCEL",
    "lost_race": "LOSE_RACE",
}
_CAUSES = {
    16: "NORMAL_CLEARING",
    17: "USER_BUSY",
    19: "NO_ANSWER",
    21: "CALL_REJECTED",
    102: "RECOVERY_ON_TIMER_EXPIRE",
}
"""Q.850 by FreeSWITCH's names; others are NORMAL_UNSPECIFIED."""
_SYSTEM = "single_box"

Headers = dict[str, str]


def events(moment: Moment) -> Iterator[Headers]:
    """The events of a moment: headers in order."""
    match moment:
        case Joined(at, visit, waiting):
            yield _event(at, "members-count", visit.queue, _count(waiting))
            yield _event(at, "member-queue-start", visit.queue, _member(visit) | _dnis(visit))
        case Reserved(at, visit, agent):
            about = _agent(agent) | {"CC-Agent-Type": "Callback"} | _member(visit) | _dnis(visit)
            yield _event(at, "agent-offering", visit.queue, about)
        case ReservationEnded(at, visit, agent, result, called):
            about = {"CC-Hangup-Cause": _FAILURES.get(result, "NORMAL_TEMPORARY_FAILURE")} | _agent(agent)
            about |= {"CC-Agent-Called-Time": _epoch(called), "CC-Agent-Aborted-Time": _epoch(at)}
            yield _event(at, "bridge-agent-fail", visit.queue, about | _member(visit))
        case Left():
            yield from _left(moment)
        case Completed():
            yield from _completed(moment)
        case StatusChanged(at, agent, _, status):
            about = {"CC-Agent-Status": _STATUSES.get(status, "Unknown")}
            yield _event(at, "agent-status-change", "", {"CC-Agent": agent} | about)
        case StateChanged(at, agent, state):
            about = {"CC-Agent-State": _STATES.get(state, "Idle")}
            yield _event(at, "agent-state-change", "", {"CC-Agent": agent} | about)


def _left(moment: Left) -> Iterator[Headers]:
    at, visit = moment.at, moment.visit
    yield _event(at, "members-count", visit.queue, _count(moment.waiting))
    if moment.reason == "answered":
        yield _event(at, "bridge-agent-start", visit.queue, _bridge(visit) | _member(visit) | _dnis(visit))
        return
    about = {
        "CC-Member-Leaving-Time": _epoch(at),
        "CC-Member-Joined-Time": _epoch(visit.joined),
        "CC-Cause": "Cancel",
        "CC-Cancel-Reason": _CANCEL_REASONS.get(moment.reason, "NONE"),
    }
    yield _event(at, "member-queue-end", visit.queue, about | _member(visit))


def _completed(moment: Completed) -> Iterator[Headers]:
    at, visit = moment.at, moment.visit
    cause = {"CC-Hangup-Cause": _CAUSES.get(moment.cause, "NORMAL_UNSPECIFIED")}
    bridge = _bridge(visit)
    ended = {"CC-Bridge-Terminated-Time": _epoch(at)}
    yield _event(at, "bridge-agent-end", visit.queue, cause | bridge | ended | _member(visit))
    gone = {"CC-Cause": "Terminated"} | bridge | {"CC-Member-Leaving-Time": _epoch(at)}
    yield _event(at, "member-queue-end", visit.queue, cause | gone | _member(visit))


def _event(at: float, action: str, queue: str, about: Headers) -> Headers:
    headers = {
        "Event-Name": "CUSTOM",
        "Event-Subclass": "callcenter::info",
        "Event-Date-Timestamp": str(stored(at)),
    }
    if queue:
        headers["CC-Queue"] = queue
    return headers | {"CC-Action": action} | about


def _count(waiting: int) -> Headers:
    return {"CC-Count": str(waiting), "CC-Selection": "Single-Queue"}


def _agent(agent: str) -> Headers:
    return {"CC-Agent": agent, "CC-Agent-System": _SYSTEM}


def _bridge(visit: Visit) -> Headers:
    return _agent(visit.agent) | {
        "CC-Agent-UUID": visit.leg,
        "CC-Agent-Called-Time": _epoch(visit.called),
        "CC-Agent-Answered-Time": _epoch(visit.answered),
        "CC-Member-Joined-Time": _epoch(visit.joined),
    }


def _member(visit: Visit) -> Headers:
    return {
        "CC-Member-UUID": visit.contact,
        "CC-Member-Session-UUID": visit.contact,
        "CC-Member-CID-Name": visit.number,
        "CC-Member-CID-Number": visit.number,
    }


def _dnis(visit: Visit) -> Headers:
    return {"CC-Member-DNIS": visit.dialled}


def _epoch(at: float) -> str:
    return str(int(at))


def as_plain(headers: Headers) -> str:
    """As `event plain`: a header a line, values in percent-encoding, an empty line at the end."""
    return "".join(f"{name}: {quote(value, safe=_UNQUOTED)}\n" for name, value in headers.items()) + "\n"


_UNQUOTED = "!'()*,-./_~@"


def as_json(headers: Headers) -> str:
    """As `event json`, one event a line."""
    return json.dumps(headers, ensure_ascii=False) + "\n"
