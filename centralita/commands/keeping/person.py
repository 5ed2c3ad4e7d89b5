"""`centralita records person`: everything that is kept of one person, and its erasure."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from centralita.commands.keeping.office import act, look, plain
from centralita.commands.noting import deed_of
from centralita.commands.parameters import (
    DEFAULT_CONFIG,
    DEFAULT_STATE,
    By,
    Config,
    Json,
    State,
    fail,
    login,
    print_json,
)

if TYPE_CHECKING:
    from records.retention.keeping import Keeping
    from records.retention.told import Erased

app = typer.Typer(help="The rights of one person.", no_args_is_help=True)

Number = Annotated[str, typer.Argument(help='"+34600111222", or as it is dialled at home.')]
Client = Annotated[str | None, typer.Option(help="Only what this client company has.")]


@app.command("export")
def export(
    number: Number,
    to: Annotated[
        Path | None, typer.Option("--to", help="The file to write.", show_default="person.zip")
    ] = None,
    client: Client = None,
    by: By = "",
    state: State = DEFAULT_STATE,
    config: Config = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Write everything that is kept of a person into a zip: a page and a table for people, JSON, recordings."""
    target, who = to or Path("person.zip"), by or login()
    if target.exists():
        fail(f"{target} is there already; name another file with --to")
    if not target.absolute().parent.is_dir():
        fail(f"{target}: there is no folder {target.absolute().parent}")
    body = {"number": number, "by": who, "client": client}

    async def write(keeping: Keeping) -> Any:
        return await keeping.export(number, target, by=who, client=client, now=time.time())

    deed = deed_of("records person export", _about(number, client), by=by)
    found = act(state, config, "POST", "/api/v1/persons/export", body, write, deed=deed, file=target)
    if as_json:
        print_json({"file": str(target), **found})
        return
    typer.echo(f"written to {target}: who reads it is your care now")
    for name in found.get("left_out", ()):
        typer.echo(f"no key at hand opens {name}; it is in the file as it lies", err=True)


@app.command("erase")
def erase(
    number: Number,
    client: Client = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would go.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    by: By = "",
    state: State = DEFAULT_STATE,
    config: Config = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Erase a person for good: keys are destroyed, columns cleared, recordings and callbacks deleted.

    Figures and the chain stay as they are. Backups are not reached.
    """
    who = by or login()

    async def count(keeping: Keeping) -> Erased:
        return await keeping.erase(number, by=who, client=client, dry_run=True)

    if dry_run or not yes:
        from records.timeline.wording import counted

        would: Erased = look(state, config, count)
        if dry_run:
            _tell(plain(would), "would be erased", as_json=as_json)
            return
        what = f"{counted(would.contacts, 'contact')}, {counted(would.recordings, 'recording')}"
        more = "".join(f", {each} of {name}" for name, each in would.elsewhere.items() if each)
        if not typer.confirm(f"Erase {would.number}: {what}{more}? It cannot be undone", err=True):
            fail("nothing was erased")
    body = {"number": number, "by": who, "client": client}
    found = act(
        state,
        config,
        "POST",
        "/api/v1/persons/erase",
        body,
        lambda keeping: keeping.erase(number, by=who, client=client),
        deed=deed_of("records person erase", _about(number, client), by=by),
    )
    _tell(found, "erased", as_json=as_json)


def _about(number: str, client: str | None) -> dict[str, str]:
    from records.people.audit import end_of

    return {"number": end_of(number)} | ({} if client is None else {"client": client})


def _tell(found: dict[str, Any], done: str, *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    from records.timeline.wording import counted

    contacts, recordings = counted(found["contacts"], "contact"), counted(found["recordings"], "recording")
    typer.echo(f"{found['number']}: {contacts}, {recordings} {done}")
    for name, count in found["elsewhere"].items():
        if count:
            typer.echo(f"{count} of {name} {done}")
    if found["in_progress"]:
        typer.echo(f"not over yet: {counted(found['in_progress'], 'call')}; do it again when that is")
    if found["failed"]:
        left = f"not deleted: {counted(found['failed'], 'recording')}, whose calls are left"
        typer.echo(f"{left}; the log says why, do it again after that", err=True)
