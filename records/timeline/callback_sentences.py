"""Sentences for callbacks: the promise, the tries, and what came of them; and for the do-not-call list."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from records.timeline.wording import duration

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from records.timeline.facts import Facts

_MISSED = {
    "busy": "the line is busy",
    "no_answer": "nobody answers",
    "unreachable": "the number cannot be reached",
    "machine": "a machine answers",
    "not_connected": "customer and agent did not come together",
    "failed": "the call fails",
}


def callback_opened(facts: Facts) -> str:
    """How the contact begins that stands in a queue for a callback."""
    return f"Callback {facts['callback']} to {facts['ani']}{facts.phrase('promised_in', ', promised in contact {}')}"


def _moment(seconds: object) -> str:
    if not isinstance(seconds, int | float) or not 0 <= seconds < 1e11:
        return "some time"
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _promised(facts: Facts) -> str:
    who = facts.phrase("queue", " by queue {}")
    until = facts.phrase("latest", ", until {}", _moment)
    by = facts.phrase("by", " ({} asked for it)")
    return f"Is promised to be called back at {facts['number']}{who}{until}: {facts['reference']}{by}"


def _dialled(facts: Facts) -> str:
    agent = facts.phrase("agent", " for {}")
    return f"Callback {facts['reference']}, try {facts['try']}: {facts['number']} is called{agent}"


def _answerer(facts: Facts) -> str:
    who = "a machine" if facts.data.get("machine") is True else "a person"
    return f"Sounds like {who}{facts.phrase('reason', ' ({})')}"


def _missed(facts: Facts) -> str:
    why = _MISSED.get(facts["result"], facts["result"])
    return f"Callback {facts['reference']}, try {facts['try']}: {why}"


def _kept(facts: Facts) -> str:
    when = "late" if facts.data.get("late") is True else "in time"
    after = facts.phrase("after", " after {}", duration)
    agent, where = facts.phrase("agent", " by {}"), facts.phrase("contact", " in contact {}")
    return f"Callback {facts['reference']} is kept {when}{after}{agent}{where}"


def _tries(facts: Facts) -> str:
    return facts.phrase("tries", " after {}", lambda tries: "1 try" if tries == 1 else f"{tries} tries")


def _listed(facts: Facts) -> str:
    whose, why = facts.phrase("client", " for {}"), facts.phrase("reason", ": {}")
    return f"{facts['by']} puts {facts['number']} on the do-not-call list{whose}{why}"


CALLBACK_SENTENCES: Mapping[str, Callable[[Facts], str]] = {
    "callback.promised": _promised,
    "callback.due": lambda facts: f"Callback {facts['reference']} joins queue {facts['queue']}",
    "callback.dialled": _dialled,
    "callback.missed": _missed,
    "callback.kept": _kept,
    "callback.failed": lambda facts: (
        f"Callback {facts['reference']} is given up{_tries(facts)}{facts.phrase('why', ' ({})')}".replace(
            "_", " "
        )
    ),
    "callback.expired": lambda facts: f"Callback {facts['reference']} was not made in time{_tries(facts)}",
    "callback.cancelled": lambda facts: f"Callback {facts['reference']} is cancelled by {facts['by']}",
    "callback.reopened": lambda facts: f"Callback {facts['reference']} is tried again, says {facts['by']}",
    "do_not_call.added": _listed,
    "do_not_call.removed": lambda facts: (
        f"{facts['by']} takes {facts['number']} off the do-not-call list{facts.phrase('client', ' for {}')}"
    ),
    "leg.answerer": _answerer,
}
