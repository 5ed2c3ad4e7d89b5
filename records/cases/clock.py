"""The statutory clock of a complaint: begun with the complaint, paused, met, missed; one step changes one row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from base.machine import Machine
from records.cases.states import CLOCK, ClockEffect, ClockInput, ClockState
from records.cases.terms import Term
from records.moments import stored, unix

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from records.cases.terms import Terms

    Tell = Callable[[str, Mapping[str, object]], None]
    """Writes down what was done: its type and more."""

Row = dict[str, Any]


def begun(terms: Terms, term: Term, client: str, received: float) -> Row:
    """The columns of a complaint that was received at this moment."""
    end = terms.end(client, term.days, received, is_working=term.is_working)
    return {
        "clock": ClockState.RUNNING.value,
        "term": term.written(),
        "received_at": stored(received),
        "answer_by": stored(end),
        "warn_at": _warning(terms, term, client, received, end),
    }


def fire(terms: Terms, row: Mapping[str, Any], what: ClockInput, now: float, tell: Tell) -> Row:
    """What an input changes of a complaint's row; of any other case nothing. `tell` hears what is to be told.

    Whoever answers after the end has missed it, even where nobody has looked since.
    """
    if row["clock"] is None:
        return {}
    changes: Row = {}
    machine = Machine(CLOCK)
    machine.state = ClockState(row["clock"])
    term, client = Term.read(row["term"]), str(row["client"])
    inputs = [what]
    if (
        machine.state is ClockState.RUNNING
        and row["answer_by"] < stored(now)
        and what is not ClockInput.RUN_OUT
    ):
        inputs.insert(0, ClockInput.RUN_OUT)
    for each in inputs:
        if each is ClockInput.PAUSE and not term.pauses:
            continue
        for effect in machine.fire(each):
            changes |= _carried_out(effect, terms, term, client, row, now, tell)
    if what is ClockInput.ANSWER and row["answered_at"] is None:
        changes["answered_at"] = stored(now)
    changes["clock"] = machine.state.value
    return changes


def _carried_out(
    effect: ClockEffect,
    terms: Terms,
    term: Term,
    client: str,
    row: Mapping[str, Any],
    now: float,
    tell: Tell,
) -> Row:
    match effect:
        case ClockEffect.KEEP_LEFT:
            left = terms.left(client, unix(row["answer_by"]), now, is_working=term.is_working)
            tell("complaint.paused", {"left": left})
            return {"days_left": left}
        case ClockEffect.MOVE_END:
            end = terms.end(client, row["days_left"], now, is_working=term.is_working)
            tell("complaint.resumed", {"answer_by": round(end)})
            return {
                "answer_by": stored(end),
                "warn_at": _warning(terms, term, client, now, end) if row["warn_at"] is not None else None,
                "days_left": None,
            }
        case ClockEffect.TELL_MET:
            tell("complaint.met", {"answer_by": round(unix(row["answer_by"]))})
            return {"warn_at": None}
        case ClockEffect.TELL_MISSED:
            tell("complaint.missed", {"answer_by": round(unix(row["answer_by"]))})
            return {"warn_at": None}


def _warning(terms: Terms, term: Term, client: str, since: float, end: float) -> int | None:
    """The moment at which only so many days are left; a term that is shorter warns at once."""
    if term.warn == 0:
        return None
    left = terms.left(client, end, since, is_working=term.is_working)
    days = max(0, left - term.warn)
    return stored(min(end, terms.end(client, days, since, is_working=term.is_working) if days else since))
