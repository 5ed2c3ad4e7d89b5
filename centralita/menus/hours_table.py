"""Tables of opening hours, closures and announcements for people at a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from centralita.terminal import print_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any


def print_hours(places: Iterable[Mapping[str, Any]]) -> None:
    """Places, a line each; moments are by the clock of each."""
    print_rows(
        ("hours", "client", "time zone", "state", "changes", "opens next", "emergency"),
        (
            (
                each["id"],
                each["client"] or "",
                each["timezone"],
                each["state"],
                moment(each["next_change"]),
                moment(each["next_opening"]),
                _why(each["closure"]),
            )
            for each in places
        ),
    )


def print_days(days: Iterable[Mapping[str, Any]]) -> None:
    """The days of one place."""
    print_rows(
        ("day", "", "hours", "holiday"),
        (
            (
                each["day"],
                weekday(each["day"]),
                ", ".join(each["spans"]) or each["state"],
                each["holiday"] or "",
            )
            for each in days
        ),
    )


def print_announcements(announcements: Iterable[Mapping[str, Any]]) -> None:
    """Announcements, a line each."""
    print_rows(
        ("announcement", "prompt", "callers of", "by", "since", "until", "reason"),
        (
            (
                each["name"],
                each["prompt"],
                each["client"] or "all",
                each["by"],
                moment(each["since"], zone=True),
                moment(each["until"], zone=True),
                each["reason"],
            )
            for each in announcements
        ),
    )


def print_closures(closures: Iterable[Mapping[str, Any]]) -> None:
    """Emergency closures, a line each."""
    print_rows(
        ("closed", "by", "since", "until", "reason"),
        (
            (
                each["name"],
                each["by"],
                moment(each["since"], zone=True),
                moment(each["until"], zone=True),
                each["reason"],
            )
            for each in closures
        ),
    )


def moment(text: str | None, *, zone: bool = False) -> str:
    """A moment of the API as people read it; with `zone`, in UTC and saying so."""
    if text is None:
        return ""
    return f"{text[:16].replace('T', ' ')}{' UTC' if zone else ''}"


def weekday(day: str) -> str:
    """`Mon` to `Sun`."""
    from datetime import date

    return date.fromisoformat(day).strftime("%a")


def _why(closure: Mapping[str, Any] | None) -> str:
    if closure is None:
        return ""
    until = f", until {moment(closure['until'], zone=True)}" if closure["until"] else ""
    return f"{closure['reason']} ({closure['by']}{until})"
