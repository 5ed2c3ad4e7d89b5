"""What callers answered in surveys, as lists and as means; the table is derived from the ledger (records.views)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sqlalchemy import Float, case, cast, desc, func, select, tuple_

from records.moments import stored, unix
from records.narrowing import in_period, matching
from records.views.tables import survey_answer

if TYPE_CHECKING:
    from collections.abc import Collection

    from records.database import Database

By = Literal["client", "language", "queue", "agent", "menu"]
"""What means may be told apart by."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. `at` is Unix time."""

    contact: str
    n: int
    client: str | None
    language: str | None
    queue: str | None
    agent: str | None
    menu: str | None
    question: str | None
    score: int
    least: int | None
    most: int | None
    at: float


@dataclass(frozen=True, slots=True)
class Mean:
    """The answers to one question."""

    group: str | None
    """The client company, language, queue, agent or menu set."""
    question: str | None
    answers: int
    mean: float
    content: int
    """Answers in the upper two fifths of the scale: 4 and 5 from 1 to 5."""

    share: float
    """Of those who are content, from 0 to 1."""


def answers(
    database: Database,
    *,
    clients: Collection[str] | None = None,
    queue: str | None = None,
    agent: str | None = None,
    since: float | None = None,
    until: float | None = None,
    after: tuple[float, str, int] | None = None,
    limit: int = 100,
) -> list[Answer]:
    """The latest first, given from `since` to before `until`, from behind (at, contact, n)."""
    table = survey_answer
    query = select(table).where(
        *matching(table, clients, queue=queue, agent=agent), *in_period(table.c.at, since, until)
    )
    if after is not None:
        place = tuple_(table.c.at, table.c.contact, table.c.n)
        query = query.where(place < (stored(after[0]), *after[1:]))
    query = query.order_by(desc(table.c.at), desc(table.c.contact), desc(table.c.n)).limit(limit)
    with database.read() as connection:
        rows = connection.execute(query).mappings().all()
    return [Answer(**{**row, "at": unix(row["at"])}) for row in rows]


def means(
    database: Database,
    by: By = "client",
    *,
    clients: Collection[str] | None = None,
    queue: str | None = None,
    agent: str | None = None,
    since: float | None = None,
    until: float | None = None,
) -> list[Mean]:
    """The mean of each question, told apart by this."""
    table = survey_answer
    least, most = func.coalesce(table.c.least, 1), func.coalesce(table.c.most, 5)
    # Of 1 to 5 that is 4 and more; whole numbers on both sides, since databases divide differently.
    is_content = (table.c.score - least) * 5 > (most - least) * 3
    group = table.c[by]
    query = (
        select(
            group.label("group"),
            table.c.question,
            func.count().label("answers"),
            func.avg(cast(table.c.score, Float)).label("mean"),
            func.sum(case((is_content, 1), else_=0)).label("content"),
        )
        .where(*matching(table, clients, queue=queue, agent=agent), *in_period(table.c.at, since, until))
        .group_by(group, table.c.question)
        .order_by(group, table.c.question)
    )
    with database.read() as connection:
        rows = connection.execute(query).mappings().all()
    return [Mean(**{**row, "share": row["content"] / row["answers"]}) for row in rows]
