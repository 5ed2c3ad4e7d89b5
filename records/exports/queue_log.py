"""Lines of Asterisk's queue_log, so that wallboards and reports made for it go on working.

`time|callid|queue|agent|event|parameters`: one line for one moment; agents stand by their ids, calls by the contact's.
What Asterisk has no word for takes the nearest: who is sent away by a queue that is full or closed is WITHDRAW.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from records.exports.floor import (
    Completed,
    Joined,
    Left,
    ReservationEnded,
    Reserved,
    StateChanged,
    StatusChanged,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from records.exports.floor import Moment

NOBODY = "NONE"
"""Where Asterisk has no call, queue or agent to name."""

_LEFT = {
    "abandoned": "ABANDON",
    "timeout": "EXITWITHTIMEOUT",
    "exit_key": "EXITWITHKEY",
    "leave_empty": "EXITEMPTY",
    "join_empty": "EXITEMPTY",
}
_CANCELLED = frozenset({"caller_left", "rescinded", "lost_race"})
"""Nobody failed to answer: the ringing was called off."""


def lines(moment: Moment, queues: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The lines of a moment, without line ends. `queues` are those that each agent serves."""
    match moment:
        case Joined(at, visit):
            yield _line(
                at, visit.contact, visit.queue, NOBODY, "ENTERQUEUE", "", visit.number, visit.position
            )
        case ReservationEnded(at, visit, agent, result):
            word = "RINGCANCELED" if result in _CANCELLED else "RINGNOANSWER"
            yield _line(at, visit.contact, visit.queue, agent, word, round(moment.ring * 1000))
        case Left():
            yield _left(moment)
        case Completed():
            yield _completed(moment)
        case StatusChanged():
            yield from _status(moment, queues.get(moment.agent, (NOBODY,)) or (NOBODY,))
        case Reserved() | StateChanged():
            pass  # Asterisk writes nothing of these


def _left(moment: Left) -> str:
    at, visit, waited = moment.at, moment.visit, round(moment.visit.waited)
    if moment.reason == "answered":
        agent, leg = visit.agent or NOBODY, visit.leg or visit.contact
        return _line(at, visit.contact, visit.queue, agent, "CONNECT", waited, leg, round(visit.ring))
    word = _LEFT.get(moment.reason, "WITHDRAW")
    waiting = (moment.position, visit.position, waited)
    more = {"EXITWITHKEY": (visit.key, *waiting), "WITHDRAW": (*waiting, moment.reason)}
    return _line(at, visit.contact, visit.queue, NOBODY, word, *more.get(word, waiting))


def _completed(moment: Completed) -> str:
    visit = moment.visit
    talked = (round(visit.waited), round(moment.at - visit.answered), visit.position)
    if moment.by != "transfer":
        word = "COMPLETEAGENT" if moment.by == "agent" else "COMPLETECALLER"
        return _line(moment.at, visit.contact, visit.queue, visit.agent, word, *talked)
    context, _, extension = moment.to.rpartition(" ")
    if moment.kind == "blind":
        return _line(
            moment.at, visit.contact, visit.queue, visit.agent, "BLINDTRANSFER", extension, context, *talked
        )
    return _line(
        moment.at, visit.contact, visit.queue, visit.agent, "ATTENDEDTRANSFER", "BRIDGE", extension, *talked
    )


def _status(moment: StatusChanged, queues: Sequence[str]) -> Iterator[str]:
    """Who logs in is a member of his or her queues from then on; who is not ready is a member that pauses."""
    was_in, is_in = moment.before not in ("", "logged_out"), moment.status != "logged_out"
    for queue in queues:
        at, agent = moment.at, moment.agent
        if is_in and not was_in:
            yield _line(
                at, "MANAGER", queue, agent, "ADDMEMBER", "" if moment.status == "available" else "PAUSED"
            )
        if moment.status == "not_ready":
            yield _line(at, NOBODY, queue, agent, "PAUSE", moment.reason)
        elif moment.status == "available" and was_in:
            yield _line(at, NOBODY, queue, agent, "UNPAUSE", "")
        elif not is_in and was_in:
            yield _line(at, "MANAGER", queue, agent, "REMOVEMEMBER", "")


def _line(at: float, call: str, queue: str, agent: str, event: str, *parameters: object) -> str:
    return "|".join(
        [str(int(at)), *map(_clean, (call, queue or NOBODY, agent or NOBODY, event, *parameters))]
    )


def _clean(value: object) -> str:
    """A field that cannot end itself or its line, whatever a caller's phone has sent."""
    return "".join("_" if each == "|" or not each.isprintable() else each for each in str(value))
