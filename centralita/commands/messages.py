"""`centralita messages`: what callers said in the menus for people to hear."""

from __future__ import annotations

import dataclasses

import typer

from centralita.commands.ledger import open_ledger
from centralita.commands.naming import refuse_unknown_names
from centralita.commands.parameters import (
    DEFAULT_CONFIG,
    DEFAULT_STATE,
    Client,
    Config,
    Json,
    Limit,
    State,
    print_json,
)

MOST = 10_000
"""Of the latest messages it is looked up what became of them."""
KEPT = "kept"


def messages(
    config: Config = DEFAULT_CONFIG,
    state: State = DEFAULT_STATE,
    client: Client = None,
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    """List the spoken messages that callers left, the newest first; the files stand among the recordings."""
    ledger = open_ledger(state)
    refuse_unknown_names(config, ledger.database, client=client)
    left = ledger.noted("message.recorded", client=client, limit=limit)
    # Nothing was said in some, and others were said again; who hung up in the middle has left what was said.
    told = ledger.noted("menu.message", client=client, limit=MOST)
    void = {row.data["recording"] for row in told if row.data["result"] != KEPT}
    rows = [row for row in left if row.data["recording"] not in void]
    if as_json:
        print_json([dataclasses.asdict(row) for row in rows])
        return
    from centralita.contact_tables import print_noted

    if rows:
        print_noted(rows, ("mailbox", "seconds", "recording"))
    else:
        typer.echo("callers left no messages")
