"""`centralita records verify`, `seals` and `rebuild`: whether the ledger is whole, and what follows from it anew."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path  # noqa: TC003 - typer reads it at run time
from typing import TYPE_CHECKING, Annotated

import typer

from centralita.commands.parameters import DEFAULT_STATE, Json, State, fail, print_json
from centralita.commands.progress import progress
from centralita.state import database_of, master_key_of

if TYPE_CHECKING:
    from records.ledger.seal import Seal
    from records.ledger.verify import DayVerdict

_FIRST = date(1970, 1, 1).toordinal()


def verify_chain(
    state: State = DEFAULT_STATE,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The first day (UTC).", show_default="the first"),
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day.", show_default="today")
    ] = None,
    seals: Annotated[
        Path | None, typer.Option(help="Seals that were handed out before, as `records seals` prints them.")
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(
            help="The public key that seals are checked by, 64 digits.", show_default="the node's own"
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Prove the ledger: no event was changed, added, taken away or moved. Exit code 1 when one was.

    Every link of the chain is computed anew, day by day; days that are over are compared with their seals. The node
    may go on.
    """
    from records.ledger.heads import FOLDER, all_notes
    from records.ledger.verify import event_count, verify

    try:
        database = database_of(state)
        master = master_key_of(state, database)
        public_key = (
            bytes.fromhex(key) if key is not None else master.public_key if master is not None else None
        )
        with progress("events", event_count(database)) as tell:
            days = list(
                verify(
                    database,
                    since=_day(since),
                    until=_day(until),
                    public_key=public_key,
                    seals=_read_seals(seals),
                    noted=all_notes(state / FOLDER),
                    tell=tell,
                )
            )
    except ValueError as error:
        fail(f"the key or the file of seals is wrong: {error}")
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}")
    if as_json:
        print_json({"whole": all(each.is_whole for each in days), "days": [_told(each) for each in days]})
    else:
        _show(days)
    if not all(each.is_whole for each in days):
        raise typer.Exit(1)


def show_seals(state: State = DEFAULT_STATE) -> None:
    """Print the seals of all days that are over, one JSON object a line, and the key that they are checked by.

    Keep them where nobody can change them: `records verify --seals FILE` shows later that nothing has changed since.
    """
    from records.ledger.verify import stored_seals

    database = database_of(state)
    master = master_key_of(state, database)
    found = stored_seals(database)
    for each in found:
        typer.echo(json.dumps(each.told | {"date": _date(each.day)}))
    if master is not None:
        typer.echo(f"checked by the public key {master.public_key.hex()}", err=True)


def rebuild_tables(
    state: State = DEFAULT_STATE,
    node: Annotated[str, typer.Option(help="The node's name in centre.yaml.")] = "main",
    as_json: Json = False,
) -> None:
    """Make contacts, legs, segments and all else that is derived anew from the events. The node must be stopped."""
    from records.ledger.verify import event_count
    from records.views.rebuild import rebuild

    database = database_of(state)
    with progress("events", event_count(database)) as tell:
        count = rebuild(database, node, master_key_of(state, database), tell)
    if as_json:
        print_json({"events": count})
    else:
        typer.echo(f"all that is derived was made anew from {count} events")


def _read_seals(file: Path | None) -> list[Seal]:
    from records.ledger.seal import Seal

    if file is None:
        return []
    return [
        Seal.read(json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()
    ]


def _day(moment: datetime | None) -> int | None:
    return None if moment is None else moment.date().toordinal() - _FIRST


def _date(day: int) -> str:
    return datetime.fromtimestamp(day * 86_400, UTC).date().isoformat()


def _told(each: DayVerdict) -> dict[str, object]:
    return {
        "node": each.node,
        "date": _date(each.day),
        "events": each.events,
        "head": each.head,
        "sealed": each.is_sealed,
        "problems": list(each.problems),
    }


def _show(days: list[DayVerdict]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("day (UTC)", "node", "events", "sealed", "verdict")
    for each in days:
        verdict = "[green]whole[/]" if each.is_whole else "[red]" + "; ".join(each.problems) + "[/]"
        table.add_row(
            _date(each.day), each.node, f"{each.events:,}", "yes" if each.is_sealed else "not yet", verdict
        )
    console = Console()
    console.print(table)
    events = sum(each.events for each in days)
    broken = sum(not each.is_whole for each in days)
    console.print(
        f"[red]{broken} of {len(days)} days are not as they were written[/]"
        if broken
        else f"[green]whole[/]: {events:,} events of {len(days)} days are as they were written"
    )
