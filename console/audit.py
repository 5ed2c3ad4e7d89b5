"""Writes into the audit log what was done or refused over HTTP: every change, and what is read by some permissions.

What was sent does not go there, only the operation, what its path names and what the handler says it was about.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import TYPE_CHECKING

from aiohttp import web

from console.access import PRINCIPAL, address_of
from console.keys import PEOPLE
from console.problem import CODE
from records.people import audit
from records.people.audit import DONE, FAILED, REFUSED, Deed
from records.people.roles import AUDITED_READS
from records.people.tokens import TOKEN_PREFIXES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp.typedefs import Middleware

    from records.people.principal import Principal

ACTS_FOR = web.RequestKey("acts_for", str)
"""Whose hand a command with the node's key names."""
_ABOUT = web.RequestKey("about", dict[str, str])
SELF_NOTED = web.RequestKey("self_noted", bool)
"""Set by handlers that wrote into the log themselves."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_STRANGER_EVERY = 60.0
"""Seconds between two entries about one stranger: nobody fills the log from outside."""
_STRANGERS = 1000


def tells_of(request: web.Request, **parts: str) -> None:
    """Say by its kind what a request is about that its path does not name: what it made, or whom it names."""
    request[_ABOUT] = parts


def audited(permission_of: Callable[[web.Request], str | None]) -> Middleware:
    """Note what is done; `permission_of` tells what the route of a request asks for, None of no route."""
    strangers: OrderedDict[str, float] = OrderedDict()

    def is_new(address: str) -> bool:
        now = time.monotonic()
        if now - strangers.get(address, float("-inf")) < _STRANGER_EVERY:
            return False
        strangers[address] = now
        strangers.move_to_end(address)
        while len(strangers) > _STRANGERS:
            strangers.popitem(last=False)
        return True

    @web.middleware
    async def check(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        response = await handler(request)
        permission = permission_of(request)
        is_read = request.method in _SAFE
        if permission is None or (is_read and permission not in AUDITED_READS) or SELF_NOTED in request:
            return response
        who = request.get(PRINCIPAL)
        if who is not None or (not is_read and is_new(address_of(request))):
            kind = audit.READ if is_read else audit.ACT
            request.app[PEOPLE].note(_deed(request, response, who), kind)
        return response

    return check


_OWN_NUMBERS = frozenset({"case", "reference"})
"""Numbers that we gave out; where there is none such, somebody may have written a telephone number."""


def _deed(request: web.Request, response: web.StreamResponse, who: Principal | None) -> Deed:
    resource = request.match_info.route.resource
    by = who.id if who is not None else ""
    acts_for = request.get(ACTS_FOR)
    return Deed(
        who.behind(acts_for) if who is not None and acts_for else by,
        who.role.value if who is not None else "",
        f"{request.method} {resource.canonical if resource is not None else ''}",
        DONE if response.status < 400 else REFUSED if response.status < 500 else FAILED,
        {
            name: value if name in _OWN_NUMBERS and response.status < 400 else _shortened(value)
            for name, value in (*request.match_info.items(), *request.get(_ABOUT, {}).items())
        },
        address_of(request),
        response.get(CODE),
    )


def _shortened(value: str) -> str:
    """Of a telephone number the end: the log is kept longer than what is known of callers. Of a token its kind."""
    if value.startswith(TOKEN_PREFIXES):
        return f"{value[:3]}*"
    digits = value.removeprefix("+")
    return f"*{digits[-3:]}" if digits.isdigit() and len(digits) >= 7 else value
