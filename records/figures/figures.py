"""Figures of a period, told apart by whatever is asked for. SQL counts; a row comes back for each line of the table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, literal_column, select

from records.figures.catalogue import DEFINITIONS
from records.figures.definition import TIMES, Group
from records.figures.measures import MEASURES, ROWS, Source, Sum

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, Select, Subquery

    from records.database import Database
    from records.figures.definition import Definition
    from records.figures.measures import Measure
    from records.figures.question import Question

Key = tuple[str, ...]
"""What a row is told apart by, in words; empty text where nothing is known."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number."""

    name: str
    value: float | None
    """None where there is nothing to reckon with."""
    counted: float | None
    of: float | None
    """What it was divided by."""
    target: float | None = None

    @property
    def is_missed(self) -> bool:
        """Whether it is on the wrong side of what it should be."""
        if self.value is None or self.target is None:
            return False
        return DEFINITIONS[self.name].misses(self.value, self.target)


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one line."""

    key: Key
    figures: Mapping[str, Figure]


@dataclass(frozen=True, slots=True)
class Figures:
    """A table of figures."""

    by: tuple[Group, ...]
    names: tuple[str, ...]
    rows: tuple[Row, ...]


def names_for(question: Question) -> tuple[str, ...]:
    """The figures that can be told for what is asked."""
    return tuple(name for name, definition in DEFINITIONS.items() if fits(definition, question))


def fits(definition: Definition, question: Question) -> bool:
    """Whether a figure can be told apart, and picked, so; agents' time is nobody's who may see only some clients."""
    asked = {*question.by, *question.only}
    is_of_agents = MEASURES[definition.counted].source is Source.SPANS
    return asked <= definition.groups and not (is_of_agents and question.clients is not None)


def figures(database: Database, question: Question, names: Sequence[str] | None = None) -> Figures:
    """Reckon. Waits for the database; all numbers are of one moment. Raises StoreUnavailable, LedgerMissing."""
    with database.read() as connection:
        return figures_in(connection, question, names)


def figures_in(connection: Connection, question: Question, names: Sequence[str] | None = None) -> Figures:
    """Reckon by a connection that is there."""
    wanted = [name for name in names or names_for(question) if fits(DEFINITIONS[name], question)]
    definitions = [DEFINITIONS[name] for name in wanted]
    needed = {name for each in definitions for name in (each.counted, each.of) if name}
    found: dict[tuple[Any, ...], dict[str, float]] = {}
    for source in Source:
        own = {name: MEASURES[name] for name in sorted(needed) if MEASURES[name].source is source}
        if own:
            _count(connection, question, source, own, found)
    if not question.by:
        found.setdefault((), {})
    rows = [
        _row(question, key, values, definitions)
        for key, values in found.items()
        if any(values.values()) or not _is_nobodys(question, key)
    ]
    return Figures(question.by, tuple(wanted), tuple(sorted(rows, key=lambda row: row.key)))


def _count(
    connection: Connection,
    question: Question,
    source: Source,
    measures: Mapping[str, Measure],
    found: dict[tuple[Any, ...], dict[str, float]],
) -> None:
    rows = ROWS[source](question)
    plain = {name: each for name, each in measures.items() if each.sum is not Sum.P90}
    queries: list[tuple[Iterable[str], Select[Any]]] = []
    if plain:
        queries.append((plain, _grouped(question, rows, plain)))
    queries += [
        ((name,), _percentile(question, rows, each)) for name, each in measures.items() if each.sum is Sum.P90
    ]
    width = len(question.by)
    for names, query in queries:
        for row in connection.execute(query):
            values = found.setdefault(tuple(row[:width]), {})
            values.update(
                {
                    name: float(value)
                    for name, value in zip(names, row[width:], strict=True)
                    if value is not None
                }
            )


def _grouped(question: Question, rows: Subquery, measures: Mapping[str, Measure]) -> Select[Any]:
    keys = [key.label(f"key{place}") for place, key in enumerate(question.keys(rows))]
    sums = [_sum(question, rows, each) for each in measures.values()]
    query = select(*keys, *sums).where(*question.picked(rows))
    return query.group_by(*(literal_column(str(place + 1)) for place in range(len(keys)))) if keys else query


def _sum(question: Question, rows: Subquery, measure: Measure) -> ColumnElement[Any]:
    counts = measure.where(rows, question)
    if measure.value is None:
        return func.coalesce(func.sum(case((counts, 1), else_=0)), 0)
    value = measure.value(rows, question)
    if measure.sum is Sum.MOST:
        return func.max(case((counts, value)))
    return func.coalesce(func.sum(case((counts, value), else_=0.0)), 0.0)


def _percentile(question: Question, rows: Subquery, measure: Measure) -> Select[Any]:
    """Nearest rank, of each line by itself."""
    assert measure.value is not None
    keys = [key.label(f"key{place}") for place, key in enumerate(question.keys(rows))]
    inner = (
        select(*keys, measure.value(rows, question).label("value"))
        .where(*question.picked(rows), measure.where(rows, question))
        .subquery("valued")
    )
    names = [inner.c[each.name] for each in keys]
    ranked = select(
        *names,
        inner.c.value,
        func.row_number().over(partition_by=names or None, order_by=inner.c.value).label("rank"),
        func.count().over(partition_by=names or None).label("many"),
    ).subquery("ranked")
    by = [ranked.c[each.name] for each in keys]
    query = select(*by, func.min(ranked.c.value)).where(ranked.c.rank * 10 >= ranked.c.many * 9)
    return query.group_by(*by) if by else query


def _is_nobodys(question: Question, key: tuple[Any, ...]) -> bool:
    """Whether a line is of no client, queue, agent: it tells nothing where nothing was counted for it."""
    return any(group not in TIMES and not part for group, part in zip(question.by, key, strict=True))


def _row(
    question: Question, key: tuple[Any, ...], values: Mapping[str, float], definitions: Iterable[Definition]
) -> Row:
    told = dict(zip(question.by, key, strict=True))
    about = {**question.only, **told}
    client, queue = about.get(Group.CLIENT), about.get(Group.QUEUE)
    words = tuple(
        question.calendar.label(group, value, client) if group in TIMES else str(value or "")
        for group, value in told.items()
    )
    made = {}
    for each in definitions:
        counted, of = values.get(each.counted), values.get(each.of) if each.of else None
        if counted is None and MEASURES[each.counted].value is None:
            counted = 0.0
        target = question.terms.target(each.name, client=client, queue=queue)
        made[each.name] = Figure(each.name, each.value(counted, of), counted, of, target)
    return Row(words, made)
