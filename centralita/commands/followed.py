"""`centralita complaints`, `promises`, `surveys` and `dispositions`: what became of things."""

from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING, Annotated, cast

import typer

from centralita.commands.asking import Http, ask
from centralita.commands.ledger import open_database
from centralita.commands.naming import refuse_unknown_names
from centralita.commands.parameters import (
    DEFAULT_CONFIG,
    DEFAULT_STATE,
    Client,
    Config,
    Json,
    Limit,
    Queue,
    State,
    fail,
    print_json,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed import DataclassInstance

    from records.cases.surveyed import By

Days = Annotated[float | None, typer.Option(min=0, max=36_500, help="Only of the last so many days.")]


def complaints(
    config: Config = DEFAULT_CONFIG,
    state: State = DEFAULT_STATE,
    client: Client = None,
    clock: Annotated[str | None, typer.Option(help="running, paused, met or missed.")] = None,
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    """List complaints, those first whose statutory term ends first."""
    from console.cases.shown import case_shown
    from records.cases.finding import CaseFinder, Wanted
    from records.cases.states import ClockState

    known = [each.value for each in ClockState]
    if clock is not None and clock not in known:
        fail(f"no clock is {clock}; it is {', '.join(known)}", code=2)
    database = open_database(state)
    refuse_unknown_names(config, database, client=client)
    wanted = Wanted(
        clients=None if client is None else {client}, clock=ClockState(clock) if clock is not None else None
    )
    found = CaseFinder(database).complaints(wanted, limit=limit)
    now = time.time()
    if as_json:
        print_json([case_shown(each, now) for each in found])
        return
    from centralita.cases.table import print_complaints

    if found:
        print_complaints(found, now)
    else:
        typer.echo("there are no such complaints")


def promises(
    config: Config = DEFAULT_CONFIG,
    state: State = DEFAULT_STATE,
    client: Client = None,
    queue: Queue = None,
    result: Annotated[
        str | None, typer.Option(help="open, kept, late, failed, expired or cancelled.")
    ] = None,
    days: Days = None,
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    """Count promised callbacks, kept and broken, and list the latest."""
    from records.cases import promised

    if result is not None and result not in promised.RESULTS:
        fail(f"no result is {result}; it is {', '.join(promised.RESULTS)}", code=2)
    now, database = time.time(), open_database(state)
    refuse_unknown_names(config, database, client=client, queue=queue)
    clients, since = None if client is None else {client}, _since(now, days)
    counts = promised.counted(database, now, clients=clients, queue=queue, since=since)
    found = promised.promises(
        database, now, clients=clients, queue=queue, since=since, result=result, limit=limit
    )
    if as_json:
        print_json({"counts": _plain(counts), "promises": _plain(found)})
        return
    from centralita.cases.table import print_promises

    if counts:
        print_promises(counts, found)
    else:
        typer.echo("no callbacks were promised")


def surveys(
    config: Config = DEFAULT_CONFIG,
    state: State = DEFAULT_STATE,
    client: Client = None,
    queue: Queue = None,
    agent: Annotated[str | None, typer.Option(help="Only after conversations with this agent.")] = None,
    by: Annotated[str, typer.Option(help="Means by client, language, queue, agent or menu.")] = "client",
    days: Days = None,
    limit: Limit = 20,
    as_json: Json = False,
) -> None:
    """Tell what callers answered in surveys: the means, and the latest answers."""
    from records.cases import surveyed

    groups = ("client", "language", "queue", "agent", "menu")
    if by not in groups:
        fail(f"means are by {', '.join(groups)}, not by {by}", code=2)
    database, since = open_database(state), _since(time.time(), days)
    refuse_unknown_names(config, database, client=client, queue=queue, agent=agent)
    clients = None if client is None else {client}
    means = surveyed.means(database, cast("By", by), clients=clients, queue=queue, agent=agent, since=since)
    found = surveyed.answers(database, clients=clients, queue=queue, agent=agent, since=since, limit=limit)
    if as_json:
        print_json({"means": _plain(means), "answers": _plain(found)})
        return
    from centralita.cases.table import print_surveys

    if means:
        print_surveys(by, means, found)
    else:
        typer.echo("nobody has answered a survey")


def dispositions(
    state: State = DEFAULT_STATE,
    client: Client = None,
    limit: Limit = 50,
    http: Http = None,
    as_json: Json = False,
) -> None:
    """List contacts without the result that their client company requires, the latest first."""
    path = f"/api/v1/dispositions/missing?limit={limit}"
    if client is not None:
        from urllib.parse import quote

        path += f"&client={quote(client, safe='')}"
    rows = cast("list[dict[str, object]]", ask(state, http, "GET", path))
    if as_json:
        print_json(rows)
        return
    from centralita.cases.table import print_undisposed
    from records.cases.undisposed import Undisposed

    if rows:
        print_undisposed([Undisposed(**row) for row in rows])  # type: ignore[arg-type]
    else:
        typer.echo("every contact has its result")


def _since(now: float, days: float | None) -> float | None:
    return None if days is None else now - days * 86_400


def _plain(rows: Iterable[DataclassInstance]) -> list[dict[str, object]]:
    return [dataclasses.asdict(each) for each in rows]
