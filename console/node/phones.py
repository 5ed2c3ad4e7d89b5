"""Registered phones over HTTP: where each account is reached, and whether it answers."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from console.api.model import Model, Name
from console.api.paging import Page, Paged, listed
from console.api.routes import Routes
from console.api.scope import sees_account
from console.keys import PHONES
from console.problem import Refusal

routes = Routes("phones and trunks")


class Phone(Model):
    """One registered phone (a binding, RFC 3261 s.10)."""

    contact: str
    transport: str
    address: str
    port: int
    expires: int
    """Seconds until it must register again."""
    q: float
    """Its preference among the account's phones, 0 to 1."""
    user_agent: str
    path: tuple[str, ...]
    instance: str | None
    reg_id: int | None
    answers: str | None
    """What came of asking it: null where it is not asked."""
    round_trip: float | None
    """Seconds."""


class Account(Model):
    """An account with its phones."""

    account: str
    phones: tuple[Phone, ...]


@routes.get("/api/v1/phones", permission="node:read", answer=Page[Account])
async def list_phones(request: web.Request, query: Paged) -> Mapping[str, object]:
    """List all accounts with registered phones."""
    found = [each for each in request.app[PHONES](None) if sees_account(request, str(each["account"]))]
    return listed(found, query, lambda each: str(each["account"]))


@routes.get("/api/v1/phones/{account}", permission="node:read", answer=Account, problems={"no_phone": 404})
async def one_account(request: web.Request, account: Name) -> Mapping[str, object]:
    """Show one account's phones."""
    if sees_account(request, account):
        for each in request.app[PHONES](account):
            return each
    raise Refusal(404, "no_phone", f"no phone is registered for {account}")
