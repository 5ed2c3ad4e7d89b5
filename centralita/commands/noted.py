"""`centralita cases` and `messages`: what callers left in the menus for people to do."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated

import typer

from centralita.commands.ledger import open_ledger
from centralita.commands.parameters import DEFAULT_STATE, Json, State, print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from records.reader import NotedEvent

MOST = 10_000
"""Of the latest messages it is looked up what became of them."""
KEPT = "kept"

Client = Annotated[str | None, typer.Option(help="Only this client company's.")]
Limit = Annotated[int, typer.Option(min=1, help="How many, newest first.")]


def cases(
    state: State = DEFAULT_STATE, client: Client = None, limit: Limit = 50, as_json: Json = False
) -> None:
    """List the cases that callers opened, such as changes of address, the newest first."""
    _show("case.opened", ("reference", "kind", "message", "sent"), state, client, limit, as_json=as_json)


def messages(
    state: State = DEFAULT_STATE, client: Client = None, limit: Limit = 50, as_json: Json = False
) -> None:
    """List the spoken messages that callers left, the newest first; the files stand among the recordings."""
    ledger = open_ledger(state)
    rows = ledger.noted("message.recorded", client=client, limit=limit)
    # Nothing was said in some, and others were said again; who hung up in the middle has left what was said.
    told = ledger.noted("menu.message", client=client, limit=MOST)
    void = {row.data["recording"] for row in told if row.data["result"] != KEPT}
    _print(
        [row for row in rows if row.data["recording"] not in void],
        ("mailbox", "seconds", "recording"),
        as_json=as_json,
    )


def _show(
    kind: str, columns: Sequence[str], state: State, client: str | None, limit: int, *, as_json: bool
) -> None:
    _print(open_ledger(state).noted(kind, client=client, limit=limit), columns, as_json=as_json)


def _print(rows: Sequence[NotedEvent], columns: Sequence[str], *, as_json: bool) -> None:
    if as_json:
        print_json([dataclasses.asdict(row) for row in rows])
        return
    from centralita.tables import print_noted

    print_noted(rows, columns)
