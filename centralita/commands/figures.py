"""`centralita figures`: service level, waits, handling, agents' time and the rest, and the contacts behind each."""

from __future__ import annotations

import csv
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from centralita.commands.ledger import open_database
from centralita.commands.naming import refuse_unknown_names
from centralita.commands.parameters import (
    DEFAULT_CONFIG,
    DEFAULT_STATE,
    Agent,
    Client,
    Config,
    Json,
    Queue,
    State,
    fail,
    print_json,
)
from centralita.commands.periods import Day, From, Language, Reason, To, question_of, read_terms

if TYPE_CHECKING:
    from records.figures.definition import Definition
    from records.figures.figures import Figures
    from records.figures.settings import Agreed

app = typer.Typer(help="Figures: service level, waits, handling and the rest, by published definitions.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="A figure, such as sl_offered.")]


@app.callback(invoke_without_command=True)
def figures(
    context: typer.Context,
    config: Config = DEFAULT_CONFIG,
    state: State = DEFAULT_STATE,
    day: Day = None,
    first: From = None,
    last: To = None,
    by: Annotated[
        str,
        typer.Option(
            help="client, queue, agent, reason, language, half-hour, hour, day; or two: queue,hour."
        ),
    ] = "",
    client: Client = None,
    queue: Queue = None,
    agent: Agent = None,
    reason: Reason = None,
    language: Language = None,
    show: Annotated[str, typer.Option(metavar="NAMES", help="Only these figures, as asa,aht.")] = "",
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV instead of a table.")] = False,
) -> None:
    """Print the figures of a day or more. `figures explain NAME` says what one means."""
    if context.invoked_subcommand is not None:
        return
    if as_json and as_csv:
        raise typer.BadParameter("give --json or --csv")
    from centralita.figures_table import SHOWN, print_lines, print_list
    from records.figures.documents import as_document
    from records.figures.figures import figures as reckon

    agreed = read_terms(config)
    only = {"client": client, "queue": queue, "agent": agent, "reason": reason, "language": language}
    question = question_of(agreed, (day, first, last), only, groups_of(by))
    names = [_definition(name.strip()).name for name in show.split(",")] if show else None
    if names is None and by and not (as_json or as_csv):
        names = [_chosen(agreed, name, client) for name in SHOWN]
    database = open_database(state)
    refuse_unknown_names(config, database, without=only, **only)
    found = reckon(database, question, names)
    if names and not found.names:
        fail(
            f"{show or 'none of these'}: not told by {by}; `centralita figures explain NAME` says by what",
            code=2,
        )
    if as_json:
        print_json(as_document(found))
    elif as_csv:
        _print_csv(found)
    elif question.by:
        print_lines(found)
    else:
        print_list(found)


@app.command("explain")
def explain(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="A figure; all of them without it.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Say how a figure is reckoned, what counts, and what is done with cases that are often disputed."""
    from records.figures.catalogue import DEFINITIONS
    from records.figures.definition import Group
    from records.figures.documents import definition_as_document

    chosen = [_definition(name)] if name is not None else list(DEFINITIONS.values())
    if as_json:
        print_json([definition_as_document(each) for each in chosen])
        return
    for each in chosen:
        typer.secho(f"{each.name}  ({each.title}, {each.unit.value})", bold=True)
        typer.echo(f"  = {each.formula}\n  {each.meaning}")
        for edge in each.edges:
            typer.echo(f"  - {edge}")
        groups = ", ".join(group.value for group in Group if group in each.groups)
        typer.echo(f"  told by {groups}\n")


@app.command("contacts")
def contacts(
    name: Name,
    config: Config = DEFAULT_CONFIG,
    state: State = DEFAULT_STATE,
    day: Day = None,
    first: From = None,
    last: To = None,
    client: Client = None,
    queue: Queue = None,
    agent: Agent = None,
    reason: Reason = None,
    language: Language = None,
    part: Annotated[
        str,
        typer.Option(help="all; counted: those above the line; rest: the others, such as those not in time."),
    ] = "all",
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many.")] = 50,
    after: Annotated[str | None, typer.Option(help="`next` of the page before.")] = None,
    as_json: Json = False,
) -> None:
    """List the contacts behind a figure; `centralita contact ID` tells all about one."""
    from centralita.figures_table import print_contacts
    from records.figures.behind import Part, behind
    from records.figures.figures import fits

    definition = _definition(name)
    try:
        wanted = Part(part)
    except ValueError:
        raise typer.BadParameter(f"{part!r}; write all, counted or rest", param_hint="--part") from None
    agreed = read_terms(config)
    only = {"client": client, "queue": queue, "agent": agent, "reason": reason, "language": language}
    question = question_of(agreed, (day, first, last), only, ())
    if not fits(definition, question):
        told = ", ".join(sorted(group.value for group in definition.groups))
        fail(f"{name} is told by {told} only", code=2)
    database = open_database(state)
    refuse_unknown_names(config, database, without=only, **only)
    page = behind(database, question, name, part=wanted, limit=limit, after=after)
    if as_json:
        items = [
            {"contact": each.contact, "at": each.at, "value": each.value, "counted": each.counted}
            for each in page.items
        ]
        print_json({"items": items, "next": page.next})
        return
    if not page.items:
        typer.echo("no contacts")
        return
    print_contacts(page, definition, agreed.calendar.of(client))
    if page.next is not None:
        typer.echo(f"more: --after '{page.next}'")


def _print_csv(found: Figures) -> None:
    from records.exports.cells import safe

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([*(group.value for group in found.by), *found.names])
    for row in found.rows:
        numbers = ("" if figure.value is None else f"{figure.value:.6g}" for figure in row.figures.values())
        writer.writerow([*map(safe, row.key), *numbers])


def groups_of(text: str) -> tuple[Any, ...]:
    """What `--by` names."""
    from base.document import suggest
    from records.figures.definition import Group

    found = []
    for word in text.split(",") if text else ():
        try:
            found.append(Group(word.strip()))
        except ValueError:
            mend = suggest(word, (group.value for group in Group))
            raise typer.BadParameter(f"{word!r}; {mend}", param_hint="--by") from None
    if len(set(found)) < len(found):
        raise typer.BadParameter(f"{text}: each once", param_hint="--by")
    return tuple(found)


def _definition(name: str) -> Definition:
    from base.document import suggest
    from records.figures.catalogue import DEFINITIONS

    if name not in DEFINITIONS:
        raise typer.BadParameter(f"there is no figure {name!r}; {suggest(name, DEFINITIONS)}")
    return DEFINITIONS[name]


def _chosen(agreed: Agreed, name: str, client: str | None) -> str:
    """The table shows the service level that the client company's contract means."""
    return agreed.terms.client(client).service_level if name == "sl_offered" else name
