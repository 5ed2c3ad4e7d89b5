"""How soon callers who asked for a person got one: the figures behind "95 % within three minutes".

A contact asks when it is led to a queue, an agent, a telephone or a ladder of these; it is answered when it is joined
with another party for the first time after that. Who hangs up before counts as asked and not answered: nobody is left
out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from records.views.menu_steps import PEOPLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import tzinfo
    from typing import Any

KINDS = ("queue.joined", "menu.left", "bridge.began")
"""The events that tell."""
Period = Literal["day", "month"]


@dataclass(frozen=True, slots=True)
class Asked:
    """One contact that asked for a person. Times are Unix seconds."""

    contact: str
    client: str
    asked_at: float
    answered_at: float | None

    @property
    def waited(self) -> float | None:
        """Seconds until somebody answered."""
        return None if self.answered_at is None else self.answered_at - self.asked_at

    def is_within(self, limit: float) -> bool:
        """Whether somebody answered in time; the limit itself is in time."""
        return self.waited is not None and self.waited <= limit


@dataclass(frozen=True, slots=True)
class Share:
    """The figures of one client company in one period."""

    client: str
    period: str
    """`2026-11-22` or `2026-11`."""
    asked: int
    answered: int
    in_time: int
    late: tuple[Asked, ...]
    """Those not answered in time, or at all."""

    @property
    def percent(self) -> float:
        """How many of a hundred that asked were answered in time."""
        return 100 * self.in_time / self.asked


def asked_for_person(
    events: Iterable[tuple[str, str | None, float, str, Mapping[str, Any]]],
) -> list[Asked]:
    """The contacts that asked, of (contact, client, time, type, data) in order of time within each contact."""
    asked: dict[str, Asked] = {}
    for contact, client, at, kind, data in events:
        known = asked.get(contact)
        if known is None and _asks(kind, data):
            asked[contact] = Asked(contact, client or "", at, None)
        elif known is not None and kind == "bridge.began" and known.answered_at is None:
            asked[contact] = Asked(contact, known.client, known.asked_at, at)
    return list(asked.values())


def _asks(kind: str, data: Mapping[str, Any]) -> bool:
    return kind == "queue.joined" or (
        kind == "menu.left" and str(data.get("destination", "")).startswith(PEOPLE)
    )


def shares(asked: Iterable[Asked], *, limit: float, zone: tzinfo, by: Period = "day") -> list[Share]:
    """The figures by client and period, by the clock of a zone; in order."""
    found: dict[tuple[str, str], list[Asked]] = {}
    for each in asked:
        day = datetime.fromtimestamp(each.asked_at, zone).date().isoformat()
        found.setdefault((each.client, day if by == "day" else day[:7]), []).append(each)
    return [
        Share(
            client,
            period,
            asked=len(those),
            answered=sum(each.answered_at is not None for each in those),
            in_time=sum(each.is_within(limit) for each in those),
            late=tuple(each for each in those if not each.is_within(limit)),
        )
        for (client, period), those in sorted(found.items())
    ]
