"""Records as files over HTTP: written to the disk first, so that memory stays flat and faults are told before bytes."""

from __future__ import annotations

import asyncio
import tempfile
from typing import TYPE_CHECKING, Literal

from aiohttp import web

from base.document import suggest
from console.api.answers import Content
from console.api.files import send_file
from console.api.model import Name, Note
from console.api.routes import Routes
from console.api.scope import sees_all, sees_queue
from console.figures.asked import Period, question_of, wrong
from console.figures.figures import groups_of
from console.keys import AGREED, LEDGER, READER
from console.problem import Refusal
from records.exports.choosing import NAMES, SPANS, rows_of
from records.exports.export import Format, export
from records.exports.live_log import Form, log_of
from records.figures.definition import Group

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import BinaryIO

    from records.database import Database
    from records.figures.question import Question

routes = Routes("exports")

MEDIA = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
LOGS = {each.value: each for each in Form}
MOST_AT_ONCE = 2
"""Exports under way; more are asked to wait."""
EXPORTING: web.AppKey[asyncio.Semaphore] = web.AppKey("exporting")
PROBLEMS = {"unknown_dataset": 404, "ledger_missing": 503, "too_many_exports": 429}


class ExportAsked(Period):
    """Which days, and in which form."""

    format: Literal["csv", "parquet"] = "csv"
    """Of tables; logs are text."""
    by: Note = ""
    """Of figures: what they are told apart by."""
    bom: bool = False
    """Begin CSV with the mark by which some spreadsheets know UTF-8."""


@routes.get(
    "/api/v1/exports/{dataset}",
    permission="records:export",
    answer=Content((*MEDIA.values(), "text/plain")),
    problems=PROBLEMS,
)
async def take_out(request: web.Request, dataset: Name, query: ExportAsked) -> web.StreamResponse:
    """Send the records of a day or more as a file.

    Tables: contacts, legs, segments, queue_visits, reservations, agent_spans, menu_steps, recordings, promises, cdr
    (the columns of Asterisk), figures. Logs for wallboards: queue_log, callcenter, callcenter-json.
    """
    if dataset not in (*NAMES, *LOGS):
        mend = suggest(dataset[:100], (*NAMES, *LOGS))
        raise Refusal(404, "unknown_dataset", f"no dataset {dataset[:100]!r}; {mend}")
    if dataset == SPANS and not sees_all(request):
        raise Refusal(404, "unknown_dataset", "the time of agents belongs to no client company")
    if query.by and dataset != "figures":
        raise wrong("by", "is for figures alone")
    question = question_of(request, query, groups_of(query.by))
    at_once = request.app[EXPORTING]
    if at_once.locked():
        words = f"{MOST_AT_ONCE} exports are under way; ask again later"
        raise Refusal(429, "too_many_exports", words, headers={"Retry-After": "5"})
    with tempfile.TemporaryFile() as file:
        async with at_once:  # until it is made: whoever reads slowly keeps nobody waiting
            await _take_out(request, dataset, query, question, file)
        ending = "log" if dataset in LOGS else query.format
        charset = None if ending == "parquet" else "utf-8"
        media = MEDIA.get(ending, "text/plain")
        return await send_file(request, file, f"{dataset}.{ending}", media, charset=charset)


async def _take_out(
    request: web.Request, dataset: str, query: ExportAsked, question: Question, file: BinaryIO
) -> None:
    await request.app[LEDGER].flush()
    database = request.app[READER].database
    if dataset in LOGS:
        every = request.app[AGREED]().queues.items()
        queues = {who: [each for each in names if sees_queue(request, each)] for who, names in every}
        await asyncio.to_thread(_write_log, database, LOGS[dataset], question, queues, file)
    else:
        rows, form = rows_of(dataset, question), Format(query.format)
        await asyncio.to_thread(export, database, rows, question, file, format=form, mark=query.bom)


def _write_log(
    database: Database, form: Form, question: Question, queues: Mapping[str, Sequence[str]], file: BinaryIO
) -> None:
    since, until = question.span
    wanted = question.only.get(Group.CLIENT)
    clients = question.clients
    if wanted is not None:
        clients = frozenset({wanted}) if clients is None else clients & {wanted}
    for text in log_of(database, form, since, until, queues, clients=clients, agents=question.agents):
        file.write(text.encode())
