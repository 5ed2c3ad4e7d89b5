"""Who may use the interface: the node's own key (state folder, 0600), people with a session, programs with an API key.

A browser keeps its session in a cookie that no script reads and no other site's page sends; besides, whatever such a
request changes needs a header that a page of another site cannot send without being asked first (and is refused).
"""

from __future__ import annotations

import hmac
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aiohttp import web

from base.errors import CentralitaError
from base.io.private_file import write_private
from console.keys import PEOPLE
from console.limits import LIMITS
from console.problem import Refusal, problem, words_of
from records.people.door import Caller
from records.people.principal import NODE, Principal
from sip.protection.guard import network_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection
    from ipaddress import IPv4Network, IPv6Network
    from pathlib import Path

    from aiohttp.typedefs import Middleware

PRINCIPAL = web.RequestKey("principal", Principal)
"""Who sent a request; only requests to open routes have none."""

PROXIES: web.AppKey[Callable[[], Collection[IPv4Network | IPv6Network]]] = web.AppKey("proxies")
"""Whose word of where a request came from is taken."""

COOKIE = "__Host-centralita"
"""Browsers keep a name like this only for this very host, over TLS, for all paths."""
HEADER = "X-Centralita"
"""What a page sends with whatever changes something; any value."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_SIGN_IN = (
    "sign in: POST /api/v1/login, or Authorization: Bearer with an API key or the key of the state folder"
)


def key_of(file: Path, make: Callable[[], str]) -> str:
    """The node's key as the file holds it; made with `make` when there is none."""
    key = file.read_text(encoding="ascii").strip() if file.exists() else ""
    if not key:
        # An empty file, left by a node that was killed while it wrote, would open the door to everybody.
        key = make()
        write_private(file, f"{key}\n".encode("ascii"))
    return key


def guard(
    key: str, is_open: Callable[[web.Request], bool], is_free: Callable[[web.Request], bool]
) -> Middleware:
    """Find who asks and count it; refuse whoever is nobody, except where a route `is_open`.

    What `is_free` is neither counted nor looked up: whoever watches over a node asks it, and is told of nobody.
    """
    expected = key.encode()

    @web.middleware
    async def check(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if is_free(request):
            return await handler(request)
        limits, source, token = request.app[LIMITS], network_of(address_of(request)), token_of(request)
        if not hmac.compare_digest(token.encode("utf-8", "surrogateescape"), expected):
            limits.look(token, source)
        try:
            principal = await _principal(request, expected)
        except CentralitaError as error:
            if not is_open(request):
                return problem(503, error.code, words_of(error), headers={"Retry-After": "5"})
            principal = None
        except Refusal:
            if not is_open(request):
                raise
            principal = None
        if principal is None:
            limits.count_stranger(source)
        elif principal is not NODE:
            limits.count(principal.id, token)
        if principal is not None:
            request[PRINCIPAL] = principal
        elif not is_open(request):
            return problem(401, "unauthorized", _SIGN_IN, headers={"WWW-Authenticate": "Bearer"})
        if principal is NODE:
            return await handler(request)
        with limits.under_way(principal.id if principal is not None else f"from {source}"):
            return await handler(request)

    return check


async def _principal(request: web.Request, key: bytes) -> Principal | None:
    """Who asks. Raises Refusal for a cookie that another page may have sent, CentralitaError without database."""
    given = request.headers.get("Authorization")
    if given is None:
        token = request.cookies.get(COOKIE, "")
        if token:
            _refuse_foreign_page(request)
        return await request.app[PEOPLE].principal(token)
    scheme, _, token = given.partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer":
        return None
    if hmac.compare_digest(token.encode("utf-8", "surrogateescape"), key):
        return NODE
    return await request.app[PEOPLE].principal(token)


def token_of(request: web.Request) -> str:
    """What a request proves itself by; a stream is asked again whether it still opens the door."""
    given = request.headers.get("Authorization")
    return request.cookies.get(COOKIE, "") if given is None else given.partition(" ")[2].strip()


def _refuse_foreign_page(request: web.Request) -> None:
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise Refusal(403, "foreign_page", "a page of another site cannot use this session")
    if request.method not in _SAFE and HEADER not in request.headers:
        raise Refusal(403, "foreign_page", f"send the header {HEADER}: 1 with what changes something")


def caller(request: web.Request) -> Caller:
    """From where a request came."""
    return Caller(address_of(request), request.headers.get("User-Agent", ""))


def address_of(request: web.Request) -> str:
    """Where a request came from: of a proxy that is ours, what it says."""
    address = request.remote or ""
    proxies = request.app[PROXIES]()
    if not proxies:
        return address
    told = ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")
    # The nearest stands last: those that we do not know may have made up all before.
    for each in reversed([part.strip() for part in told]):
        if not _is_among(address, proxies) or not _is_address(each):
            break
        address = each
    return address


def _is_among(address: str, proxies: Collection[IPv4Network | IPv6Network]) -> bool:
    return _is_address(address) and any(ip_address(address) in each for each in proxies)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
