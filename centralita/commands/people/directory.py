"""`centralita people add|list|show|edit|disable|enable`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from centralita.commands.parameters import (
    DEFAULT_CONFIG,
    DEFAULT_STATE,
    Config,
    Json,
    State,
    fail,
    print_json,
)
from centralita.commands.people.office import PersonId, office

if TYPE_CHECKING:
    from pathlib import Path

    from records.people.person import Person
    from records.people.roles import Role

_Clients = Annotated[
    list[str] | None,
    typer.Option("--client", help="A client company whose data is seen; once for each.", show_default="all"),
]
_Teams = Annotated[
    list[str] | None,
    typer.Option("--team", help="A team whose agents are seen; once for each.", show_default="all"),
]
_Grants = Annotated[
    list[str] | None,
    typer.Option("--grant", help="A permission besides those of the role; once for each."),
]
_Email = Annotated[str | None, typer.Option("--email", help="Mail address.")]
_Language = Annotated[str | None, typer.Option("--language", help="Such as es, pl, en.")]
_Agent = Annotated[str | None, typer.Option("--agent", help="The agent of agents.yaml that it is.")]
_Role = Annotated[str, typer.Option("--role", help="administrator, supervisor, agent or viewer.")]


def add(
    person: PersonId,
    name: Annotated[str, typer.Option("--name", help='The whole name, "Eva López".')],
    role: _Role,
    email: _Email = None,
    language: _Language = None,
    agent: _Agent = None,
    client: _Clients = None,
    team: _Teams = None,
    grant: _Grants = None,
    invite: Annotated[
        bool, typer.Option("--invite", help="Print an invitation with which the person chooses a password.")
    ] = False,
    password: Annotated[
        bool, typer.Option("--password", help="Ask for the password here, or read it from standard input.")
    ] = False,
    config: Config = DEFAULT_CONFIG,
    state: State = DEFAULT_STATE,
    as_json: Json = False,
) -> None:
    """Take somebody in. With neither --invite nor --password nobody can sign in as that person yet."""
    from console.people.shown import person_of
    from records.people.person import Person, check

    made = Person(
        person,
        name,
        _role(role),
        email,
        language,
        agent,
        _scope(client),
        _scope(team),
        frozenset(grant or ()),
    )
    with office(state) as desk:
        check(made)
        _refuse_unknown(made, config)
        token = None
        hash_ = desk.password(made, f"Password of {person}") if password else None
        desk.directory.add(made, now=desk.now)
        desk.note("people add", person=person, role=made.role.value)
        if hash_ is not None:
            desk.proofs.set_password(person, hash_, now=desk.now)
            desk.note("people password", person=person)
        typer.echo(f"{person} is a person now: {made.role.value}", err=True)
        if invite:
            token = desk.proofs.invite(person, "node", now=desk.now)
            desk.note("people invite", person=person)
        found = desk.directory.get(person)
    if as_json:
        print_json(person_of(found).model_dump(mode="json") | {"invitation": token})
    elif token is not None:
        print_invitation(person, token)
    if token is None and hash_ is None:
        typer.echo(
            f"there is no password yet: centralita people invite {person}, or people password {person}",
            err=True,
        )


def list_people(
    role: Annotated[str | None, typer.Option("--role", help="Only those of this role.")] = None,
    state: State = DEFAULT_STATE,
    as_json: Json = False,
) -> None:
    """List everybody."""
    from centralita.people_tables import print_people
    from console.people.shown import person_of

    wanted = _role(role) if role is not None else None
    with office(state, is_reading=True) as desk:
        found = [each for each in desk.directory.all() if wanted in (None, each.role)]
    if as_json:
        print_json([person_of(each).model_dump(mode="json") for each in found])
    elif found:
        print_people(found)
    else:
        typer.echo(
            "there is nobody; the first: centralita people add ID --name NAME --role administrator --invite"
        )


def show(person: PersonId, state: State = DEFAULT_STATE, as_json: Json = False) -> None:
    """Show somebody: role, limits, what may be done, second factor, sessions, keys."""
    from centralita.people_tables import print_person
    from console.people.shown import person_of
    from records.people.roles import permissions_of

    with office(state, is_reading=True) as desk:
        found = desk.directory.get(person)
        proof = desk.proofs.of(person)
        facts: dict[str, Any] = {
            **person_of(found).model_dump(mode="json"),
            "permissions": sorted(permissions_of(found.role, found.grants)),
            "has_password": proof.password is not None,
            "has_second_factor": proof.has_second_factor,
            "recovery_codes": desk.proofs.recovery_codes_left(person),
            "sessions": len(desk.sessions.open(person, now=desk.now)),
            "keys": [each.id for each in desk.keys.all(person) if each.is_valid(now=desk.now)],
        }
    if as_json:
        print_json(facts)
    else:
        print_person(facts)


def edit(
    person: PersonId,
    name: Annotated[str | None, typer.Option("--name", help="The whole name.")] = None,
    role: Annotated[
        str | None, typer.Option("--role", help="administrator, supervisor, agent or viewer.")
    ] = None,
    email: _Email = None,
    language: _Language = None,
    agent: _Agent = None,
    client: _Clients = None,
    team: _Teams = None,
    grant: _Grants = None,
    without: Annotated[
        list[str] | None,
        typer.Option(
            "--no",
            help="Empty one: email, language, agent, clients (all), teams (all), grants; once for each.",
        ),
    ] = None,
    config: Config = DEFAULT_CONFIG,
    state: State = DEFAULT_STATE,
) -> None:
    """Change what is known of somebody; what is not named stays."""
    given: dict[str, Any] = {
        "name": name,
        "role": _role(role) if role is not None else None,
        "email": email,
        "language": language,
        "agent": agent,
        "clients": _scope(client),
        "teams": _scope(team),
        "grants": frozenset(grant) if grant else None,
    }
    changes = {each: value for each, value in given.items() if value is not None}
    for each in without or ():
        if each not in _EMPTY:
            fail(f"--no {each}: only {', '.join(_EMPTY)} can be emptied", code=2)
        changes[each] = _EMPTY[each]
    if not changes:
        fail("say what is to be changed; centralita people edit --help lists what can be", code=2)
    with office(state) as desk:
        from dataclasses import replace

        _refuse_unknown(replace(desk.directory.get(person), **changes), config)
        desk.directory.edit(person, changes)
        desk.note("people edit", person=person, fields=", ".join(sorted(changes)))
    typer.echo(f"{person} is changed; it counts with the next request", err=True)


def disable(person: PersonId, state: State = DEFAULT_STATE) -> None:
    """Let somebody in no more: sessions end, API keys of that person open nothing."""
    with office(state) as desk:
        desk.directory.disable(person, now=desk.now)
        desk.note("people disable", person=person)
    typer.echo(f"{person} is not let in any more", err=True)


def enable(person: PersonId, state: State = DEFAULT_STATE) -> None:
    """Let somebody in again."""
    with office(state) as desk:
        desk.directory.enable(person)
        desk.note("people enable", person=person)
    typer.echo(f"{person} is let in again", err=True)


def print_invitation(person: str, token: str) -> None:
    """An invitation on standard output, what to do with it beside."""
    typer.echo(token)
    typer.echo(
        f"With this, once and within 48 hours, {person} chooses a password: centralita people accept, or "
        "POST /api/v1/invitations/accept. It is not shown again.",
        err=True,
    )


_EMPTY: dict[str, Any] = {
    "email": None,
    "language": None,
    "agent": None,
    "clients": None,
    "teams": None,
    "grants": frozenset(),
}


def _role(text: str) -> Role:
    from base.document import suggest
    from records.people.roles import Role

    try:
        return Role(text)
    except ValueError:
        fail(f"no role is called {text}; {suggest(text, list(Role))}", code=2)


def _scope(names: list[str] | None) -> frozenset[str] | None:
    return frozenset(names) if names else None


def _refuse_unknown(person: Person, config: Path) -> None:
    """The command fails where a name stands for nothing in the files; without files nothing is said."""
    from records.people.person import unknown
    from routing.config import check_config

    if not (config / "agents.yaml").exists():
        return
    whole, _ = check_config(config)
    if whole is None:
        return
    routing = whole.routing
    companies = {file.stem for file in (config / "clients").glob("*.yaml")}
    found = unknown(
        person,
        agents=routing.agents,
        clients=companies | {each.client for each in routing.numbers},
        teams={each.team for each in routing.agents.values() if each.team is not None},
    )
    if found:
        fail("; ".join(found), code=2)
