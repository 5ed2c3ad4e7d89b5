"""`centralita audit`: who did what, from where, with what result."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import typer

from centralita.commands.moments import Since, Until, span
from centralita.commands.parameters import DEFAULT_STATE, Json, Limit, State, fail, print_json
from centralita.state import database_of, master_key_of


def audit(
    by: Annotated[str | None, typer.Option("--by", help="Only this person's, key's or node:LOGIN's.")] = None,
    act: Annotated[
        str | None, typer.Option("--act", help="Part of what was done, such as key or login.")
    ] = None,
    result: Annotated[str | None, typer.Option("--result", help="done, refused or failed.")] = None,
    on: Annotated[str | None, typer.Option("--on", help="What or whom it was about.")] = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = 50,
    state: State = DEFAULT_STATE,
    as_json: Json = False,
) -> None:
    """List the audit log, the newest first. `centralita records verify` proves that nothing was taken out."""
    from records.people.audit import DONE, FAILED, REFUSED, AuditFilter, AuditLog

    if result not in (None, DONE, REFUSED, FAILED):
        fail(f"--result {result}: write {DONE}, {REFUSED} or {FAILED}", code=2)
    wanted = AuditFilter(by, act, result, on, *span(since, until))
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
