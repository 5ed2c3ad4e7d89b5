"""A result that the client company requires: wrap-up waits for it, not for ever, and nobody gets a caller meanwhile."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from base.ids import SequenceIds
from calls.contact import Inbox
from centralita.agents.after_call import AfterCall
from records.event import LedgerEvent
from routing.agents.tables import State, Status
from routing.centre import Centre
from routing.clients import Client
from routing.commands import RingAgent
from routing.io.attendance_book import AttendanceBook
from routing.io.distribution import Distribution
from routing.queues.entry import EntryJoin
from routing.settings import AgentSettings, QueueSettings, RoutingConfig

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

BANK = Client.model_validate(
    {
        "schema": "client/1",
        "name": "Bank",
        "dispositions": {"required": True, "wait": 120, "codes": {"1": {"name": {"en": "solved"}}}},
    }
)
FREE = Client.model_validate({"schema": "client/1", "name": "Free"})


class Floor:
    """One agent, one queue; wrap-up is as long as said."""

    def __init__(self, wrap_up: float) -> None:
        agent = AgentSettings(
            "ana", contact="sip:ana@192.0.2.9", queues=("q",), status=Status.AVAILABLE, wrap_up=wrap_up
        )
        self.routing = RoutingConfig({"q": QueueSettings("q")}, {"ana": agent})
        self.events: list[tuple[str, str, Mapping[str, object]]] = []
        self.client = "bank"
        self.distribution = Distribution(self.routing, SequenceIds(), self.record)
        self.book = AttendanceBook(self.distribution, lambda: self.routing.reasons, self.record)
        self.after_call = AfterCall(
            self.distribution, self.book, self.configuration, self.record, lambda contact: self.client
        )

    def configuration(self) -> Any:
        clients = {"bank": BANK, "free": FREE}
        return SimpleNamespace(routing=self.routing, clients=clients, centre=Centre())

    def record(self, contact: str, leg: str | None, kind: str, data: Mapping[str, object]) -> None:
        self.events.append((contact, kind, data))
        self.after_call.hear(LedgerEvent(0.0, contact, leg, kind, data))

    def kinds(self, *wanted: str) -> list[tuple[str, str]]:
        return [(contact, kind) for contact, kind, _ in self.events if kind in wanted]

    async def talks(self, contact: str = "c1") -> None:
        inbox: Inbox[object] = Inbox()
        self.distribution.join(EntryJoin(contact, contact, "q"), inbox)
        ring = await inbox.next()
        assert isinstance(ring, RingAgent)
        assert self.distribution.answered(ring.reservation)

    def waits(self, contact: str) -> Inbox[object]:
        inbox: Inbox[object] = Inbox()
        self.distribution.join(EntryJoin(contact, contact, "q"), inbox)
        return inbox

    @property
    def ana(self) -> tuple[Status, State, str | None]:
        view = self.distribution.core.agent("ana")
        return view.status, view.state, view.reason

    def left(self) -> float:
        """Seconds of wrap-up that are left."""
        view = self.distribution.core.agent("ana")
        return (view.wrap_up_until or 0.0) - self.distribution.now()


@pytest.fixture(params=[0.0, 15.0], ids=["no wrap-up", "wrap-up"])
async def floor(request: pytest.FixtureRequest) -> AsyncIterator[Floor]:
    made = Floor(request.param)
    yield made
    made.after_call.close()
    await made.book.close()
    made.distribution.close()


async def test_wrap_up_waits_for_a_required_result_and_no_caller_comes(floor: Floor) -> None:
    await floor.talks()
    assert not floor.kinds("disposition.missing")
    floor.distribution.bridge_ended("ana")
    next_caller = floor.waits("c2")
    assert floor.ana == (Status.AVAILABLE, State.WRAP_UP, None)
    assert floor.left() == pytest.approx(121, abs=2)
    assert floor.after_call.owes("ana")
    assert await next_caller.next(0.0) is None


async def test_a_result_in_wrap_up_gives_back_the_ordinary_wrap_up(floor: Floor) -> None:
    await floor.talks()
    floor.distribution.bridge_ended("ana")
    floor.after_call.dispose("ana", "1", "ana")
    ordinary = floor.routing.agents["ana"].wrap_up or 0.0
    assert floor.ana[1] is (State.WRAP_UP if ordinary else State.IDLE)
    if ordinary:
        assert floor.left() == pytest.approx(ordinary, abs=2)
    assert not floor.kinds("disposition.missing")
    assert not floor.after_call.owes("ana")


async def test_a_result_during_the_call_leaves_nothing_to_wait_for(floor: Floor) -> None:
    await floor.talks()
    floor.after_call.dispose("ana", "1", "ana")
    floor.distribution.bridge_ended("ana")
    assert floor.left() <= (floor.routing.agents["ana"].wrap_up or 0.0)
    assert floor.kinds("contact.disposition") == [("c1", "contact.disposition")]


async def test_without_the_result_in_time_the_agent_is_not_ready_and_nobody_rings(floor: Floor) -> None:
    await floor.talks()
    floor.distribution.bridge_ended("ana")
    next_caller = floor.waits("c2")
    timer = floor.after_call._waiting["ana"]
    assert timer.when() < (floor.distribution.core.agent("ana").wrap_up_until or 0.0)
    timer._run()
    assert floor.ana == (Status.NOT_READY, State.IDLE, "no_disposition")
    assert floor.kinds("disposition.missing") == [("c1", "disposition.missing")]
    assert await next_caller.next(0.0) is None
    floor.book.choose("ana", Status.AVAILABLE, None, "ana")
    assert isinstance(await next_caller.next(0.0), RingAgent)


async def test_who_chose_another_status_meanwhile_keeps_it(floor: Floor) -> None:
    await floor.talks()
    floor.distribution.bridge_ended("ana")
    floor.book.choose("ana", Status.NOT_READY, "lunch", "ana")
    floor.after_call._waiting["ana"]._run()
    assert floor.ana == (Status.NOT_READY, State.IDLE, "lunch")


async def test_a_supervisor_who_ends_the_wrap_up_ends_the_waiting_too(floor: Floor) -> None:
    await floor.talks()
    floor.distribution.bridge_ended("ana")
    floor.distribution.end_wrap_up("ana")
    assert floor.ana == (Status.AVAILABLE, State.IDLE, None)
    assert floor.kinds("disposition.missing") == [("c1", "disposition.missing")]
    assert floor.after_call._waiting == {}


async def test_a_client_company_that_wants_none_changes_nothing(floor: Floor) -> None:
    floor.client = "free"
    await floor.talks()
    floor.distribution.bridge_ended("ana")
    ordinary = floor.routing.agents["ana"].wrap_up or 0.0
    assert floor.ana[1] is (State.WRAP_UP if ordinary else State.IDLE)
    assert floor.kinds("disposition.missing") == []


async def test_more_wrap_up_that_was_asked_for_stays_after_the_result(floor: Floor) -> None:
    await floor.talks()
    floor.distribution.bridge_ended("ana")
    floor.after_call.extend("ana", 60)
    floor.after_call.dispose("ana", "1", "ana")
    assert floor.left() == pytest.approx((floor.routing.agents["ana"].wrap_up or 0.0) + 60, abs=2)
