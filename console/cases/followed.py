"""What became of things, over HTTP: promised callbacks, surveys, contacts without the result they need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field

from console.api.model import Line, Model
from console.api.paging import Page, Paged, after, page
from console.api.routes import Routes
from console.cases.cases import Moment, narrowed
from console.keys import CASES
from records.cases.promised import Promise, PromiseCount
from records.cases.surveyed import Answer, Mean
from records.cases.undisposed import Undisposed

routes = Routes("cases")


class Within(Model):
    """Of what and when."""

    client: Line | None = None
    queue: Line | None = None
    since: Moment | None = None
    """From then on (Unix seconds)."""
    until: Moment | None = None
    """Before then."""


class PromisesAsked(Paged, Within):
    """Which promises."""

    result: Literal["open", "kept", "late", "failed", "expired", "cancelled"] | None = None


class AnswersAsked(Paged, Within):
    """Which answers."""

    agent: Line | None = None


class MeansAsked(Within):
    """Which answers, and what their means are told apart by."""

    agent: Line | None = None
    by: Literal["client", "language", "queue", "agent", "menu"] = "client"


class UndisposedAsked(Model):
    """Of whom, and how many."""

    client: Line | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 100


@routes.get("/api/v1/promises", permission="cases:read", answer=Page[Promise])
async def list_promises(request: web.Request, query: PromisesAsked) -> Mapping[str, object]:
    """List promised callbacks with what became of them, the latest first."""
    rows = await request.app[CASES].promises(
        **_within(request, query),
        result=query.result,
        after=after(query, float, str),
        limit=query.limit + 1,
    )
    return page(rows, query, lambda each: (each.promised_at, each.reference))


@routes.get("/api/v1/promises/counts", permission="cases:read", answer=list[PromiseCount])
async def count_promises(request: web.Request, query: Within) -> list[PromiseCount]:
    """Count promised callbacks, kept and broken, by client company and queue."""
    return await request.app[CASES].promise_counts(**_within(request, query))


@routes.get("/api/v1/surveys", permission="cases:read", answer=Page[Answer])
async def list_answers(request: web.Request, query: AnswersAsked) -> Mapping[str, object]:
    """List answers to surveys, the latest first."""
    rows = await request.app[CASES].answers(
        **_within(request, query),
        agent=query.agent,
        after=after(query, float, str, int),
        limit=query.limit + 1,
    )
    return page(rows, query, lambda each: (each.at, each.contact, each.n))


@routes.get("/api/v1/surveys/means", permission="cases:read", answer=list[Mean])
async def survey_means(request: web.Request, query: MeansAsked) -> list[Mean]:
    """Tell the mean of each question, by client company, language, queue, agent or menu set."""
    return await request.app[CASES].means(query.by, **_within(request, query), agent=query.agent)


@routes.get("/api/v1/dispositions/missing", permission="cases:read", answer=list[Undisposed])
async def missing_dispositions(request: web.Request, query: UndisposedAsked) -> list[Undisposed]:
    """List contacts without the result that their client company requires, the latest first."""
    return await request.app[CASES].undisposed(narrowed(request, query.client), query.limit)


def _within(request: web.Request, query: Within) -> dict[str, object]:
    return {
        "clients": narrowed(request, query.client),
        "queue": query.queue,
        "since": query.since,
        "until": query.until,
    }
