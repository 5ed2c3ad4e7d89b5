"""`centralita records retention`: delete what is kept too long, as the node does each day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from centralita.commands.keeping.office import act, look, plain
from centralita.commands.noting import deed_of
from centralita.commands.parameters import (
    DEFAULT_CONFIG,
    DEFAULT_STATE,
    By,
    Config,
    Json,
    State,
    login,
    print_json,
)

if TYPE_CHECKING:
    from records.retention.keeping import Keeping
    from records.retention.told import Applied


def retention(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would go.")] = False,
    by: By = "",
    state: State = DEFAULT_STATE,
    config: Config = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Delete what is kept longer than the days that centre.yaml and the client companies' files say."""
    if dry_run:
        found = plain(look(state, config, lambda keeping: keeping.run(dry_run=True)))
    else:
        from records.timeline.wording import counted

        body = {"by": by or login()}
        with Console(stderr=True).status("looking for what is due") as status:

            def tell(applied: Applied) -> None:
                status.update(
                    f"{applied.client or 'house'}: {counted(applied.contacts, 'contact')}, "
                    f"{counted(applied.recordings, 'recording')}"
                )

            async def run(keeping: Keeping) -> list[Applied]:
                return await keeping.run(tell=tell)

            deed = deed_of("records retention", {}, by=by)
            found = act(state, config, "POST", "/api/v1/retention/run", body, run, deed=deed)
    applied: list[dict[str, Any]] = found["applied"] if isinstance(found, dict) else found
    if as_json:
        print_json(applied)
        return
    if not applied:
        typer.echo(
            "no days are set: nothing is ever deleted (retention: in centre.yaml, or in clients/ID.yaml)"
        )
        return
    from centralita.terminal import print_rows

    columns = ("contacts", "recordings", "messages", "held", "failed")
    rows = [(each["client"] or "(house)", *(str(each[name]) for name in columns)) for each in applied]
    print_rows(("client", *columns), rows)
    typer.echo("would be deleted" if dry_run else "deleted")
