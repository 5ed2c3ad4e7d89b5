"""What is counted as it happens: calls, legs, waits, sound. An ear of the journal: its work is small and constant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from prometheus_client import Counter, Histogram

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prometheus_client import CollectorRegistry

    from records.event import LedgerEvent

SETUP = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 12.0, 20.0, 30.0, 60.0)
"""Seconds: what a caller hears as at once, up to what nobody waits for."""
WAITS = (1.0, 5.0, 10.0, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0, 180.0, 300.0, 600.0, 1200.0)
"""Seconds, with the limits that service levels usually name."""
LOSS = (0.0, 0.001, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5)
MOST_LEGS = 50_000
"""Legs that may be under way at once before the oldest is forgotten: an end that is never told must not fill memory."""


class _Ear(Protocol):
    def __call__(self, event: LedgerEvent, /) -> None: ...


class Happened:
    """Watches the journal: `journal.watch(happened)`."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Counts from zero, as Prometheus expects after a restart."""
        self._opened = Counter("centralita_contacts_opened", "Contacts that began", registry=registry)
        self._closed = Counter(
            "centralita_contacts_closed", "Contacts that ended, by outcome", ["outcome"], registry=registry
        )
        self._legs = Counter(
            "centralita_legs_ended",
            "Legs that ended, by direction and class of the SIP status",
            ["direction", "status"],
            registry=registry,
        )
        self._ringing = Histogram(
            "centralita_call_ringing_seconds",
            "From INVITE to ringing, by direction of the leg",
            ["direction"],
            buckets=SETUP,
            registry=registry,
        )
        self._setup = Histogram(
            "centralita_call_setup_seconds",
            "From INVITE to the answer, by direction of the leg",
            ["direction"],
            buckets=SETUP,
            registry=registry,
        )
        self._answer = Histogram(
            "centralita_queue_answer_seconds",
            "What callers who were answered by an agent had waited",
            ["queue"],
            buckets=WAITS,
            registry=registry,
        )
        self._left = Counter(
            "centralita_queue_left",
            "Callers who left a queue, by reason",
            ["queue", "reason"],
            registry=registry,
        )
        self._reservations = Counter(
            "centralita_reservations_ended",
            "Callers offered to agents, by result",
            ["queue", "result"],
            registry=registry,
        )
        self._received = Counter(
            "centralita_rtp_packets_received", "RTP packets received by legs that ended", registry=registry
        )
        self._sent = Counter(
            "centralita_rtp_packets_sent", "RTP packets sent by legs that ended", registry=registry
        )
        self._lost = Counter(
            "centralita_rtp_packets_lost",
            "RTP packets that never came, by whom they were meant for",
            ["side"],
            registry=registry,
        )
        self._loss = Histogram(
            "centralita_rtp_leg_loss_ratio",
            "Share of a leg's packets that never came to us",
            buckets=LOSS,
            registry=registry,
        )
        self._invited: dict[str, tuple[float, str]] = {}
        self._ears: dict[str, _Ear] = {
            "contact.opened": lambda _: self._opened.inc(),
            "contact.closed": self._contact_closed,
            "leg.invited": self._leg_invited,
            "leg.ringing": self._leg_rang,
            "leg.answered": self._leg_answered,
            "leg.ended": self._leg_ended,
            "queue.left": self._queue_left,
            "reservation.ended": self._reservation_ended,
        }

    def __call__(self, event: LedgerEvent) -> None:
        """Hear one event."""
        ear = self._ears.get(event.type)
        if ear is not None:
            ear(event)

    def _contact_closed(self, event: LedgerEvent) -> None:
        self._closed.labels(_word(event.data, "outcome")).inc()

    def _leg_invited(self, event: LedgerEvent) -> None:
        if event.leg is None:
            return
        if len(self._invited) >= MOST_LEGS:
            del self._invited[next(iter(self._invited))]
        self._invited[event.leg] = event.ts, _word(event.data, "direction")

    def _leg_rang(self, event: LedgerEvent) -> None:
        found = self._invited.get(event.leg or "")
        if found is not None:
            self._ringing.labels(found[1]).observe(max(event.ts - found[0], 0.0))

    def _leg_answered(self, event: LedgerEvent) -> None:
        found = self._invited.get(event.leg or "")
        if found is not None:
            self._setup.labels(found[1]).observe(max(event.ts - found[0], 0.0))

    def _leg_ended(self, event: LedgerEvent) -> None:
        _, direction = self._invited.pop(event.leg or "", (0.0, "unknown"))
        status = event.data.get("status")
        group = f"{status // 100}xx" if isinstance(status, int) and 100 <= status < 700 else "none"
        self._legs.labels(direction, group).inc()
        rtp = event.data.get("rtp")
        if isinstance(rtp, dict):
            self._sound(rtp)

    def _sound(self, rtp: Mapping[str, object]) -> None:
        received, lost = _count(rtp, "packets_in"), _count(rtp, "lost")
        self._received.inc(received)
        self._sent.inc(_count(rtp, "packets_out"))
        self._lost.labels("ours").inc(lost)
        self._lost.labels("theirs").inc(_count(rtp, "remote_lost"))
        if received + lost:
            self._loss.observe(lost / (received + lost))

    def _queue_left(self, event: LedgerEvent) -> None:
        queue, reason = _word(event.data, "queue"), _word(event.data, "reason")
        self._left.labels(queue, reason).inc()
        waited = event.data.get("waited")
        if reason == "answered" and isinstance(waited, int | float):
            self._answer.labels(queue).observe(max(waited, 0.0))

    def _reservation_ended(self, event: LedgerEvent) -> None:
        self._reservations.labels(_word(event.data, "queue"), _word(event.data, "result")).inc()


def _word(data: Mapping[str, object], name: str) -> str:
    """A label: a word of our own, such as an outcome, or a name of the configuration."""
    value = data.get(name)
    return value if isinstance(value, str) else "unknown"


def _count(data: Mapping[str, object], name: str) -> int:
    value = data.get(name)
    return max(value, 0) if isinstance(value, int) else 0
