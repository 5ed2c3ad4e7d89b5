"""`centralita audit`: who did what, from where, with what result."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import typer

from centralita.commands.parameters import DEFAULT_STATE, Json, State, fail, print_json
from centralita.state import database_of, master_key_of


def audit(
    by: Annotated[str | None, typer.Option("--by", help="Only this person's, key's or node:LOGIN's.")] = None,
    act: Annotated[
        str | None, typer.Option("--act", help="Part of what was done, such as key or login.")
    ] = None,
    result: Annotated[str | None, typer.Option("--result", help="done, refused or failed.")] = None,
    on: Annotated[str | None, typer.Option("--on", help="What or whom it was about.")] = None,
    since: Annotated[
        str | None, typer.Option("--since", help="A day or moment in UTC, 2026-11-23 08:00.")
    ] = None,
    until: Annotated[str | None, typer.Option("--until", help="Before this, written alike.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many, newest first.")] = 50,
    state: State = DEFAULT_STATE,
    as_json: Json = False,
) -> None:
    """List the audit log, the newest first. `centralita records verify` proves that nothing was taken out."""
    from records.people.audit import DONE, FAILED, REFUSED, AuditFilter, AuditLog

    if result not in (None, DONE, REFUSED, FAILED):
        fail(f"--result {result}: write {DONE}, {REFUSED} or {FAILED}", code=2)
    wanted = AuditFilter(by, act, result, on, _moment(since, "--since"), _moment(until, "--until"))
    database = database_of(state)
    found = AuditLog(database, master_key_of(state, database)).entries(wanted, limit=limit)
    if as_json:
        print_json([dataclasses.asdict(each) for each in found])
        return
    if not found:
        typer.echo("nothing was done that fits")
        return
    from centralita.people_tables import print_audit

    print_audit(found)


def _moment(text: str | None, option: str) -> float | None:
    from datetime import UTC, datetime

    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        fail(f"{option} {text!r}: write a day or a moment, 2026-11-23 or 2026-11-23 08:00", code=2)
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()
