"""Sentences for what agents and supervisors do in conversations: consultations, conferences, holds, secure capture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from records.timeline.wording import duration, status_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from records.timeline.facts import Facts

_CONSULT = {
    "completed": "the caller goes on with {}",
    "conference": "{} comes into the conversation",
    "cancelled": "the agent comes back from {}",
    "not answered": "{} did not answer",
    "the other hung up": "{} hung up",
    "the caller hung up": "the caller hung up; agent and {} finish what they say",
    "broken off": "it was broken off",
}
_CAPTURE = {
    "approved": "approved",
    "declined": "declined",
    "failed": "it failed, there is no result",
    "left": "the caller came to no result",
    "broken off": "it was broken off",
}
_MONITOR = {"listen": "listens", "whisper": "whispers to the agent", "barge": "talks with both"}


def _consult_ended(facts: Facts) -> str:
    known = _CONSULT.get(facts["result"])
    return f"The consultation is over: {known.format(facts['to']) if known else facts['result']}"


def _consult_failed(facts: Facts) -> str:
    why = facts.phrase("status", " (SIP {})", status_words)
    return f"Nobody is consulted: {facts['to']} does not come{why}"


def _monitor(facts: Facts) -> str:
    return f"Supervisor {facts['by']} {_MONITOR.get(facts['mode'], facts['mode'])}"


def _monitor_ended(facts: Facts) -> str:
    return f"Supervisor {facts['by']} is gone{facts.phrase('seconds', ' after {}', duration)}"


HANDLING_SENTENCES: dict[str, Callable[[Facts], str]] = {
    "act.refused": lambda facts: f"The agent's wish ({facts['act']}) is not possible: {facts['reason']}",
    "call.ended": lambda facts: f"{facts['by']} ends the call for all",
    "capture.began": lambda facts: f"{facts['by']} leads the caller into the form {facts['menu']}, unheard",
    "capture.ended": lambda facts: (
        f"The caller is back from the form: {_CAPTURE.get(facts['result'], facts['result'])}"
    ),
    "conference.began": lambda _: "Comes in: all three hear each other",
    "conference.joined": lambda _: "Comes into the conference",
    "conference.left": lambda _: "Leaves the conference",
    "conference.ended": lambda _: "Two are left of the conference",
    "consult.requested": lambda facts: f"{facts['by']} consults {facts['target']}; the caller waits",
    "consult.answered": lambda _: "Answers, and talks with the agent",
    "consult.failed": _consult_failed,
    "consult.ended": _consult_ended,
    "queue.pick": lambda facts: (
        f"Agent {facts['agent']} wants who waits in {facts['queue']}: {facts['entry']}"
    ),
    "hold.began": lambda facts: f"{facts['by']} lets the caller wait",
    "hold.ended": lambda _: "The caller waits no longer",
    "monitor.began": _monitor,
    "monitor.changed": _monitor,
    "monitor.ended": _monitor_ended,
    "monitor.took_over": lambda facts: f"Supervisor {facts['by']} takes the call over, the agent is let go",
}
