"""`centralita records`: care for the ledger."""

from __future__ import annotations

import typer

from base.errors import CentralitaError
from centralita.commands.parameters import DEFAULT_STATE, State, fail
from centralita.state import LEDGER_FILE

app = typer.Typer(help="Records: care for the ledger.", no_args_is_help=True)


@app.callback()
def records() -> None:
    """Records: care for the ledger."""


@app.command("rebuild")
def rebuild_tables(state: State = DEFAULT_STATE) -> None:
    """Make the tables of contacts and legs anew from the events. The node must be stopped."""
    from records.rebuild import rebuild

    try:
        count = rebuild(state / LEDGER_FILE)
    except CentralitaError as error:
        fail(str(error))
    typer.echo(f"{count} contacts made anew from their events")
