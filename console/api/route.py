"""A route as it is declared, and what stands before its handler: permission, the request read into models."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from aiohttp import web
from pydantic import TypeAdapter

from base.errors import CentralitaError, DocumentError
from console.access import PRINCIPAL
from console.api.answers import Answered, Content, sent, written
from console.api.naming import refuse_unknown_names
from console.api.reading import read_body, read_file, read_path, read_query
from console.api.repeats import REPEATS
from console.api.scope import faults, sees_agent, unhinted
from console.api.versions import tagged, unless_changed
from console.problem import Refusal, words_of
from records.people.roles import PERMISSIONS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from console.api.signature import Signature
    from records.people.principal import Principal

PUBLIC = ""
"""In place of a permission: for everybody who reaches the port. No name and no number may be in such an answer."""
ANYBODY = "*"
"""In place of a permission: for everybody who has signed in."""
SELF = "agents:self"
"""The permission of agents to do something for themselves, where a route says whose `own` it is."""
CHECKED: web.AppKey[bool] = web.AppKey("checked", bool)
"""Whether answers are compared with what their routes declare: in tests."""
ROUTES: web.AppKey[tuple[Route, ...]] = web.AppKey("routes", tuple)
"""All that an application offers."""
_FROM_SIP = {
    400: 422,
    403: 403,
    404: 404,
    409: 409,
    429: 429,
    480: 409,
    486: 409,
    488: 409,
    491: 409,
    503: 503,
}
"""Of the SIP statuses that errors carry, what a client of HTTP is told; anything else is a fault of ours."""
USUAL = frozenset({401, 403, 429, 500, 503})
"""What any route may answer."""


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """One method of one path."""

    method: str
    path: str
    handler: Callable[..., Awaitable[object]]
    signature: Signature
    permission: str
    answer: Any
    """A model, or any type that pydantic describes; Content for what is no JSON; None for no content."""
    tag: str
    status: int = 200
    also: tuple[int, ...] = ()
    """Other statuses with the same answer."""
    problems: Mapping[str, int] = field(default_factory=dict)
    """What it may be refused for: codes and their statuses."""
    otherwise: int | None = None
    """The status of errors whose codes are not named; by what they would be in SIP unless given."""
    largest: int = 1024 * 1024
    """Bytes of a file that is sent."""
    is_once: bool = False
    """Whether a request that is sent again under the same Idempotency-Key is not done again."""
    is_tagged: bool = False
    """Whether the answer has an ETag, with which edits of the same path can say what they have seen (If-Match)."""
    own: str | Callable[[web.Request], bool] | None = None
    """Whose it is: the part of the path that names an agent, or a question. Agents may do this for themselves."""

    is_free: bool | Callable[[web.Request], bool] = False
    """Whether requests are not counted, always or where a question says so; nobody is known who asks then."""

    def __post_init__(self) -> None:
        """Raises TypeError for a permission that nobody can have: a mistake of the programmer, found at import."""
        if self.permission not in (PUBLIC, ANYBODY, *PERMISSIONS):
            raise TypeError(f"{self.name}: {self.permission} is not in the table of records.people.roles")

    @property
    def name(self) -> str:
        """The operation's id."""
        return self.handler.__name__

    @property
    def pattern(self) -> str:
        """The path as it is matched: a part that can only be one of some words is nothing else."""
        found = self.path
        for name, each in self.signature.path.model_fields.items():
            if get_origin(each.annotation) is Literal:
                words = "|".join(map(re.escape, get_args(each.annotation)))
                found = found.replace(f"{{{name}}}", f"{{{name}:{words}}}")
        return found

    @property
    def refusals(self) -> dict[int, list[str]]:
        """All statuses of problems it may answer, with the codes it names."""
        found: dict[int, list[str]] = {each: [] for each in sorted(self._implied())}
        for code, status in self.problems.items():
            found.setdefault(status, []).append(code)
        return found

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer one request. Raises Refusal."""
        self._admit(request)
        if self.is_once:
            who = request[PRINCIPAL].id
            return await request.app[REPEATS].once(request, who, self.name, lambda: self._answer(request))
        return await self._answer(request)

    async def body(self, request: web.Request) -> bytes:
        """What would be sent now. Raises Refusal."""
        answer = await self._handled(request, await self._arguments(request))
        return written(answer.body if isinstance(answer, Answered) else answer)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        arguments = await self._arguments(request)
        shown = self._shown_by(request)
        if shown is None:
            return self._sent(request, await self._handled(request, arguments))
        answer = await unless_changed(
            request, lambda: shown.body(request), lambda: self._handled(request, arguments)
        )
        return self._sent(request, answer)

    async def _handled(self, request: web.Request, arguments: dict[str, Any]) -> object:
        try:
            return await self.handler(**arguments)
        except CentralitaError as error:
            raise self._refusal(error, request) from None

    def _sent(self, request: web.Request, answer: object) -> web.StreamResponse:
        if isinstance(answer, web.StreamResponse):
            return answer
        made = answer if isinstance(answer, Answered) else Answered(answer)
        if self.answer is None:
            return web.Response(status=204, headers=made.headers)
        status = made.status or self.status
        if request.app.get(CHECKED, False):
            self._check(made.body, status)
        response = sent(made.body, status, made.headers)
        return tagged(request, response) if self.is_tagged else response

    def _shown_by(self, request: web.Request) -> Route | None:
        """The route that shows what this one edits, where it tells versions apart."""
        if self.method == "GET":
            return None
        same = (each for each in request.app[ROUTES] if each.path == self.path and each.is_tagged)
        return next(same, None)

    def _admit(self, request: web.Request) -> None:
        """The one place where permission is asked. Raises Refusal."""
        if self.permission == PUBLIC:
            return
        principal = request.get(PRINCIPAL)
        if principal is None:
            raise Refusal(401, "unauthorized", "sign in first")
        if self.permission == ANYBODY:
            return
        if principal.may(self.permission):
            agent = request.match_info.get("agent")
            if agent is not None and not sees_agent(request, agent):
                raise Refusal(404, "unknown_agent", f"no agent {agent}")
            return
        if not (principal.may(SELF) and self._is_own(request, principal)):
            raise Refusal(403, "forbidden", f"this needs the permission {self.permission}")

    def _is_own(self, request: web.Request, principal: Principal) -> bool:
        if isinstance(self.own, str):
            return principal.is_agent(request.match_info[self.own])
        return self.own is not None and self.own(request)

    async def _arguments(self, request: web.Request) -> dict[str, Any]:
        asked = self.signature
        path = read_path(asked.path, request)
        found: dict[str, Any] = {name: getattr(path, name) for name in asked.path.model_fields}
        query = read_query(asked.query, request)
        if query is not None:
            await refuse_unknown_names(request, query)
            found["query"] = query
        if asked.body is not None:
            found["body"] = await read_body(asked.body, request)
        if asked.takes_file:
            found["file"] = await read_file(request, self.largest)
        if asked.takes_request:
            found["request"] = request
        return found

    def _refusal(self, error: CentralitaError, request: web.Request) -> Refusal:
        named = self.problems.get(error.code, self.otherwise)
        status = named if named is not None else _FROM_SIP.get(error.status, 500)
        after = {"Retry-After": str(error.retry_after)} if error.retry_after is not None else None
        words = words_of(error)
        if PRINCIPAL in request:
            words = unhinted(request, words) if error.code != DocumentError.code else faults(request, words)
        return Refusal(status, error.code, words, headers=after)

    def _implied(self) -> set[int]:
        found = set(USUAL)
        if self.otherwise is not None:
            found.add(self.otherwise)
        if self.signature.path.model_fields:
            found.add(404)
        if self.signature.body is not None or self.signature.takes_file:
            found |= {400, 413, 415}
        if self.is_once:
            found.add(409)
        return found | {400, 422}

    def _check(self, body: object, status: int) -> None:
        """Raises AssertionError for a status that is not declared, ValidationError for a body that is not so."""
        assert status in (self.status, *self.also), f"{self.name} does not declare {status}"
        assert not isinstance(self.answer, Content), f"{self.name} declares that it sends no JSON"
        TypeAdapter(self.answer).validate_json(written(body))
