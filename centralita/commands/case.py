"""`centralita cases` and `case`: what is to be done for customers; listing and showing also while no node runs."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

import typer

from centralita.commands.asking import Http, ask
from centralita.commands.ledger import open_database
from centralita.commands.naming import refuse_unknown_names
from centralita.commands.parameters import (
    DEFAULT_CONFIG,
    DEFAULT_STATE,
    By,
    Client,
    Config,
    Json,
    Limit,
    State,
    fail,
    login,
    print_json,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

app = typer.Typer(
    help="One case: what is to be done for a customer, by whom and by when; `cases` lists them.",
    no_args_is_help=True,
)

Number = Annotated[
    str,
    typer.Argument(
        metavar="CASE", help="Its number, the reference the caller was told, or a tracking number."
    ),
]
Owner = Annotated[str | None, typer.Option(help="Whose it is, a person or an agent; empty: nobody's.")]
Team = Annotated[str | None, typer.Option(help="The team whose it is; empty: none's.")]
Title = Annotated[str | None, typer.Option(help="What it is about, in a line.")]
Reason = Annotated[str | None, typer.Option(help="The kind of matter, such as card.")]
UrgencyWord = Annotated[str | None, typer.Option(help="low, normal, high or urgent.")]
Due = Annotated[
    str | None,
    typer.Option(
        help='By when: "2026-12-01" (to its end), "2026-12-01 10:00", by the client company\'s clock; empty: none.'
    ),
]
FollowUp = Annotated[str | None, typer.Option("--follow-up", help="When to look at it again, written alike.")]
FollowUpNote = Annotated[str | None, typer.Option("--follow-up-note", help="What is to be done then.")]


def cases(
    config: Config = DEFAULT_CONFIG,
    state: State = DEFAULT_STATE,
    client: Client = None,
    owner: Annotated[str | None, typer.Option(help="Only this person's.")] = None,
    team: Annotated[str | None, typer.Option(help="Only this team's.")] = None,
    in_state: Annotated[
        str | None, typer.Option("--in", help="Only in this state, such as waiting_client.")
    ] = None,
    kind: Annotated[str | None, typer.Option(help="case, complaint or message.")] = None,
    pending: Annotated[
        bool, typer.Option("--open", help="Only those in which something is to be done.")
    ] = False,
    unowned: Annotated[bool, typer.Option(help="Only those that are nobody's.")] = False,
    late: Annotated[bool, typer.Option(help="Only those that are late.")] = False,
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    """List cases, the newest first: what callers asked for in the menus, and what people opened."""
    from console.cases.shown import case_shown
    from records.cases.case import KINDS
    from records.cases.finding import OPEN, CaseFinder, Wanted
    from records.cases.states import CaseState

    states = [each.value for each in CaseState]
    if in_state is not None and in_state not in states:
        fail(f"no state is called {in_state}; known: {', '.join(states)}", code=2)
    if kind is not None and kind not in KINDS:
        fail(f"no kind of case is called {kind}; known: {', '.join(KINDS)}", code=2)
    now, database = time.time(), open_database(state)
    refuse_unknown_names(config, database, client=client, team=team)
    wanted = Wanted(
        clients=None if client is None else {client},
        states=(CaseState(in_state),) if in_state else OPEN.states if pending or unowned else (),
        kind=kind,
        owner=owner,
        team=team,
        without_owner=unowned,
        late_at=now if late else None,
    )
    found = CaseFinder(database).cases(wanted, limit=limit)
    if as_json:
        print_json([case_shown(each, now) for each in found])
        return
    from centralita.cases.table import print_cases

    if found:
        print_cases(found, now)
    else:
        typer.echo("there are no such cases")


@app.command()
def show(number: Number, state: State = DEFAULT_STATE, as_json: Json = False) -> None:
    """Show a case with its contacts, notes and history."""
    from console.cases.shown import file_shown
    from records.cases.finding import CaseFinder

    found = CaseFinder(open_database(state)).case(number)
    if as_json:
        print_json(file_shown(found, time.time()))
        return
    from centralita.cases.table import print_case

    print_case(found, time.time())


@app.command("open")
def open_case(
    client: Annotated[str, typer.Option(help="The client company whose customer it is.")],
    number: Annotated[str | None, typer.Option(help="The customer's telephone number.")] = None,
    customer: Annotated[str | None, typer.Option(help="The customer, by id.")] = None,
    contact: Annotated[str | None, typer.Option(help="The contact that it is about.")] = None,
    complaint: Annotated[
        bool, typer.Option(help="It is a complaint: the client company's term runs.")
    ] = False,
    title: Title = None,
    reason: Reason = None,
    reference: Annotated[str | None, typer.Option(help="The client company's own name for it.")] = None,
    owner: Owner = None,
    team: Team = None,
    urgency: UrgencyWord = None,
    due: Due = None,
    follow_up: FollowUp = None,
    follow_up_note: FollowUpNote = None,
    by: By = "",
    config: Config = DEFAULT_CONFIG,
    state: State = DEFAULT_STATE,
    http: Http = None,
    as_json: Json = False,
) -> None:
    """Open a case."""
    texts = {"title": title, "reason": reason, "reference": reference, "number": number}
    for name, each in texts.items():
        if each is not None and not each.strip():
            fail(f"--{name} says nothing; leave it out", code=2)
    fields = _fields(
        title=title, reason=reason, owner=owner, team=team, urgency=urgency,
        follow_up_note=follow_up_note, reference=reference, customer=customer,
    )  # fmt: skip
    moments = _stamped(_moments(due, follow_up), client, config)
    kind = "complaint" if complaint else "case"
    body = {
        **fields,
        **moments,
        "by": by or login(),
        "client": client,
        "kind": kind,
        "number": number,
        "contact": contact,
    }
    given = {name: each for name, each in body.items() if each is not None}
    _tell(ask(state, http, "POST", "/api/v1/cases", given), as_json=as_json)


@app.command()
def edit(
    number: Number,
    to: Annotated[
        str | None,
        typer.Option("--state-is", help="in_progress, waiting_customer, waiting_client or resolved."),
    ] = None,
    title: Title = None,
    reason: Reason = None,
    owner: Owner = None,
    team: Team = None,
    urgency: UrgencyWord = None,
    due: Due = None,
    follow_up: FollowUp = None,
    follow_up_note: FollowUpNote = None,
    by: By = "",
    config: Config = DEFAULT_CONFIG,
    state: State = DEFAULT_STATE,
    http: Http = None,
    as_json: Json = False,
) -> None:
    """Change a case; what somebody else changes at the same moment is not overwritten."""
    fields = _fields(
        title=title, reason=reason, owner=owner, team=team, urgency=urgency, follow_up_note=follow_up_note,
    )  # fmt: skip
    moments = _moments(due, follow_up)
    if not fields and not moments and to is None:
        fail("say what is to be changed, such as --owner ana or --state-is waiting_client", code=2)
    path, who = f"/api/v1/cases/{quote(number, safe='')}", by or login()
    found = ask(state, http, "GET", path)["case"]
    if fields or moments:
        fields |= _stamped(moments, found["client"], config)
        body = {**fields, "version": found["version"], "by": who}
        found = ask(state, http, "PATCH", path, body)
    if to is not None:
        body = {"to": to, "version": found["version"], "by": who}
        found = ask(state, http, "POST", f"{path}/state", body)
    _tell(found, as_json=as_json)


@app.command()
def note(
    number: Number,
    text: Annotated[str, typer.Argument(help="What is to be remembered.")],
    contact: Annotated[str | None, typer.Option(help="The contact in which it was learned.")] = None,
    by: By = "",
    state: State = DEFAULT_STATE,
    http: Http = None,
    as_json: Json = False,
) -> None:
    """Write something down about a case."""
    body = {"text": text, "contact": contact, "by": by or login()}
    found = ask(state, http, "POST", f"/api/v1/cases/{quote(number, safe='')}/notes", body)
    if as_json:
        print_json(found)
    else:
        typer.echo(f"noted about case {found['case']}")


@app.command()
def close(
    number: Number, by: By = "", state: State = DEFAULT_STATE, http: Http = None, as_json: Json = False
) -> None:
    """Close a case."""
    _move(number, "closed", by, state, http, as_json=as_json)


@app.command()
def reopen(
    number: Number, by: By = "", state: State = DEFAULT_STATE, http: Http = None, as_json: Json = False
) -> None:
    """Take a case up again that was resolved or closed."""
    _move(number, "reopened", by, state, http, as_json=as_json)


def _move(number: str, to: str, by: str, state: State, http: str | None, *, as_json: bool) -> None:
    path = f"/api/v1/cases/{quote(number, safe='')}/state"
    _tell(ask(state, http, "POST", path, {"to": to, "by": by or login()}), as_json=as_json)


def _tell(found: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    owner = found["owner"] or found["team"] or "nobody"
    typer.echo(f"case {found['id']} is {found['state']}, {found['urgency']}, of {owner}")
    if found["clock"] == "running":
        from centralita.terminal import minute

        typer.echo(f"to be answered by {minute(found['answer_by'])} UTC ({found['term']})")


def _fields(**texts: str | None) -> dict[str, object]:
    """What was given, as the interface takes it; an empty text empties."""
    return {name: each or None for name, each in texts.items() if each is not None}


def _moments(due: str | None, follow_up: str | None) -> dict[str, datetime | None]:
    """The moments that were given, as they are written; None empties."""
    given = {"due_at": due, "follow_up_at": follow_up}
    return {name: _moment(text) if text else None for name, text in given.items() if text is not None}


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        fail(f'{text} is no moment; write "2026-12-01" or "2026-12-01 10:00"', code=2)
    if len(text) <= len("2026-12-01"):
        moment += timedelta(days=1, seconds=-1)
    return moment


def _stamped(moments: Mapping[str, datetime | None], client: str, config: Path) -> dict[str, float | None]:
    """As Unix time; what names no clock of its own goes by that of the client company. Raises DocumentError."""
    if not any(each is not None and each.tzinfo is None for each in moments.values()):
        return {name: None if each is None else each.timestamp() for name, each in moments.items()}
    from centralita.configuration import load_configuration

    zone = load_configuration(config).zone(client)
    return {
        name: None if each is None else (each if each.tzinfo else each.replace(tzinfo=zone)).timestamp()
        for name, each in moments.items()
    }
