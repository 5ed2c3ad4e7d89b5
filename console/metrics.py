"""What programs that watch over a node read: figures for Prometheus, and whether it is ready."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import web

from console.access import PRINCIPAL
from console.api.answers import Answered, Content
from console.api.model import Model
from console.api.route import PUBLIC
from console.api.routes import Routes
from console.api.scope import sees_all
from console.problem import Refusal
from console.telling import TELLING

routes = Routes("watching")

PERMISSION = "metrics:read"
TEXT = "text/plain"
_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class CheckShown(Model):
    """One thing that a node needs to take calls."""

    name: str
    """draining, ledger, plane or listeners"""
    ok: bool
    problem: str | None
    """Why not."""


class Ready(Model):
    """Whether a node should be given calls."""

    ready: bool
    checks: tuple[CheckShown, ...]


@routes.get("/api/v1/ready", permission=PUBLIC, answer=Ready, also=(503,), is_free=True)
async def ready(request: web.Request) -> Answered:
    """Tell whether the node should be given calls, for balancers; 503 with the reasons where not."""
    checks = tuple(
        CheckShown(name=each.name, ok=each.problem is None, problem=each.problem)
        for each in request.app[TELLING].checks()
    )
    is_ready = all(each.ok for each in checks)
    return Answered(Ready(ready=is_ready, checks=checks), status=200 if is_ready else 503)


def _is_near(request: web.Request) -> bool:
    """Whether a program of this machine asks for itself, not for somebody behind it as a proxy does.

    A browser of this machine asks for strangers' pages too, whose names may have been made to lead here (DNS
    rebinding): who is near asks for this machine, not for such a name.
    """
    if any(name in request.headers for name in ("Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via")):
        return False
    try:
        host = urlsplit(f"//{request.host}").hostname or ""
    except ValueError:
        return False
    return _is_loopback(request.remote or "") and (host == "localhost" or _is_loopback(host))


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


@routes.get("/metrics", permission=PUBLIC, answer=Content((TEXT,)), is_free=_is_near)
async def metrics(request: web.Request) -> web.Response:
    """Give figures to Prometheus.

    Open to programs of the same machine; others need the permission `metrics:read`, unless centre.yaml opens it.
    """
    telling = request.app[TELLING]
    if not (telling.shows_metrics() or _is_near(request)):
        principal = request.get(PRINCIPAL)
        if principal is None:
            raise Refusal(401, "unauthorized", "send a key that has the permission metrics:read")
        if not principal.may(PERMISSION):
            raise Refusal(403, "forbidden", f"this needs the permission {PERMISSION}")
        if not sees_all(request):
            raise Refusal(403, "forbidden", "the figures name all queues, and you do not see all companies")
    return web.Response(
        body=await telling.metrics(), headers={"Content-Type": _CONTENT_TYPE, "Cache-Control": "no-store"}
    )
