"""Routes of one subject, declared one by one, and put into an application together."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar, Unpack

from aiohttp import web

from console.api.repeats import REPEATS, Repeats
from console.api.route import PUBLIC, ROUTES, Route
from console.api.signature import signature
from console.api.versions import EDITING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping

H = TypeVar("H", bound="Callable[..., Awaitable[object]]")


class Terms(TypedDict, total=False):
    """What may be said of a route besides; as in Route."""

    status: int
    also: tuple[int, ...]
    problems: Mapping[str, int]
    otherwise: int
    largest: int
    is_once: bool
    is_tagged: bool
    own: str | Callable[[web.Request], bool]
    is_free: bool | Callable[[web.Request], bool]


class Routes:
    """What is declared under one tag."""

    def __init__(self, tag: str) -> None:
        """Begin with none; `tag` groups them in the description."""
        self._tag = tag
        self._routes: list[Route] = []

    def __iter__(self) -> Iterator[Route]:
        return iter(self._routes)

    def get(self, path: str, *, permission: str, answer: Any, **more: Unpack[Terms]) -> Callable[[H], H]:
        """Declare what is read; `more` as in Route, here and below."""
        return self._declare("GET", path, permission, answer, more)

    def post(self, path: str, *, permission: str, answer: Any, **more: Unpack[Terms]) -> Callable[[H], H]:
        """Declare what is begun."""
        return self._declare("POST", path, permission, answer, more)

    def put(self, path: str, *, permission: str, answer: Any, **more: Unpack[Terms]) -> Callable[[H], H]:
        """Declare what is set."""
        return self._declare("PUT", path, permission, answer, more)

    def patch(self, path: str, *, permission: str, answer: Any, **more: Unpack[Terms]) -> Callable[[H], H]:
        """Declare what is changed in part."""
        return self._declare("PATCH", path, permission, answer, more)

    def delete(self, path: str, *, permission: str, answer: Any, **more: Unpack[Terms]) -> Callable[[H], H]:
        """Declare what is ended."""
        return self._declare("DELETE", path, permission, answer, more)

    def _declare(self, method: str, path: str, permission: str, answer: Any, more: Terms) -> Callable[[H], H]:
        def keep(handler: H) -> H:
            if not handler.__doc__:
                raise TypeError(f"{handler.__qualname__} says nothing of itself")
            asked = signature(handler, path)
            self._routes.append(Route(method, path, handler, asked, permission, answer, self._tag, **more))
            return handler

        return keep


def install(app: web.Application, parts: Iterable[Routes]) -> None:
    """Put declared routes into an application. Raises ValueError where two have one name."""
    found: dict[str, Route] = {}
    every = (each for part in parts for each in part)
    # What is written out goes before what stands for anything: .../{contact}/monitor before .../{contact}/{act}.
    for route in sorted(every, key=lambda each: [step.startswith("{") for step in each.path.split("/")]):
        if found.setdefault(route.name, route) is not route:
            raise ValueError(f"two operations are called {route.name}")
        app.router.add_route(route.method, route.pattern, route.serve)
    app[ROUTES], app[REPEATS], app[EDITING] = tuple(found.values()), Repeats(), asyncio.Lock()


def declared(request: web.Request) -> Route | None:
    """The declared route that a request came to."""
    owner = getattr(request.match_info.handler, "__self__", None)
    return owner if isinstance(owner, Route) else None


def is_open(request: web.Request) -> bool:
    """Whether anybody may ask this."""
    route = declared(request)
    return route is not None and route.permission == PUBLIC


def is_free(request: web.Request) -> bool:
    """Whether this is neither counted nor looked up who asks."""
    route = declared(request)
    if route is None or route.permission != PUBLIC:
        return False
    return route.is_free if isinstance(route.is_free, bool) else route.is_free(request)


@web.middleware
async def only_declared(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Whatever was added to the application in another way is not there: nobody would ask who may use it."""
    if request.match_info.http_exception is None and declared(request) is None:
        raise web.HTTPNotFound
    return await handler(request)
