"""What is in use at this moment, looked up when Prometheus asks: legs, queues, agents, trunks, bans, the ledger."""

from __future__ import annotations

from collections import Counter
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from calls.leg_states import LegState
from routing.agents.tables import State, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from prometheus_client import Metric

    from calls.leg import Leg
    from console.node.door import Door
    from records.ledger.ledger import LedgerHealth
    from routing.agents.agent import AgentView
    from routing.queues.queue import QueueView

_LEG_STATES = [each for each in LegState if each is not LegState.ENDED]
_DIRECTIONS = ("in", "out")


def gauge(name: str, words: str, value: float) -> Metric:
    """One figure without labels."""
    return GaugeMetricFamily(f"centralita_{name}", words, value=value)


def counter(name: str, words: str, value: float) -> Metric:
    """One count without labels; `_total` is added where it is written."""
    return CounterMetricFamily(f"centralita_{name}", words, value=value)


def by_label(name: str, words: str, label: str, found: Mapping[str, float]) -> Metric:
    """One figure for each value of a label."""
    family = GaugeMetricFamily(f"centralita_{name}", words, labels=[label])
    for value, figure in found.items():
        family.add_metric([value], figure)
    return family


class Build:
    """Which program this is."""

    def families(self) -> list[Metric]:
        """Always 1; the labels tell."""
        try:
            found = version("centralita")
        except PackageNotFoundError:
            found = "unknown"
        family = GaugeMetricFamily(
            "centralita_build_info", "The program; the value is always 1", labels=["version"]
        )
        family.add_metric([found], 1)
        return [family]


class CallsInUse:
    """Contacts, legs and RTP ports."""

    def __init__(
        self,
        contacts: Callable[[], int],
        legs: Callable[[], Iterable[Leg]],
        counters: Callable[[], Mapping[str, int]],
    ) -> None:
        """`counters` are those of GET /api/v1/counters."""
        self._contacts, self._legs, self._counters = contacts, legs, counters

    def families(self) -> Iterator[Metric]:
        """Each state of legs, those in which there is none too."""
        yield gauge("contacts", "Contacts in progress", self._contacts())
        # By identity: the hash of an enum's member is made in Python, which tells with ten thousand legs.
        counted: Counter[tuple[int, str]] = Counter(
            [(id(leg.state), leg.session.direction) for leg in self._legs()]
        )
        legs = GaugeMetricFamily("centralita_legs", "Legs in progress", labels=["state", "direction"])
        for state in _LEG_STATES:
            for direction in _DIRECTIONS:
                legs.add_metric([state.name.lower(), direction], counted[id(state), direction])
        yield legs
        found = self._counters()
        yield gauge("rtp_ports", "RTP ports in use", found["rtp_ports"])
        yield gauge("sip_transactions", "SIP transactions that are alive", found["transactions"])
        yield gauge(
            "back_ends_open", "Systems of client companies left alone after failures", found["back_ends_open"]
        )
        yield gauge("charges_open", "Charges whose end nobody knows", found["charges_open"])
        yield counter("recording_drops", "Blocks of sound that recordings lack", found["recording_drops"])
        yield counter("sip_connections_refused", "Connections refused", found["connections_refused"])
        yield counter("sip_handshakes_failed", "TLS handshakes that failed", found["handshakes_failed"])


class QueuesInUse:
    """Who waits, and for how long; who works."""

    def __init__(
        self, queues: Callable[[], Iterable[QueueView]], agents: Callable[[], Iterable[AgentView]]
    ) -> None:
        """Asked each time."""
        self._queues, self._agents = queues, agents

    def families(self) -> Iterator[Metric]:
        """Each queue, and agents by status and state."""
        callers = GaugeMetricFamily("centralita_queue_callers", "Callers who wait", labels=["queue"])
        longest = GaugeMetricFamily(
            "centralita_queue_longest_wait_seconds",
            "How long the caller who has waited longest has",
            labels=["queue"],
        )
        staff = GaugeMetricFamily(
            "centralita_queue_agents", "Agents of a queue, by status or state", labels=["queue", "state"]
        )
        for each in self._queues():
            callers.add_metric([each.id], each.waiting)
            longest.add_metric([each.id], round(each.longest_wait, 3))
            for label, count in each.agents.items():
                staff.add_metric([each.id, label], count)
        yield from (callers, longest, staff)
        counted = Counter((each.status, each.state) for each in self._agents())
        agents = GaugeMetricFamily(
            "centralita_agents",
            "Agents, by the status they chose and the state they are in",
            labels=["status", "state"],
        )
        for status in Status:
            for state in State:
                agents.add_metric([status.value, state.value], counted[status, state])
        yield agents


class DoorInUse:
    """What is turned away at the SIP door, and the trunks behind it."""

    def __init__(self, door: Door, trunks: Callable[[], Iterable[Mapping[str, object]]]) -> None:
        """`trunks` are those of GET /api/v1/trunks."""
        self._door, self._trunks = door, trunks

    def families(self) -> Iterator[Metric]:
        """Bans now, refusals since the start by our own words for them, trunks by name."""
        yield gauge("bans", "Sources that are shut out now", len(self._door.guard.bans()))
        refused = CounterMetricFamily(
            "centralita_sip_turned_away", "What was turned away at the SIP door, by reason", labels=["reason"]
        )
        for reason, count in self._door.guard.tally.all().items():
            refused.add_metric([reason], count)
        yield refused
        up = GaugeMetricFamily("centralita_trunk_up", "1 while a trunk answers", labels=["trunk"])
        calls = GaugeMetricFamily("centralita_trunk_calls", "Calls on a trunk", labels=["trunk"])
        for trunk in self._trunks():
            up.add_metric([str(trunk["name"])], 1 if trunk["up"] else 0)
            channels = trunk.get("channels")
            if isinstance(channels, dict):
                calls.add_metric([str(trunk["name"])], channels["in_use"])
        yield from (up, calls)


class LedgerInUse:
    """How the records' writer does."""

    def __init__(self, health: Callable[[], LedgerHealth]) -> None:
        """Asked each time."""
        self._health = health

    def families(self) -> Iterator[Metric]:
        """Queue, lag, and what went wrong."""
        health = self._health()
        yield gauge("ledger_writing", "1 while the database takes the records", 1 if health.is_writing else 0)
        yield gauge("ledger_waiting_events", "Events that are not yet committed", health.waiting)
        yield gauge("ledger_spilled_events", "Events in the journal of an outage", health.spilled)
        yield gauge("ledger_commit_seconds", "What the last transaction took", health.committing)
        yield counter("ledger_events_written", "Events committed", health.written)
        yield counter("ledger_events_lost", "Events that could not be kept at all", health.lost)
        yield counter("ledger_events_refused", "Events that the database takes in no form", health.refused)
        yield counter("ledger_lines_damaged", "Lines of the journal that could not be read", health.damaged)
        yield counter("ledger_retries", "Batches tried again", health.retries)
        yield counter(
            "ledger_contacts_unbalanced",
            "Contacts whose segments do not add up to their length",
            health.unbalanced,
        )
        yield counter("ledger_cards_masked", "Card numbers found in events and masked", health.masked)
