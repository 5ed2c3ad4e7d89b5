"""The running distributor: commands reach the inbox of the contact they concern, and nobody else's."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from base.ids import SequenceIds
from calls.contact import Inbox
from routing.agents.tables import State, Status
from routing.commands import AgentChanged, Overflow, RingAgent, StopRinging
from routing.errors import EntryAlreadyQueued, UnknownAgent, UnknownQueue
from routing.io.distribution import Distribution
from routing.queues.entry import EntryJoin
from routing.reservations.reservation import ReservationResult
from routing.settings import AgentSettings, LeaveReason, QueueSettings, RoutingConfig

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping


class Books:
    """What was recorded."""

    def __init__(self) -> None:
        self.kinds: list[tuple[str, str]] = []

    def __call__(self, contact: str, leg: str | None, kind: str, data: Mapping[str, object]) -> None:
        self.kinds.append((contact, kind))


def config(**queue: object) -> RoutingConfig:
    settings = QueueSettings("q", **queue)  # type: ignore[arg-type]
    ana = AgentSettings("ana", contact="sip:ana@192.0.2.9", queues=("q",), status=Status.AVAILABLE)
    return RoutingConfig({"q": settings}, {"ana": ana})


@pytest.fixture
async def distribution() -> AsyncIterator[Distribution]:
    made = Distribution(config(), SequenceIds(), Books())
    yield made
    made.close()


def join(distribution: Distribution, entry: str, queue: str = "q") -> Inbox[object]:
    inbox: Inbox[object] = Inbox()
    distribution.join(EntryJoin(entry, entry, queue), inbox)
    return inbox


async def heard(inbox: Inbox[object]) -> list[object]:
    """What the inbox holds now."""
    found = []
    while (event := await inbox.next(0.0)) is not None:
        found.append(event)
    return found


async def test_each_command_comes_to_its_own_contact(distribution: Distribution) -> None:
    first, second = join(distribution, "c1"), join(distribution, "c2")
    (ring,) = await heard(first)
    assert isinstance(ring, RingAgent)
    assert (ring.entry, ring.agent, ring.contact_uri) == ("c1", "ana", "sip:ana@192.0.2.9")
    assert await heard(second) == []
    distribution.ringing(ring.reservation)
    assert distribution.answered(ring.reservation)
    assert distribution.core.agent("ana").state is State.TALKING
    distribution.bridge_ended("ana")
    distribution.end_wrap_up("ana")
    (later,) = await heard(second)
    assert isinstance(later, RingAgent)
    assert await heard(first) == []


async def test_an_answer_after_the_end_of_the_reservation_has_lost(distribution: Distribution) -> None:
    inbox = join(distribution, "c1")
    (ring,) = await heard(inbox)
    assert isinstance(ring, RingAgent)
    distribution.leave("c1", LeaveReason.ABANDONED)
    assert await heard(inbox) == [StopRinging(ring.reservation, ReservationResult.CALLER_LEFT)]
    assert distribution.answered(ring.reservation) is False
    assert distribution.core.agent("ana").state is State.IDLE
    assert distribution.reservation_count == 0


async def test_leaving_and_failing_twice_does_no_harm(distribution: Distribution) -> None:
    inbox = join(distribution, "c1")
    (ring,) = await heard(inbox)
    assert isinstance(ring, RingAgent)
    for _ in range(2):
        distribution.failed(ring.reservation, ReservationResult.BUSY)
    for _ in range(2):
        distribution.leave("c1", LeaveReason.SYSTEM)
    distribution.ringing(ring.reservation)
    distribution.bridge_ended("ana")
    assert distribution.reservation_count == 0


async def test_a_join_that_is_refused_leaves_nothing_behind(distribution: Distribution) -> None:
    with pytest.raises(UnknownQueue):
        join(distribution, "c1", "nowhere")
    inbox = join(distribution, "c1")
    with pytest.raises(EntryAlreadyQueued):
        distribution.join(EntryJoin("c1", "c1", "q"), Inbox())
    (ring,) = await heard(inbox)
    assert isinstance(ring, RingAgent)
    distribution.leave("c1", LeaveReason.ABANDONED)
    assert [type(each) for each in await heard(inbox)] == [StopRinging]


async def test_the_timer_cancels_a_phone_that_rings_too_long_and_ends_a_wait() -> None:
    distribution = Distribution(config(ring_timeout=0.03, max_wait=0.01), SequenceIds(), Books())
    inbox = join(distribution, "c1")
    found = [await asyncio.wait_for(inbox.next(), 5) for _ in range(3)]
    assert [type(each) for each in found] == [RingAgent, StopRinging, Overflow]
    distribution.close()


async def test_watchers_hear_of_each_change_of_an_agent(distribution: Distribution) -> None:
    changes: list[AgentChanged] = []
    distribution.watch(changes.append)
    distribution.choose_status("ana", Status.NOT_READY, "lunch")
    assert [(each.agent, each.status, each.reason) for each in changes] == [
        ("ana", Status.NOT_READY, "lunch")
    ]


async def test_a_watcher_that_fails_keeps_no_ringing_from_a_caller(distribution: Distribution) -> None:
    def fail(change: object) -> None:
        raise RuntimeError("a lamp is broken")

    distribution.watch(fail)
    distribution.watch_queues(fail)
    (ring,) = await heard(join(distribution, "c1"))
    assert isinstance(ring, RingAgent)


async def test_an_unknown_agent_is_an_error_of_whoever_asks(distribution: Distribution) -> None:
    with pytest.raises(UnknownAgent):
        distribution.choose_status("nobody", Status.AVAILABLE)
    with pytest.raises(UnknownAgent):
        distribution.end_wrap_up("nobody")
    with pytest.raises(UnknownAgent):
        distribution.reachable("nobody", reachable=True)
    with pytest.raises(UnknownAgent):
        distribution.busy_elsewhere("nobody", busy=True)


async def test_what_concerns_a_contact_is_recorded_under_it() -> None:
    books = Books()
    distribution = Distribution(config(), SequenceIds(), books)
    join(distribution, "c1")
    assert ("c1", "queue.joined") in books.kinds
    assert ("c1", "reservation.created") in books.kinds
    distribution.close()
