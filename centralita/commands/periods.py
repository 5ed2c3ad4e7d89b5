"""Parameters of commands that ask about days: which, by whose clock, only of whom."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path  # noqa: TC003 - read by typer
from typing import TYPE_CHECKING, Annotated

import typer

from centralita.commands.moments import read_day

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from records.figures.definition import Group
    from records.figures.question import Question
    from records.figures.settings import Agreed

Day = Annotated[str | None, typer.Option("--day", metavar="DAY", help="As 2026-11-23.", show_default="today")]
From = Annotated[
    str | None, typer.Option("--from", "--first", metavar="DAY", help="The first of several days.")
]
To = Annotated[
    str | None, typer.Option("--to", "--last", metavar="DAY", help="The last of them.", show_default="today")
]
Reason = Annotated[str | None, typer.Option(help="Only of this reason; '' for those without one.")]
Language = Annotated[str | None, typer.Option(help="Only in this language.")]


def read_terms(config: Path) -> Agreed:
    """What the configuration says about figures, or say what is wrong with it and end."""
    from centralita.figure_terms import read_agreed

    return read_agreed(config)


def question_of(
    agreed: Agreed,
    days: tuple[str | None, str | None, str | None],
    only: Mapping[str, str | None],
    by: Sequence[Group],
) -> Question:
    """The days and the rest as a question. Ends with a helpful error where they make none."""
    from records.figures.calendar import Days
    from records.figures.definition import Group
    from records.figures.question import Question

    today = datetime.now(UTC).astimezone(agreed.calendar.of(only.get("client"))).date()
    day, first, last = days
    if day is not None and (first is not None or last is not None):
        raise typer.BadParameter("give --day, or --from and --to")
    since = _day(day, "--day", _day(first, "--from", today))
    until = _day(last, "--to", today if first is not None else since) if day is None else since
    if until < since:
        raise typer.BadParameter(f"{until} is before {since}", param_hint="--to")
    picked = {Group(name): value for name, value in only.items() if value is not None}
    now = time.time_ns() // 1000
    return Question(Days(since, until), agreed.calendar, now, tuple(by), picked, terms=agreed.terms)


def _day(text: str | None, option: str, otherwise: date) -> date:
    return otherwise if text is None else read_day(text, option)
