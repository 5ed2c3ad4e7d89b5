"""Queues, reservations, callbacks, escalations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.events.catalogue.field import ACT, FLAG, NUMBER, PARTS, PERSONAL, PLACE, TEXT, WHOLE, told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from console.events.catalogue.field import EventType

_QUEUE = {"queue": TEXT}
_RESERVATION = {"reservation": TEXT, "agent": TEXT, "queue": TEXT}
_CALLBACK = {"reference": TEXT}
_RUNG = {"kind": TEXT, "rung": WHOLE}

QUEUES: Mapping[str, EventType] = {
    "queue.joined": told(
        "A caller began to wait; `waited` counts from an earlier place",
        **_QUEUE,
        position=WHOLE,
        priority=WHOLE,
        waited=NUMBER,
        estimate=NUMBER,
    ),
    "queue.left": told("A caller waits no longer", **_QUEUE, reason=TEXT, waited=NUMBER, position=WHOLE),
    "queue.relaxed": told("Less is asked of the agent", **_QUEUE, requires=PARTS, waited=NUMBER),
    "queue.prioritised": told(
        "The caller is served earlier or later", **_QUEUE, priority=WHOLE, position=WHOLE
    ),
    "queue.exit_key": told("The caller left by a key", **_QUEUE, key=TEXT, position=WHOLE),
    "queue.place_regained": told("Who calls again has the place back", **_QUEUE, waited=NUMBER, first=FLAG),
    "queue.rescued": told(
        "A caller whose agent was lost waits again", **_QUEUE, agent=TEXT, times=WHOLE, first=FLAG
    ),
    "queue.pick": told("An agent picks the first caller", **_QUEUE, agent=TEXT, entry=TEXT),
    "queue.directed": told(
        "A supervisor directed a caller", **_QUEUE, **ACT, priority=WHOLE, to=PLACE, agent=TEXT
    ),
    "reservation.created": told("A caller is held for an agent", **_RESERVATION),
    "reservation.ringing": told("The agent's phone rings", **_RESERVATION),
    "reservation.picked_up": told("The agent is at the phone", **_RESERVATION),
    "reservation.ended": told("The reservation is over", **_RESERVATION, result=TEXT, ring=NUMBER),
    "wrap_up.ended": told("An agent is done with the contact", agent=TEXT, queue=TEXT, seconds=NUMBER),
    "callback.promised": told(
        "A call back was promised; moments are Unix seconds",
        **_CALLBACK,
        **{
            "number": PERSONAL,
            "queue": TEXT,
            "client": TEXT,
            "language": TEXT,
            "earliest": WHOLE,
            "latest": WHOLE,
        },
        **{"order": TEXT, "by": PLACE, "agent": TEXT, "case": TEXT},
    ),
    "callback.due": told("It is time to call back", **_CALLBACK, queue=TEXT),
    "callback.dialled": told(
        "The customer is called back",
        **_CALLBACK,
        number=PERSONAL,
        agent=TEXT,
        contact=TEXT,
        **{"try": WHOLE},
    ),
    "callback.missed": told(
        "The customer was not reached", **_CALLBACK, result=TEXT, contact=TEXT, **{"try": WHOLE}
    ),
    "callback.kept": told(
        "The promise was kept",
        **_CALLBACK,
        **{"contact": TEXT, "agent": TEXT, "late": FLAG, "after": NUMBER, "tries": WHOLE},
    ),
    "callback.failed": told("The promise was broken", **_CALLBACK, why=TEXT, tries=WHOLE),
    "callback.cancelled": told("Nobody is to be called back", **_CALLBACK, by=PLACE),
    "callback.expired": told("It is too late to call back", **_CALLBACK, tries=WHOLE),
    "callback.reopened": told("It is tried once more", **_CALLBACK, by=PLACE, earliest=WHOLE, latest=WHOLE),
    "escalation.began": told("More than an agent is needed", kind=TEXT, rungs=WHOLE),
    "escalation.rung": told("Somebody of the ladder is called", **_RUNG, of=WHOLE, to=PLACE),
    "escalation.unanswered": told("Who was called did not answer", **_RUNG),
    "escalation.served": told("Somebody of the ladder took the call", **_RUNG, to=PLACE),
    "escalation.failed": told("The ladder is at its end", kind=TEXT),
}
