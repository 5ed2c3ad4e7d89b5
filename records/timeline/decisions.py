"""Why a contact got its agents, or none: each stay in a queue with its decisions, from the ledger's events."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from records.timeline import verdicts
from records.views.fields import real, whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from records.reader import ContactTimeline, StoredEvent


@dataclass(frozen=True, slots=True)
class Relaxed:
    """Requirements lowered with time."""

    offset: float
    """Seconds since the contact began, here and below."""
    waited: float | None
    asked: str


@dataclass(frozen=True, slots=True)
class Decision:
    """One agent chosen, and what came of it."""

    offset: float
    reservation: str
    agent: str
    why: str
    asked: str
    relaxed: int
    """Steps by which the requirements had been lowered."""
    position: int | None
    waiting: int | None
    """Entries in line."""
    waited: float | None
    passed_over: tuple[verdicts.PassedOver, ...]
    result: str | None = None
    """None while the phone rings."""
    ring: float | None = None
    """Seconds that the phone rang."""
    ended: float | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay in a queue."""

    queue: str
    offset: float
    position: int | None = None
    priority: int | None = None
    waited_before: float | None = None
    """Seconds of waiting before, whose place was kept."""
    unserved: tuple[verdicts.PassedOver, ...] = ()
    """Why nobody could serve the caller at once."""
    relaxed: tuple[Relaxed, ...] = ()
    decisions: tuple[Decision, ...] = ()
    left: str | None = None
    """The reason; None while the contact waits."""
    waited: float | None = None
    left_at: float | None = None
    unserved_at_end: tuple[verdicts.PassedOver, ...] = ()
    """Why nobody could serve the caller when it left without an agent."""


@dataclass(slots=True)
class _Account:
    """Stays as far as they are known."""

    began: float
    stays: list[Stay] = field(default_factory=list)
    ringing: dict[str, str] = field(default_factory=dict)
    """Reservation -> agent."""

    def last(self, event: StoredEvent) -> Stay:
        """The stay that the event belongs to, taken out to be replaced."""
        if not self.stays or self.stays[-1].left is not None:
            self.stays.append(Stay(str(event.data.get("queue", "?")), event.ts - self.began))
        return self.stays.pop()

    def take(self, event: StoredEvent) -> None:
        """One event more."""
        data, offset = event.data, event.ts - self.began
        explained = data.get("explained")
        explained = explained if isinstance(explained, dict) else {}
        match event.type:
            case "queue.joined":
                self.stays.append(_joined(data, explained, offset))
            case "queue.relaxed":
                stay = self.last(event)
                step = Relaxed(offset, real(data, "waited"), verdicts.asked(data))
                self.stays.append(replace(stay, relaxed=(*stay.relaxed, step)))
            case "reservation.created":
                stay = self.last(event)
                made = _decision(data, explained, offset, self.ringing)
                self.ringing[made.reservation] = made.agent
                self.stays.append(replace(stay, decisions=(*stay.decisions, made)))
            case "reservation.ended":
                self._end(data, offset)
            case "queue.left":
                self.stays.append(
                    replace(
                        self.last(event),
                        left=str(data.get("reason", "?")),
                        waited=real(data, "waited"),
                        left_at=offset,
                        unserved_at_end=verdicts.passed_over(explained),
                    )
                )
            case _:
                pass

    def _end(self, data: Mapping[str, Any], offset: float) -> None:
        reservation = str(data.get("reservation"))
        self.ringing.pop(reservation, None)
        for number, stay in enumerate(self.stays):
            decisions = tuple(
                replace(each, result=str(data.get("result", "?")), ring=real(data, "ring"), ended=offset)
                if each.reservation == reservation
                else each
                for each in stay.decisions
            )
            self.stays[number] = replace(stay, decisions=decisions)


def stays(timeline: ContactTimeline) -> tuple[Stay, ...]:
    """All stays of a contact in queues, in order."""
    account = _Account(timeline.contact.started_at)
    for event in timeline.events:
        account.take(event)
    return tuple(account.stays)


def _joined(data: Mapping[str, Any], explained: Mapping[str, Any], offset: float) -> Stay:
    return Stay(
        str(data.get("queue", "?")),
        offset,
        position=whole(data, "position"),
        priority=whole(data, "priority"),
        waited_before=real(data, "waited"),
        unserved=verdicts.passed_over(explained),
    )


def _decision(
    data: Mapping[str, Any], explained: Mapping[str, Any], offset: float, ringing: Mapping[str, str]
) -> Decision:
    return Decision(
        offset,
        str(data.get("reservation", "?")),
        str(data.get("agent", "?")),
        verdicts.choice(explained),
        verdicts.asked(explained),
        whole(explained, "relaxed") or 0,
        whole(explained, "position"),
        whole(explained, "waiting"),
        real(explained, "waited"),
        verdicts.passed_over(explained, set(ringing.values())),
    )
