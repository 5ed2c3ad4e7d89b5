"""Callbacks that were promised, by the moment by which they were."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, and_, case, literal, select

from records.views import tables

if TYPE_CHECKING:
    from sqlalchemy import Subquery

    from records.figures.question import Question


def promises(question: Question) -> Subquery:
    """Promises; `overdue` is the result of those whose time is over and of which nothing has come."""
    promise = tables.promise
    is_overdue = and_(promise.c.result.is_(None), promise.c.latest < literal(question.now, BigInteger))
    return select(
        promise.c.contact,
        promise.c.reference.label("n"),
        promise.c.latest.label("at"),
        *(promise.c[name] for name in ("client", "queue", "language", "agent")),
        case((is_overdue, "overdue"), else_=promise.c.result).label("result"),
    ).subquery("promises")
