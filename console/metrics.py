"""What programs that watch over a node read: figures for Prometheus, and whether it is ready."""

from __future__ import annotations

from ipaddress import ip_address

from aiohttp import web

from console.access import PRINCIPAL
from console.api.answers import Answered, Content
from console.api.model import Model
from console.api.route import PUBLIC
from console.api.routes import Routes
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


@routes.get("/api/v1/ready", permission=PUBLIC, answer=Ready, also=(503,))
async def ready(request: web.Request) -> Answered:
    """Tell whether the node should be given calls, for balancers; 503 with the reasons where not."""
    checks = tuple(
        CheckShown(name=each.name, ok=each.problem is None, problem=each.problem)
        for each in request.app[TELLING].checks()
    )
    is_ready = all(each.ok for each in checks)
    return Answered(Ready(ready=is_ready, checks=checks), status=200 if is_ready else 503)


@routes.get("/metrics", permission=PUBLIC, answer=Content((TEXT,)))
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
    return web.Response(
        body=await telling.metrics(), headers={"Content-Type": _CONTENT_TYPE, "Cache-Control": "no-store"}
    )


def _is_near(request: web.Request) -> bool:
    """Whether a program of this machine asks for itself, not for somebody behind it as a proxy does."""
    if any(name in request.headers for name in ("Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via")):
        return False
    try:
        return ip_address(request.remote or "").is_loopback
    except ValueError:
        return False
