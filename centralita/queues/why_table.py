"""Why a contact got its agents, or none, for people at a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from records.timeline.queue_sentences import LEFT
from records.timeline.wording import duration

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from records.timeline.decisions import Decision, Stay
    from records.timeline.verdicts import PassedOver

_RESULTS = {
    "answered": ("answers", ""),
    "no_answer": ("no answer", ""),
    "rejected": ("declines", ""),
    "busy": ("busy", ""),
    "unreachable": ("not reached", "no phone could be reached"),
    "caller_left": ("let go", "the caller left"),
    "lost_race": ("let go", "somebody was quicker"),
    "rescinded": ("let go", "the reservation was taken back"),
    "failed": ("not reached", "the call failed"),
}
"""How reservations end: what, and why."""

_Row = tuple[str, str, str]
_Moment = tuple[float, list[_Row]]
"""When, in seconds since the contact began, and what is said of it: the first row stands beside the time."""


def print_stays(console: Console, stays: Iterable[Stay]) -> None:
    """Each stay in a queue: why nobody was there, who was chosen and why, who was passed over and why."""
    for number, stay in enumerate(stays):
        if number:
            console.print()
        console.print(_table(stay))


def _table(stay: Stay) -> Table:
    table = Table(
        box=None,
        header_style="bold",
        pad_edge=False,
        title=Text(f"queue {stay.queue}", style="bold"),
        title_justify="left",
    )
    table.add_column("seconds", no_wrap=True, justify="right")
    for name in ("what", "why", "agents"):
        table.add_column(name, overflow="fold")
    moments = [(stay.offset, _arrival(stay)), *_course(stay)]
    for offset, rows in sorted(moments, key=lambda each: each[0]):
        for number, row in enumerate(rows):
            table.add_row("" if number else f"{offset:.3f}", *map(Text, row))
    if stay.left is None:
        table.add_row("", "still waits")
    return table


def _course(stay: Stay) -> list[_Moment]:
    """What happened between the arrival and the end, and the end."""
    moments: list[_Moment] = [
        (step.offset, [("less is asked", f"{step.asked}, after {duration(step.waited)}", "")])
        for step in stay.relaxed
    ]
    for decision in stay.decisions:
        moments.append((decision.offset, _choice(decision)))
        if decision.ended is not None:
            moments.append((decision.ended, [_outcome(decision)]))
    if stay.left is not None and stay.left_at is not None:
        why = f"{LEFT.get(stay.left, stay.left)}, after {duration(stay.waited)}"
        moments.append((stay.left_at, [("leaves", why, ""), *_passed("nobody", stay.unserved_at_end)]))
    return moments


def _arrival(stay: Stay) -> list[_Row]:
    said = [f"at position {stay.position}"] if stay.position is not None else []
    if stay.priority:
        said.append(f"priority {stay.priority}")
    if stay.waited_before is not None and stay.waited_before >= 1:  # a contact takes a moment to its queue
        said.append(f"keeps the place of a wait {duration(stay.waited_before)} before")
    return [("joins", ", ".join(said), ""), *_passed("nobody", stay.unserved)]


def _choice(decision: Decision) -> list[_Row]:
    asked = f"asked: {decision.asked}"
    if decision.relaxed:
        asked += f", lowered {decision.relaxed} times" if decision.relaxed > 1 else ", lowered once"
    place = [] if decision.position is None else [f"position {decision.position} of {decision.waiting}"]
    waited = [] if decision.waited is None else [f"waited {duration(decision.waited)}"]
    return [
        ("chosen", decision.why, decision.agent),
        ("", "; ".join([asked, *place, *waited]), ""),
        *_passed("passed over", decision.passed_over),
    ]


def _outcome(decision: Decision) -> _Row:
    what, why = _RESULTS.get(str(decision.result), (str(decision.result), ""))
    rang = "" if decision.ring is None else f"rang for {duration(decision.ring)}"
    return what, ", ".join(filter(None, (why, rang))), decision.agent


def _passed(what: str, groups: Iterable[PassedOver]) -> list[_Row]:
    rows = []
    for number, group in enumerate(groups):
        more = [f"{group.more} more"] if group.more else []
        rows.append(("" if number else what, group.why, ", ".join([*group.agents, *more])))
    return rows
