"""Figures over HTTP: a table of them, what each means, the contacts behind one."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field

from base.document import suggest
from console.api.model import Model, Name, Note
from console.api.paging import MOST, Page
from console.api.routes import Routes
from console.figures.asked import Narrowed, question_of, wrong
from console.keys import LEDGER, READER
from console.problem import Refusal
from records.figures.behind import Part, behind
from records.figures.catalogue import DEFINITIONS
from records.figures.definition import Definition, Group
from records.figures.documents import as_document, definition_as_document
from records.figures.figures import figures, fits

routes = Routes("figures")
PROBLEMS = {"ledger_missing": 503, "unknown_figure": 404, "cursor_unknown": 422}


class FiguresAsked(Narrowed):
    """Which figures, told apart by what."""

    by: Note = ""
    """client, queue, agent, reason, language, half-hour, hour, day; several with commas."""
    names: Note = ""
    """Only these figures, with commas."""


class FigureShown(Model):
    """One number."""

    value: float | None
    """Null where there is nothing to reckon with. Shares are from 0 to 1, times are seconds."""
    counted: float | None
    of: float | None
    """What it was divided by; null where it was not."""
    target: float | None
    """What it should be, where that was agreed."""
    missed: bool | None
    """Whether it is not; null without a target."""


class RowShown(Model):
    """The figures of one line."""

    key: dict[str, str]
    """What the line is of; empty text where nothing is known."""
    figures: dict[str, FigureShown]


class FiguresShown(Model):
    """A table of figures."""

    by: tuple[str, ...]
    rows: tuple[RowShown, ...]


class DefinitionShown(Model):
    """What a figure means."""

    name: str
    title: str
    unit: Literal["count", "seconds", "share"]
    formula: str
    meaning: str
    edges: tuple[str, ...]
    """Cases that are often disputed."""
    by: tuple[str, ...]
    """What it can be told apart by."""
    want: Literal["high", "low", "neither"]
    """Which way is better."""


class BehindAsked(Narrowed):
    """Which of the contacts behind a figure."""

    part: Literal["all", "counted", "rest"] = "all"
    """counted: those above the line; rest: those that it is divided by and that are not above it."""
    limit: Annotated[int, Field(ge=1, le=MOST)] = 100
    cursor: Annotated[str, Field(max_length=500)] | None = None
    """`next` of the page before."""


class BehindShown(Model):
    """One contact behind a figure, as often as it counts."""

    contact: str
    at: float
    """When it counts (Unix seconds)."""
    value: float | None
    """Seconds, where the figure is made of seconds."""
    counted: bool
    """Whether it stands above the line."""


@routes.get("/api/v1/figures", permission="figures:read", answer=FiguresShown, problems=PROBLEMS)
async def list_figures(request: web.Request, query: FiguresAsked) -> Mapping[str, object]:
    """Reckon the figures of a day or more, by published definitions.

    Figures that cannot be told apart so are left out, unless they are named.
    """
    question = question_of(request, query, groups_of(query.by))
    names = [_named(name.strip(), "names").name for name in query.names.split(",")] if query.names else None
    for name in names or ():
        if not fits(DEFINITIONS[name], question):
            raise wrong("names", f"{name} cannot be told so; see /api/v1/figures/{name}")
    await request.app[LEDGER].flush()
    return as_document(await asyncio.to_thread(figures, request.app[READER].database, question, names))


@routes.get("/api/v1/figures/{name}", permission="figures:read", answer=DefinitionShown, problems=PROBLEMS)
async def explain(request: web.Request, name: Name) -> Mapping[str, object]:
    """Say how a figure is reckoned, what counts, and what is done with cases that are often disputed."""
    return definition_as_document(_named(name))


@routes.get(
    "/api/v1/figures/{name}/contacts", permission="figures:read", answer=Page[BehindShown], problems=PROBLEMS
)
async def list_behind(request: web.Request, name: Name, query: BehindAsked) -> Mapping[str, object]:
    """List the contacts behind a figure, the first one first; of the longest waits, the longest."""
    definition, question = _named(name), question_of(request, query)
    if not fits(definition, question):
        raise wrong("client", f"{name} cannot be picked so; see /api/v1/figures/{name}")
    await request.app[LEDGER].flush()
    found = await asyncio.to_thread(
        behind,
        request.app[READER].database,
        question,
        name,
        part=Part(query.part),
        limit=query.limit,
        after=query.cursor,
    )
    return {"items": found.items, "next": found.next}


def _named(name: str, field: str | None = None) -> Definition:
    definition = DEFINITIONS.get(name)
    if definition is not None:
        return definition
    words = f"there is no figure {name!r}; {suggest(name[:100], DEFINITIONS)}"
    raise Refusal(404, "unknown_figure", words) if field is None else wrong(field, words)


def groups_of(text: str) -> tuple[Group, ...]:
    """What `by` names. Raises Refusal."""
    words = [word.strip() for word in text.split(",")] if text else []
    known = {group.value: group for group in Group}
    for word in words:
        if word not in known:
            raise wrong("by", f"{word!r} is nothing to tell figures apart by; {suggest(word[:100], known)}")
    if len(set(words)) < len(words):
        raise wrong("by", "names something twice")
    return tuple(known[word] for word in words)
