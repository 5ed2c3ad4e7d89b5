"""`centralita cases` and `messages`: what callers left in the menus for people to do."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated

import typer

from centralita.commands.ledger import open_ledger
from centralita.commands.naming import refuse_unknown_names
from centralita.commands.parameters import (
    DEFAULT_CONFIG,
    DEFAULT_STATE,
    Config,
    Json,
    Limit,
    State,
    print_json,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from records.reader import NotedEvent, Reader

MOST = 10_000
"""Of the latest messages it is looked up what became of them."""
KEPT = "kept"

Client = Annotated[str | None, typer.Option(help="Only this client company's.")]


def cases(
    config: Config = DEFAULT_CONFIG,
    state: State = DEFAULT_STATE,
    client: Client = None,
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    """List the cases that callers opened, such as changes of address, the newest first."""
    rows = _ledger(config, state, client).noted("case.opened", client=client, limit=limit)
    _print(rows, ("reference", "kind", "message", "sent"), "callers opened no cases", as_json=as_json)


def messages(
    config: Config = DEFAULT_CONFIG,
    state: State = DEFAULT_STATE,
    client: Client = None,
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    """List the spoken messages that callers left, the newest first; the files stand among the recordings."""
    ledger = _ledger(config, state, client)
    rows = ledger.noted("message.recorded", client=client, limit=limit)
    # Nothing was said in some, and others were said again; who hung up in the middle has left what was said.
    told = ledger.noted("menu.message", client=client, limit=MOST)
    void = {row.data["recording"] for row in told if row.data["result"] != KEPT}
    _print(
        [row for row in rows if row.data["recording"] not in void],
        ("mailbox", "seconds", "recording"),
        "callers left no messages",
        as_json=as_json,
    )


def _ledger(config: Path, state: Path, client: str | None) -> Reader:
    ledger = open_ledger(state)
    refuse_unknown_names(config, ledger.database, client=client)
    return ledger


def _print(rows: Sequence[NotedEvent], columns: Sequence[str], nothing: str, *, as_json: bool) -> None:
    if as_json:
        print_json([dataclasses.asdict(row) for row in rows])
        return
    if not rows:
        typer.echo(nothing)
        return
    from centralita.tables import print_noted

    print_noted(rows, columns)
