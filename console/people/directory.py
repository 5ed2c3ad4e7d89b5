"""The directory of people over HTTP: who there is, taking in, changing, inviting, letting in no more."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

from aiohttp import web
from pydantic import Field

from console.access import PRINCIPAL
from console.api.model import Line, Model, Name
from console.api.paging import Page, Paged, after, page
from console.api.routes import Routes
from console.api.scope import scope, sees_all
from console.audit import tells_of
from console.keys import OPENING, PEOPLE, WORK
from console.people.shown import PersonShown, SessionShown, moment, person_of, session_of
from console.problem import Refusal
from records.people.directory import nobody
from records.people.person import Person, unknown
from records.people.proofs import INVITATION_LASTS
from records.people.roles import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

routes = Routes("people")

_PERSON = {"unknown_person": 404}
_BODY = {**_PERSON, "bad_person": 422, "person_exists": 409}
Scope = Annotated[tuple[Line, ...], Field(max_length=200)]


class PersonAdded(Model):
    """Somebody new."""

    id: Annotated[str, Field(min_length=1, max_length=64)]
    """Small letters and digits, divided by . _ or -: what the person signs in with."""
    name: Line
    role: Role
    email: Line | None = None
    language: Line | None = None
    agent: Line | None = None
    """The agent of agents.yaml that it is."""
    clients: Scope | None = None
    """The client companies whose data it sees; all unless given. A viewer needs one at least."""
    teams: Scope | None = None
    """The teams whose agents it sees and directs; all unless given."""
    grants: Scope = ()
    """What it may besides what the role may."""


class PersonChanged(Model):
    """What is to be changed of somebody: fields that are left out stay, null empties one."""

    name: Line | None = None
    role: Role | None = None
    email: Line | None = None
    language: Line | None = None
    agent: Line | None = None
    clients: Scope | None = None
    teams: Scope | None = None
    grants: Scope | None = None


class Invited(Model):
    """With this, shown once, the person chooses a password: POST /api/v1/invitations/accept."""

    person: str
    invitation: str
    until: str


class Ended(Model):
    """How many sessions ended."""

    ended: int


@routes.get("/api/v1/people", permission="people:read", answer=Page[PersonShown])
async def list_people(request: web.Request, query: Paged) -> object:
    """List everybody, by id."""
    key = after(query, str)
    found = await asyncio.to_thread(
        request.app[PEOPLE].directory.all,
        after=key[0] if key else "",
        limit=query.limit + 1,
        clients=scope(request),
    )
    return page([person_of(each) for each in found], query, lambda each: (each.id,))


@routes.get("/api/v1/people/{person}", permission="people:read", answer=PersonShown, problems=_PERSON)
async def one_person(request: web.Request, person: Name) -> PersonShown:
    """Show somebody."""
    return person_of(await _found(request, person))


@routes.post("/api/v1/people", permission="people:write", answer=PersonShown, status=201, problems=_BODY)
async def add_person(request: web.Request, body: PersonAdded) -> PersonShown:
    """Take somebody in, who has no password yet: invite the person next."""
    person = Person(**_fields(body.model_dump()))
    _refuse_unknown(request, person)
    door = request.app[PEOPLE]
    made = await asyncio.to_thread(door.directory.add, person, now=door.now())
    tells_of(request, person=made.id)
    return person_of(made)


@routes.patch("/api/v1/people/{person}", permission="people:write", answer=PersonShown, problems=_BODY)
async def edit_person(request: web.Request, person: Name, body: PersonChanged) -> PersonShown:
    """Change what is known of somebody; it counts with the next request."""
    changes = _fields(body.model_dump(exclude_unset=True))
    for name in ("name", "role", "grants"):
        if name in changes and changes[name] is None:
            raise Refusal(422, "bad_person", f"{name}: cannot be empty; leave it out to keep it")
    edited = Person(**{"id": person, "name": person, "role": Role.AGENT, **changes})
    _refuse_unknown(request, edited)
    return person_of(await asyncio.to_thread(request.app[PEOPLE].directory.edit, person, changes))


@routes.post(
    "/api/v1/people/{person}/disable",
    permission="people:write",
    answer=PersonShown,
    problems={**_PERSON, "oneself": 409},
)
async def disable_person(request: web.Request, person: Name) -> PersonShown:
    """Let somebody in no more: sessions end, API keys of that person open nothing."""
    if request[PRINCIPAL].person == person:
        raise Refusal(409, "oneself", "somebody else has to do this: nobody shuts oneself out")
    door = request.app[PEOPLE]
    return person_of(await asyncio.to_thread(door.directory.disable, person, now=door.now()))


@routes.post(
    "/api/v1/people/{person}/enable", permission="people:write", answer=PersonShown, problems=_PERSON
)
async def enable_person(request: web.Request, person: Name) -> PersonShown:
    """Let somebody in again."""
    return person_of(await asyncio.to_thread(request.app[PEOPLE].directory.enable, person))


@routes.post(
    "/api/v1/people/{person}/invitation",
    permission="people:write",
    answer=Invited,
    status=201,
    problems=_PERSON,
)
async def invite_person(request: web.Request, person: Name) -> Invited:
    """Make a word with which the person chooses a password, once, within two days; earlier ones are void."""
    door, by = request.app[PEOPLE], request[PRINCIPAL].id
    now = door.now()
    token = await asyncio.to_thread(door.proofs.invite, person, by, now=now)
    return Invited(person=person, invitation=token, until=moment(now + INVITATION_LASTS) or "")


@routes.delete(
    "/api/v1/people/{person}/second-factor", permission="people:write", answer=None, problems=_PERSON
)
async def remove_second_factor(request: web.Request, person: Name) -> None:
    """Take away the second factor of somebody who lost it."""
    await asyncio.to_thread(request.app[PEOPLE].proofs.remove_second_factor, person)


@routes.get(
    "/api/v1/people/{person}/sessions",
    permission="people:read",
    answer=tuple[SessionShown, ...],
    problems=_PERSON,
)
async def sessions_of(request: web.Request, person: Name) -> list[SessionShown]:
    """List where somebody is signed in."""
    door = request.app[PEOPLE]
    if not sees_all(request):
        await _found(request, person)
    found = await asyncio.to_thread(door.sessions.open, person, now=door.now())
    return [session_of(each, request[PRINCIPAL].session) for each in found]


@routes.delete("/api/v1/people/{person}/sessions", permission="people:write", answer=Ended)
async def end_sessions_of(request: web.Request, person: Name) -> Ended:
    """End all sessions of somebody."""
    door = request.app[PEOPLE]
    return Ended(ended=await asyncio.to_thread(door.sessions.end_all, person, now=door.now()))


async def _found(request: web.Request, person: str) -> Person:
    """Somebody who works for client companies that the asker sees, and for no others. Raises UnknownPerson."""
    found = await asyncio.to_thread(request.app[PEOPLE].directory.get, person)
    if not request[PRINCIPAL].sees_clients(found.clients or ()):
        raise nobody(person)
    return found


def _fields(given: Mapping[str, Any]) -> dict[str, Any]:
    """Lists as sets."""
    return {
        name: frozenset(value) if name in ("clients", "teams", "grants") and value is not None else value
        for name, value in given.items()
    }


def _refuse_unknown(request: web.Request, person: Person) -> None:
    """Raises Refusal where a name stands for nothing in the configuration."""
    agents = request.app[WORK].routing().agents
    found = unknown(
        person,
        agents=agents,
        clients=request.app[OPENING].clients(),
        teams={each.team for each in agents.values() if each.team is not None},
    )
    if found:
        raise Refusal(422, "bad_person", "; ".join(found))
