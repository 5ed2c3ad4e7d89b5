"""`centralita records export`: tables as CSV and Parquet, logs for wallboards made for Asterisk and FreeSWITCH."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from pathlib import Path  # noqa: TC003 - read by typer
from typing import TYPE_CHECKING, Annotated, Any

import typer

from centralita.commands.ledger import open_database
from centralita.commands.naming import refuse_unknown_names
from centralita.commands.parameters import DEFAULT_CONFIG, DEFAULT_STATE, Client, Config, State, fail
from centralita.commands.periods import Day, From, To, question_of, read_terms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import BinaryIO

    from records.database import Database
    from records.exports.live_log import Form
    from records.figures.question import Question

_LOOK = 0.5
"""Seconds between two looks at the records, of a log that grows."""


def export(
    dataset: Annotated[
        str | None,
        typer.Argument(
            metavar="DATASET",
            help="contacts, legs, segments, queue_visits, reservations, agent_spans, menu_steps, recordings, promises, "
            "cdr, figures; none with queue_log and callcenter.",
        ),
    ] = None,
    config: Config = DEFAULT_CONFIG,
    state: State = DEFAULT_STATE,
    format_: Annotated[
        str, typer.Option("--format", help="csv, parquet, queue_log, callcenter, callcenter-json.")
    ] = "csv",
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="Made for you only.", show_default="print"),
    ] = None,
    day: Day = None,
    first: From = None,
    last: To = None,
    client: Client = None,
    by: Annotated[str, typer.Option(help="Of figures: queue, agent, half-hour ... or two: client,day.")] = "",
    bom: Annotated[
        bool, typer.Option("--bom", help="Begin CSV with the mark by which some spreadsheets know UTF-8.")
    ] = False,
    follow: Annotated[
        bool,
        typer.Option("--follow", help="Write what happens from now on to the end of the file, until Ctrl-C."),
    ] = False,
) -> None:
    """Take the records of a day or more out of the database; the node may run.

    A file appears whole or not at all. With --follow a log grows while calls go on, and goes on where it was left.
    """
    from centralita.commands.figures import groups_of
    from records.exports.export import Format
    from records.exports.live_log import Form

    if by and dataset != "figures":
        raise typer.BadParameter("is for figures alone", param_hint="--by")
    agreed = read_terms(config)
    question = question_of(agreed, (day, first, last), {"client": client}, groups_of(by))
    forms = {each.value: each for each in Form}
    if format_ in forms:
        if dataset is not None:
            fail(f"{format_} is a log of all queues; leave {dataset} out", code=2)
        database = open_database(state)
        refuse_unknown_names(config, database, client=client)
        _log(database, forms[format_], question, agreed.queues, out, follow=follow)
        return
    if follow:
        fail(f"only a log grows: --format {', '.join(forms)}", code=2)
    formats = {each.value: each for each in Format}
    if format_ not in formats:
        fail(f"no format {format_!r}; known: {', '.join((*formats, *forms))}", code=2)
    if formats[format_] is Format.PARQUET and out is None:
        fail("Parquet needs a file: --out FILE", code=2)
    rows, database = _rows(dataset, question), open_database(state)
    refuse_unknown_names(config, database, client=client)
    _table(database, rows, question, formats[format_], out, mark=bom)


def _rows(dataset: str | None, question: Question) -> Any:
    from base.document import suggest
    from records.exports.choosing import NAMES, rows_of

    if dataset is None:
        fail(f"say what: {', '.join(NAMES)}", code=2)
    if dataset not in NAMES:
        fail(f"no dataset {dataset!r}; {suggest(dataset, NAMES)}", code=2)
    return rows_of(dataset, question)


def _table(
    database: Database, rows: Any, question: Question, format_: Any, out: Path | None, *, mark: bool
) -> None:
    from records.exports.export import export as take_out
    from records.timeline.wording import counted

    if out is None:
        take_out(database, rows, question, sys.stdout.buffer, format=format_, mark=mark)
        return
    with _opened(out) as file, _progress(out.name) as tell:
        count = take_out(database, rows, question, file, format=format_, mark=mark, tell=tell)
    typer.echo(f"{counted(count, 'row')} written to {out}", err=True)


def _log(
    database: Database,
    form: Form,
    question: Question,
    queues: Mapping[str, Sequence[str]],
    out: Path | None,
    *,
    follow: bool,
) -> None:
    from records.exports.live_log import log_of

    if follow:
        if out is None:
            fail("--follow needs a file: --out FILE", code=2)
        _follow(database, form, queues, out)
        return
    since, until = question.span
    only = next(iter(question.only.values()), None)
    clients = None if only is None else frozenset({only})
    texts = log_of(database, form, since, until, queues, clients=clients)
    if out is None:
        for text in texts:
            typer.echo(text, nl=False)
        return
    with _opened(out) as file:
        file.writelines(text.encode() for text in texts)


def _follow(database: Database, form: Form, queues: Mapping[str, Sequence[str]], out: Path) -> None:
    """Until somebody ends it. A database that is away for a while is waited for: the place is kept."""
    from records.errors import StoreUnavailable
    from records.exports.live_log import Follower

    follower: Follower | None = None
    typer.echo(f"following the calls in {out}; Ctrl-C ends it", err=True)
    problem = ""
    try:
        while True:
            try:
                follower = follower or Follower(database, out, form, queues, now=time.time())
                follower.step()
                problem = ""
            except StoreUnavailable as error:
                if str(error) != problem:
                    typer.echo(f"centralita: {error}; waiting", err=True)
                problem = str(error)
            time.sleep(_LOOK)
    except KeyboardInterrupt:
        return
    except OSError as error:
        fail(f"{out}: {error.strerror}")


@contextmanager
def _opened(out: Path) -> Iterator[BinaryIO]:
    from base.io.private_file import whole_file

    try:
        with whole_file(out) as file:
            yield file
    except OSError as error:
        fail(f"{out}: {error.strerror}")


@contextmanager
def _progress(name: str) -> Iterator[Callable[[int, int], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(name), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(name)

        def tell(done: int, whole: int) -> None:
            progress.update(task, completed=done, total=whole)

        yield tell
