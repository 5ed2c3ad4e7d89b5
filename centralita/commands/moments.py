"""Days and moments as they are written on the command line."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from datetime import tzinfo

_FIRST, _LAST = date(1971, 1, 1), date(9000, 1, 1)
"""Between these lie all records that there could be, in every time zone."""
Since = Annotated[
    str | None,
    typer.Option("--since", help="Only from then on, UTC, as 2026-11-23 or 2026-11-23T14:30."),
]
Until = Annotated[str | None, typer.Option("--until", help="Only before then, written alike.")]


def read_day(text: str, option: str | None = None) -> date:
    """A day. Raises BadParameter."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is not a day; write it as 2026-11-23", param_hint=option
        ) from None
    return _possible(found, text, option)


def read_moment(text: str, option: str, zone: tzinfo = UTC) -> float:
    """A day or a moment as Unix time, by `zone` where it says none itself. Raises BadParameter."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        words = f"{text!r} is no moment; write it as 2026-11-23 or 2026-11-23T14:30"
        raise typer.BadParameter(words, param_hint=option) from None
    _possible(found.date(), text, option)
    return (found if found.tzinfo is not None else found.replace(tzinfo=zone)).timestamp()


def span(since: str | None, until: str | None) -> tuple[float | None, float | None]:
    """From one moment until another. Raises BadParameter."""
    begins = None if since is None else read_moment(since, "--since")
    ends = None if until is None else read_moment(until, "--until")
    if begins is not None and ends is not None and ends <= begins:
        raise typer.BadParameter(f"{until} is not after {since}", param_hint="--until")
    return begins, ends


def _possible(day: date, text: str, option: str | None) -> date:
    if not _FIRST <= day <= _LAST:
        raise typer.BadParameter(f"{text!r} is no day of which there could be records", param_hint=option)
    return day
