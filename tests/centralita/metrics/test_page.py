"""The page for Prometheus: what is on it, that it can be read, and what it costs."""

from __future__ import annotations

import asyncio
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from calls.leg_states import LegState
from centralita.metrics.in_use import Build, CallsInUse, DoorInUse, LedgerInUse, QueuesInUse
from centralita.metrics.page import MetricsPage
from console.node.door import Door
from records.event import LedgerEvent
from records.ledger.ledger import Ledger
from routing.agents.tables import Status
from routing.settings import AgentSettings, QueueSettings, RoutingConfig
from sip.protection.guard import Guard, GuardLimits
from tests.kit.metric_names import families, lint, value
from tests.kit.workplace import SmallWorkplace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

COUNTED = ("rtp_ports", "transactions", "back_ends_open", "charges_open", "recording_drops")
COUNTERS = dict.fromkeys((*COUNTED, "connections_refused", "handshakes_failed"), 3)


def legs(count: int) -> list[Any]:
    states = [LegState.UP, LegState.RINGING, LegState.HELD]
    session = SimpleNamespace(direction="in")
    return [SimpleNamespace(state=states[at % 3], session=session) for at in range(count)]


def events() -> list[LedgerEvent]:
    rtp = {"packets_in": 980, "lost": 20, "packets_out": 1000, "remote_lost": 5}
    return [
        LedgerEvent(100.0, "c", None, "contact.opened"),
        LedgerEvent(100.0, "c", "a", "leg.invited", {"direction": "in"}),
        LedgerEvent(100.25, "c", "a", "leg.ringing"),
        LedgerEvent(101.5, "c", "a", "leg.answered"),
        LedgerEvent(102.0, "c", None, "queue.left", {"queue": "q", "reason": "answered", "waited": 7.0}),
        LedgerEvent(102.0, "c", None, "queue.left", {"queue": "q", "reason": "abandoned", "waited": 3.0}),
        LedgerEvent(102.0, "c", None, "reservation.ended", {"queue": "q", "result": "answered"}),
        LedgerEvent(109.0, "c", "a", "leg.ended", {"status": 200, "rtp": rtp}),
        LedgerEvent(109.0, "c", "b", "leg.ended", {"status": 486, "rtp": {}}),
        LedgerEvent(109.0, "c", None, "contact.closed", {"outcome": "answered"}),
        LedgerEvent(109.0, "c", "a", "leg.message", {"summary": "BYE"}),
    ]


@pytest.fixture
async def text(tmp_path: Path) -> str:
    """The page of a node with three legs, one queue, one agent and one trunk, after the events above."""
    ana = AgentSettings("ana", contact="sip:a@192.0.2.1", queues=("q",), status=Status.AVAILABLE)
    floor = SmallWorkplace(RoutingConfig({"q": QueueSettings("q")}, {"ana": ana}), lambda *_: None)
    core = floor.distribution.core
    trunks = [{"name": "carrier", "up": False, "channels": {"in_use": 2, "most": None}}]
    guard = Guard(GuardLimits())
    guard.tally.count("banned")
    made, held = MetricsPage(), legs(3)
    made.add(
        Build(),
        CallsInUse(lambda: 2, lambda: held, lambda: COUNTERS),
        QueuesInUse(lambda: core.queues(now=floor.distribution.now()), core.agents),
        DoorInUse(Door(guard, dict, lambda: 0.0), lambda: trunks),
        LedgerInUse(Ledger(tmp_path / "ledger").health),
    )
    for each in events():
        made.happened(each)
    found = (await made.text()).decode()
    floor.close()
    return found


def test_everything_on_the_page_can_be_read_and_is_named_as_prometheus_asks(text: str) -> None:
    found = families(text)
    assert list(lint(found)) == []
    assert len([name for name in found if name.startswith("centralita_")]) > 30
    assert "process_resident_memory_bytes" in found


def test_what_is_in_use_is_told(text: str) -> None:
    found = families(text)
    assert value(found, "centralita_contacts") == 2
    assert value(found, "centralita_legs", state="up", direction="in") == 1
    assert value(found, "centralita_legs", state="early", direction="out") == 0
    assert value(found, "centralita_queue_callers", queue="q") == 0
    assert value(found, "centralita_queue_longest_wait_seconds", queue="q") == 0
    assert value(found, "centralita_agents", status="available", state="idle") == 1
    assert value(found, "centralita_trunk_up", trunk="carrier") == 0
    assert value(found, "centralita_trunk_calls", trunk="carrier") == 2
    assert value(found, "centralita_sip_turned_away_total", reason="banned") == 1
    assert value(found, "centralita_ledger_waiting_events") == 0
    assert value(found, "centralita_recording_drops_total") == 3


def test_what_happened_is_counted(text: str) -> None:
    found = families(text)
    assert value(found, "centralita_contacts_opened_total") == 1
    assert value(found, "centralita_contacts_closed_total", outcome="answered") == 1
    assert value(found, "centralita_call_ringing_seconds_sum", direction="in") == 0.25
    assert value(found, "centralita_call_setup_seconds_bucket", direction="in", le="1.0") == 0
    assert value(found, "centralita_call_setup_seconds_bucket", direction="in", le="2.0") == 1
    assert value(found, "centralita_queue_answer_seconds_count", queue="q") == 1
    assert value(found, "centralita_queue_left_total", queue="q", reason="abandoned") == 1
    assert value(found, "centralita_legs_ended_total", direction="in", status="2xx") == 1
    assert value(found, "centralita_legs_ended_total", direction="unknown", status="4xx") == 1
    assert value(found, "centralita_rtp_packets_lost_total", side="ours") == 20
    assert value(found, "centralita_rtp_packets_lost_total", side="theirs") == 5
    assert value(found, "centralita_rtp_leg_loss_ratio_bucket", le="0.02") == 1
    assert value(found, "centralita_rtp_leg_loss_ratio_bucket", le="0.01") == 0


async def test_strange_data_counts_as_unknown_and_breaks_nothing() -> None:
    made = MetricsPage()
    strange = {"outcome": 3, "status": "x", "queue": None, "rtp": {"lost": "many"}}
    for kind in ("contact.closed", "leg.ended", "queue.left", "reservation.ended", "leg.invited"):
        made.happened(LedgerEvent(1.0, "c", None, kind))
        made.happened(LedgerEvent(1.0, "c", None, kind, strange))
    found = families((await made.text()).decode())
    assert value(found, "centralita_contacts_closed_total", outcome="unknown") == 2


def test_the_page_looks_once_at_each_leg() -> None:
    held = legs(10_000)
    calls = CallsInUse(lambda: 5_000, lambda: cast("Any", held), lambda: COUNTERS)

    def cost(work: Callable[[], object]) -> float:
        """CPU of the cheapest of several runs: how busy the machine is moves both alike."""
        took = []
        for _ in range(20):
            began = time.thread_time()
            work()
            took.append(time.thread_time() - began)
        return min(took)

    bare = cost(lambda: [(leg.state, leg.session.direction) for leg in held])
    assert cost(lambda: list(calls.families())) < 30 * bare


async def test_a_loop_that_is_held_up_is_late() -> None:
    made = MetricsPage()
    made.lag.start()
    loop = asyncio.get_running_loop()
    until = loop.time() + 0.5
    while loop.time() < until:
        pass
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    made.lag.stop()
    found = families((await made.text()).decode())
    assert (value(found, "centralita_event_loop_lag_seconds_sum") or 0) > 0.2
