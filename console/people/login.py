"""Signing in and out over HTTP, and what people do for themselves: password, second factor, sessions."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

from aiohttp import web
from pydantic import Field

from base.secret import Secret
from console.access import COOKIE, PRINCIPAL, caller
from console.api.answers import Answered
from console.api.model import Model, Name
from console.api.route import ANYBODY, PUBLIC
from console.api.routes import Routes
from console.audit import SELF_NOTED
from console.keys import PEOPLE
from console.people.shown import Me, SessionShown, me_of, session_of
from console.problem import Refusal
from records.people import second_factor

if TYPE_CHECKING:
    from records.people.principal import Principal
    from records.people.sessions import Session

routes = Routes("sign in")

Password = Annotated[
    str, Field(max_length=256, repr=False, json_schema_extra={"format": "password", "writeOnly": True})
]
_CODE = Field(min_length=6, max_length=40, repr=False, json_schema_extra={"writeOnly": True})
Code = Annotated[str, _CODE]

REFUSALS = {
    "wrong_login": 401,
    "code_needed": 401,
    "locked_out": 429,
    "too_many_logins": 503,
    "weak_password": 422,
    "people_key_broken": 503,
}


class LoginAsked(Model):
    """Who signs in."""

    person: Annotated[str, Field(min_length=1, max_length=128)]
    password: Password
    code: Annotated[str | None, _CODE] = None
    """Of the second factor, as the app shows it, or a recovery code."""
    cookie: bool = True
    """Whether the session is kept in a cookie, as pages want it; otherwise its token is in the answer."""


class LoggedIn(Me):
    """Who has signed in."""

    token: str | None = None
    """For `Authorization: Bearer`; only where no cookie was wished."""


class PasswordChange(Model):
    """Another password for oneself."""

    old: Password
    new: Password


class Again(Model):
    """The password once more, so that an open screen is not enough."""

    password: Password


class FactorBegun(Model):
    """A second factor that counts once a code of it was shown."""

    secret: str
    """In base 32, to be typed into an app."""
    uri: str
    """The same as apps read it from a QR code."""


class FactorCode(Model):
    """What the app shows."""

    code: Code


class RecoveryCodes(Model):
    """Each opens once, for those who lose their app. They are shown this once."""

    recovery_codes: tuple[str, ...]


class Acceptance(Model):
    """An invitation and the password that is chosen with it."""

    invitation: Annotated[str, Field(max_length=100, repr=False, json_schema_extra={"writeOnly": True})]
    password: Password


class Accepted(Model):
    """Who may sign in now."""

    person: str


@routes.post("/api/v1/login", permission=PUBLIC, answer=LoggedIn, problems=REFUSALS)
async def log_in(request: web.Request, body: LoginAsked) -> Answered:
    """Sign in with password and, where there is one, second factor."""
    request[SELF_NOTED] = True
    door = request.app[PEOPLE]
    entered = await door.log_in(body.person, Secret(body.password), body.code, caller(request))
    found = LoggedIn(**me_of(entered.principal).model_dump(), token=None if body.cookie else entered.token)
    if not body.cookie:
        return Answered(found)
    lasts = int(entered.session.until - door.now())
    flags = f"Path=/; Max-Age={lasts}; HttpOnly; Secure; SameSite=Strict"
    return Answered(found, headers={"Set-Cookie": f"{COOKIE}={entered.token}; {flags}"})


@routes.post("/api/v1/logout", permission=ANYBODY, answer=None, problems={"unknown_session": 404})
async def log_out(request: web.Request) -> Answered:
    """End the session with which this is asked."""
    request[SELF_NOTED] = True
    await request.app[PEOPLE].log_out(request[PRINCIPAL], caller(request))
    gone = f"{COOKIE}=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict"
    return Answered(None, headers={"Set-Cookie": gone})


@routes.get("/api/v1/me", permission=ANYBODY, answer=Me)
async def me(request: web.Request) -> Me:
    """Tell who asks, and what that one may do."""
    return me_of(request[PRINCIPAL])


@routes.put("/api/v1/me/password", permission="self:write", answer=None, problems=REFUSALS)
async def change_password(request: web.Request, body: PasswordChange) -> None:
    """Choose another password; one's other sessions end."""
    _person(request)
    await request.app[PEOPLE].change_password(
        request[PRINCIPAL], Secret(body.old), Secret(body.new), caller(request)
    )


@routes.post(
    "/api/v1/me/second-factor",
    permission="self:write",
    answer=FactorBegun,
    problems={**REFUSALS, "second_factor_exists": 409},
)
async def begin_second_factor(request: web.Request) -> FactorBegun:
    """Begin to set up a second factor: an app that shows one-time passwords."""
    principal = _person(request)
    secret = await asyncio.to_thread(request.app[PEOPLE].proofs.begin_second_factor, principal.id)
    uri = second_factor.uri(secret, principal.id, second_factor.ISSUER)
    return FactorBegun(secret=secret.reveal(), uri=uri)


@routes.put("/api/v1/me/second-factor", permission="self:write", answer=RecoveryCodes, problems=REFUSALS)
async def confirm_second_factor(request: web.Request, body: FactorCode) -> RecoveryCodes:
    """Show a code of the app: from now on it is asked for."""
    principal, door = _person(request), request.app[PEOPLE]
    codes = await asyncio.to_thread(
        door.proofs.confirm_second_factor, principal.id, body.code, now=door.now()
    )
    return RecoveryCodes(recovery_codes=tuple(codes))


@routes.post("/api/v1/me/second-factor/removal", permission="self:write", answer=None, problems=REFUSALS)
async def remove_own_second_factor(request: web.Request, body: Again) -> None:
    """Take one's second factor away, such as for another telephone."""
    principal, door = _person(request), request.app[PEOPLE]
    await door.prove(principal, Secret(body.password), caller(request))
    await asyncio.to_thread(door.proofs.remove_second_factor, principal.id)


@routes.get("/api/v1/me/sessions", permission="self:write", answer=tuple[SessionShown, ...])
async def own_sessions(request: web.Request) -> list[SessionShown]:
    """List where one is signed in."""
    principal, door = _person(request), request.app[PEOPLE]
    found: list[Session] = await asyncio.to_thread(door.sessions.open, principal.id, now=door.now())
    return [session_of(each, principal.session) for each in found]


@routes.delete(
    "/api/v1/me/sessions/{session}",
    permission="self:write",
    answer=None,
    problems={"unknown_session": 404},
)
async def end_own_session(request: web.Request, session: Name) -> None:
    """End one of one's sessions."""
    principal, door = _person(request), request.app[PEOPLE]
    await asyncio.to_thread(door.sessions.end, session, now=door.now(), person=principal.id)


@routes.post(
    "/api/v1/invitations/accept",
    permission=PUBLIC,
    answer=Accepted,
    problems={**REFUSALS, "bad_invitation": 404},
)
async def accept_invitation(request: web.Request, body: Acceptance) -> Accepted:
    """Choose a password with an invitation."""
    request[SELF_NOTED] = True
    person = await request.app[PEOPLE].accept(body.invitation, Secret(body.password), caller(request))
    return Accepted(person=person.id)


def _person(request: web.Request) -> Principal:
    """Whoever signed in as a person. Raises Refusal for keys: they have no password."""
    principal = request[PRINCIPAL]
    if principal.person is None or principal.id != principal.person:
        raise Refusal(403, "forbidden", "this is for people who signed in, not for keys")
    return principal
