"""What agents dial: each code does what it says, and each refusal has its words."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from base.ids import SequenceIds
from calls.contact import Contact
from calls.destination import FeatureCode
from centralita.agents.after_call import AfterCall
from centralita.agents.codes import AgentCodes, Reply
from centralita.agents.staff import Staff
from records.event import LedgerEvent
from routing.agents.reasons import Reason, Reasons
from routing.agents.tables import Status
from routing.centre import Centre
from routing.clients import Client
from routing.io.attendance_book import AttendanceBook
from routing.io.distribution import Distribution
from routing.settings import AgentSettings, QueueSettings, RoutingConfig

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

AGENTS = {"ana": AgentSettings("ana", account="1001", queues=("q",), wrap_up=30.0, language="pl")}
REASONS = Reasons(
    {
        each.id: each
        for each in (Reason("lunch", "2", limit=60.0), Reason("doctor", "12", needs_approval=True))
    }
)


BANK = Client.model_validate(
    {
        "schema": "client/1",
        "name": "Bank",
        "dispositions": {"codes": {"1": {"name": {"en": "solved"}}, "22": {"name": {"pl": "skarga"}}}},
    }
)


class Room:
    def __init__(self) -> None:
        self.routing = RoutingConfig({"q": QueueSettings("q")}, AGENTS, reasons=REASONS)
        self.events: list[tuple[str, Mapping[str, object]]] = []
        self.distribution = Distribution(self.routing, SequenceIds(), self.record)
        self.book = AttendanceBook(self.distribution, lambda: self.routing.reasons, self.record)
        self.clients = {"bank": BANK}
        self.after_call = AfterCall(
            self.distribution, self.book, self.configuration, self.record, lambda contact: "bank"
        )
        self.codes = AgentCodes(
            Staff(AGENTS, self.distribution),
            self.distribution,
            self.book,
            self.after_call,
            lambda: self.routing,
        )

    def configuration(self) -> Any:
        return SimpleNamespace(routing=self.routing, clients=self.clients, centre=Centre())

    def record(self, contact: str, leg: str | None, kind: str, data: Mapping[str, object]) -> None:
        self.events.append((kind, data))

    def status(self, agent: str = "ana") -> tuple[Status, str | None]:
        found = self.distribution.core.agent(agent)
        return found.status, found.reason

    async def reply(self, code: str, argument: str = "", *, account: str | None = "1001") -> Reply | None:
        contact = Contact("c", ani="1001", display="", dnis=code, record=self.record)
        contact.account = account
        return await self.codes.carry_out(contact, FeatureCode(code, argument))

    async def said(self, code: str, argument: str = "") -> tuple[str, ...]:
        """In the agent's own language."""
        reply = await self.reply(code, argument)
        assert reply is not None
        assert reply.language == "pl"
        kind, data = self.events[-1]
        assert (kind, data["agent"], data["done"]) == ("code.dialled", "ana", reply.is_done)
        return reply.prompts


def answered(contact: str) -> LedgerEvent:
    data = {"agent": "ana", "queue": "q", "result": "answered"}
    return LedgerEvent(0.0, contact, None, "reservation.ended", data)


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    made = Room()
    yield made
    made.after_call.close()
    await made.book.close()
    made.distribution.close()


async def test_each_code_does_what_it_says_and_names_its_prompt(room: Room) -> None:
    assert await room.said("*11") == ("agent_available",)
    assert room.status() == (Status.AVAILABLE, None)
    assert room.book.attendance["ana"].by == "ana"
    assert await room.said("*12", "2") == ("agent_not_ready", "reason_lunch")
    assert room.status() == (Status.NOT_READY, "lunch")
    assert await room.said("*12") == ("agent_not_ready",)
    assert room.status() == (Status.NOT_READY, None)
    assert await room.said("*10") == ("agent_logged_out",)
    assert room.status() == (Status.LOGGED_OUT, None)


@pytest.mark.parametrize(("digits", "prompt"), [("9", "unknown_reason"), ("12", "reason_restricted")])
async def test_a_reason_that_is_none_or_not_the_agents_to_set_changes_nothing(
    room: Room, digits: str, prompt: str
) -> None:
    await room.said("*11")
    assert await room.said("*12", digits) == (f"agent_{prompt}",)
    assert room.status() == (Status.AVAILABLE, None)


async def test_where_a_reason_is_required_the_code_alone_is_refused(room: Room) -> None:
    room.routing = RoutingConfig({}, AGENTS, reasons=Reasons(REASONS.by_id, is_required=True))
    assert await room.said("*12") == ("agent_reason_needed",)
    assert room.status() == (Status.LOGGED_OUT, None)


async def test_wrap_up_that_there_is_none_of_cannot_end(room: Room) -> None:
    assert await room.said("*13") == ("agent_no_wrap_up",)


async def test_wrap_up_is_ended_or_made_longer_by_the_minute_and_not_without_end(room: Room) -> None:
    assert await room.said("*14") == ("agent_no_wrap_up",)
    room.distribution.choose_status("ana", Status.AVAILABLE)
    room.distribution.carry_on_wrap_up("ana", 30)
    end = room.distribution.core.agent("ana").wrap_up_until or 0.0
    assert await room.said("*14") == ("agent_wrap_up_extended",)
    assert await room.said("*14", "3") == ("agent_wrap_up_extended",)
    assert room.distribution.core.agent("ana").wrap_up_until == end + 240
    assert await room.said("*14", "9" * 20) == ("agent_wrap_up_extended",)
    assert room.distribution.core.agent("ana").wrap_up_until == pytest.approx(end - 30 + 900)
    assert await room.said("*14") == ("agent_wrap_up_at_its_limit",)
    assert await room.said("*14", "0") == ("agent_wrap_up_at_its_limit",)
    assert await room.said("*13") == ("agent_wrap_up_over",)
    assert await room.said("*13") == ("agent_no_wrap_up",)


async def test_a_result_is_of_the_agents_last_contact_and_one_of_its_client_company(room: Room) -> None:
    assert await room.said("*15", "1") == ("agent_nothing_to_dispose",)
    room.after_call.hear(answered("c7"))
    assert await room.said("*15", "2") == ("agent_unknown_disposition",)
    assert await room.said("*15") == ("agent_unknown_disposition",)
    assert await room.said("*15", "1") == ("agent_disposition_kept", "disposition_bank_1")
    assert await room.said("*15", "22") == ("agent_disposition_kept", "disposition_bank_22")
    told = [data for kind, data in room.events if kind == "contact.disposition"]
    assert told == [
        {"agent": "ana", "by": "ana", "code": "1", "name": "solved"},
        {"agent": "ana", "by": "ana", "code": "22", "name": "skarga", "was": "1"},
    ]


async def test_a_code_that_is_none_is_answered_with_words(room: Room) -> None:
    assert await room.said("*99") == ("agent_unknown_code",)
    reply = await room.reply("*99", account="1009")
    assert reply is not None
    assert reply.language is None


async def test_codes_of_others_do_nothing(room: Room) -> None:
    assert await room.reply("*11", account=None) is None
    assert await room.reply("*11", account="9999") is None
    assert room.status() == (Status.LOGGED_OUT, None)
