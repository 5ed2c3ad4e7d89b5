"""Errors as problem documents (RFC 9457): whatever a request is refused for, the answer has this one form."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from base.errors import CentralitaError

TYPE = "application/problem+json"
CODE = web.ResponseKey("code", str)
"""Where the code of a problem stays at hand, for the audit log."""
_CODES = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    417: "expectation_failed",
}
"""For the errors that aiohttp raises by itself."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong in a request."""

    pointer: str
    """Where, as a JSON pointer into the request: /query/limit, /path/agent, /body/to/queue."""
    detail: str


class Refusal(Exception):
    """A request that is refused: the middleware makes a problem document of it."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        mistakes: Sequence[Mistake] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """As `problem` takes them."""
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail
        self.mistakes, self.headers = tuple(mistakes), headers


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    mistakes: Sequence[Mistake] = (),
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    """A problem document; `code` is stable, `detail` says what to do."""
    body: dict[str, object] = {
        "type": f"urn:centralita:problem:{code}",
        "title": code.replace("_", " "),
        "status": status,
        "detail": detail,
        "code": code,
    }
    if mistakes:
        body["errors"] = [{"pointer": each.pointer, "detail": each.detail} for each in mistakes]
    text = json.dumps(body, ensure_ascii=True)  # half a character of a request must not break the answer
    made = web.Response(status=status, text=text, content_type=TYPE, headers=headers)
    made[CODE] = code
    return made


AWAY = "the records cannot be reached now; ask again later"


def words_of(error: CentralitaError) -> str:
    """What an error says to those outside: where the database is, and as whom we speak to it, stays in the log."""
    return AWAY if error.code == "store_unavailable" else str(error)


@web.middleware
async def problems(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Turn refusals and aiohttp's own errors (no such path, wrong method) into problem documents."""
    try:
        return await handler(request)
    except Refusal as error:
        return problem(error.status, error.code, error.detail, mistakes=error.mistakes, headers=error.headers)
    except web.HTTPMethodNotAllowed as error:
        allowed = ", ".join(sorted(error.allowed_methods))
        detail = f"{request.method} is not among what {request.path} takes: {allowed}"
        return problem(405, _CODES[405], detail, headers={"Allow": allowed})
    except web.HTTPException as error:
        if error.status < 400:
            raise
        code = _CODES.get(error.status, error.reason.lower().replace(" ", "_"))
        return problem(error.status, code, _told(request, error.status))


def _told(request: web.Request, status: int) -> str:
    if status == 404:
        return f"there is nothing at {request.path}; GET /api/v1/docs shows what there is"
    return f"{request.method} {request.path}: {HTTPStatus(status).phrase}"
