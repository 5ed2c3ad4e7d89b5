"""The way through the menus: each step, where it led, and whether the menu served the customer by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from records.views import tables
from records.views.fields import number, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from records.views.contact_state import Change, ContactState
    from records.views.fields import Data, Row

SUCCESSES = frozenset({"ok", "already", "approved", "found"})
"""Answers of client companies' systems that give the customer what he or she wanted."""
PEOPLE = ("queue ", "agent ", "extension ", "address ", "number ", "escalation ")
"""How the places begin where people are asked for."""
HUNG_UP = "caller_hung_up"
_BY_ITSELF = "hang-up"


def _entered(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    contact = state.contact
    _leave(state, at, "next")
    menu, version = text(data, "menu"), text(data, "version")
    before = state.steps[-1] if state.steps else None
    if version is None and before is not None and before["menu"] == menu:
        version = str(before["version"]) if before["version"] is not None else None
    if contact["menu"] is None:
        contact["menu"], contact["menu_version"] = menu, version
    row = state.add(
        tables.menu_step,
        contact=contact["id"],
        n=len(state.steps) + 1,
        menu=menu,
        version=version,
        step=text(data, "step"),
        entered_at=at,
        noinputs=0,
        nomatches=0,
    )
    state.steps.append(row)


def _result(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    row = _present(state)
    if row is not None:
        row["outcome"] = text(data, "result") or row["outcome"]


def _count(column: str) -> Change:
    def take(state: ContactState, at: int, leg: str | None, data: Data) -> None:
        row = _present(state)
        if row is not None:
            row[column] = number(row[column]) + 1

    return take


def _left(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    destination = text(data, "destination")
    row = _present(state)
    if row is not None and destination is not None and (row["outcome"] is None or destination == HUNG_UP):
        row["outcome"] = destination
    _leave(state, at, "next")
    state.ongoing["menu_end"] = destination or "?"
    if (destination or "").startswith(PEOPLE):
        state.ongoing["asked"] = True


def _asked(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    state.ongoing["asked"] = True


def _transaction(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    state.ongoing["served"] = text(data, "result") in SUCCESSES


def _present(state: ContactState) -> Row | None:
    row = state.steps[-1] if state.steps else None
    if row is None or row["left_at"] is not None:
        return None
    state.touch(tables.menu_step, row)
    return row


def _leave(state: ContactState, at: int, outcome: str) -> None:
    row = _present(state)
    if row is not None:
        row["left_at"], row["outcome"] = at, row["outcome"] or outcome


def finish(state: ContactState, at: int) -> None:
    """The contact is over. Who asked for nobody was served if the last transaction was good, or there was none.

    Without a transaction the menu must have come to its own end: whoever hangs up before has not been served.
    """
    _leave(state, at, "interrupted")
    if not state.steps:
        return
    is_served = state.ongoing.get("served", state.ongoing.get("menu_end") == _BY_ITSELF)
    state.contact["contained"] = bool(is_served) and not state.ongoing.get("asked", False)


ON: Mapping[str, Change] = {
    "menu.entered": _entered,
    "menu.input": _result,
    "menu.branch": _result,
    "menu.result": _result,
    "menu.message": _result,
    "menu.noinput": _count("noinputs"),
    "menu.nomatch": _count("nomatches"),
    "menu.left": _left,
    "queue.joined": _asked,
    "bridge.began": _asked,
    "transaction.result": _transaction,
}
"""What each event means for it."""
