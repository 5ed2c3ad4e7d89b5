"""Whose number is shown when an agent calls outside: that of the client company which the call is for."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from base.ids import SequenceIds
from calls.contact import Contact
from centralita.agents.workplace import Workplace
from centralita.outside.outgoing import shown
from routing.agents.attendance import Won
from routing.clients import Client
from routing.io.attendance_file import AttendanceFile
from routing.io.distribution import Distribution
from routing.settings import AgentSettings, QueueSettings, RoutingConfig
from sip.trunks.rewriting import NumbersPart
from tests.kit.workplace import SmallWorkplace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

BANK, SHOP = "+34910000011", "+34910000022"


def company(name: str, number: str | None) -> Client:
    return Client.model_validate({"schema": "client/1", "name": name, "caller_id": number})


class Notes:
    """A journal without a ledger."""

    def __call__(self, contact: str, leg: str | None, kind: str, data: Mapping[str, object]) -> None:
        """Nothing is kept."""

    def watch(self, watcher: object) -> None:
        """Nobody hears."""


@pytest.fixture
async def workplace(tmp_path: Path) -> AsyncIterator[Workplace]:
    """Ana works for the bank alone, Eve for both companies; the third company shows no number of its own."""
    routing = RoutingConfig(
        {
            "cards": QueueSettings("cards", clients=("bank",)),
            "orders": QueueSettings("orders", clients=("shop",)),
            "any": QueueSettings("any"),
        },
        {
            "ana": AgentSettings("ana", account="1001", queues=("cards", "any")),
            "eve": AgentSettings("eve", account="1002", queues=("cards", "orders")),
        },
    )
    notes: Any = Notes()
    small = SmallWorkplace(routing, notes)
    small.close()
    clients = {"bank": company("Bank", BANK), "shop": company("Shop", SHOP), "third": company("Third", None)}
    small.present.configuration = replace(small.present.configuration, clients=clients)
    distribution = Distribution(routing, SequenceIds(), notes)
    file = AttendanceFile(tmp_path / "agents.sqlite")
    kept: Any = SimpleNamespace(attendance=file, standings={})
    made = Workplace(
        small.present, distribution, notes, kept, asyncio.Lock(), lambda contact: None, distribution.adopt
    )
    yield made
    await made.close()
    distribution.close()
    file.close()


def dialled_by(account: str | None, client: str = "house") -> Contact:
    contact = Contact("c", ani="1001", display="Ana", dnis="+34600", record=Notes())
    contact.account, contact.client = account, client
    return contact


async def test_an_agent_of_one_client_company_calls_for_it(workplace: Workplace) -> None:
    assert workplace.number_of(dialled_by("1001")) == BANK
    assert workplace.number_of(dialled_by("1002")) is None
    assert workplace.number_of(dialled_by("1009")) is None


async def test_in_a_call_and_in_the_work_after_it_an_agent_calls_for_that_client_company(
    workplace: Workplace,
) -> None:
    workplace.book.connected("eve", Won("c9", "shop", "orders"))
    workplace.after_call._distribution.carry_on_wrap_up("eve", 30)
    assert workplace.number_of(dialled_by("1002")) == SHOP
    workplace.after_call._distribution.end_wrap_up("eve")
    assert workplace.number_of(dialled_by("1002")) is None


async def test_a_call_that_belongs_to_a_client_company_shows_its_number(workplace: Workplace) -> None:
    assert workplace.number_of(dialled_by("1001", "shop")) == SHOP
    assert workplace.number_of(dialled_by("1001", "third")) is None
    assert workplace.number_of(dialled_by(None, "bank")) is None


@pytest.mark.parametrize(
    ("account", "number", "user"),
    [("1001", BANK, BANK), ("1001", None, "+34910000099"), (None, None, "+34600100200")],
)
def test_the_carrier_is_told_the_client_companys_number_before_our_own(
    account: str | None, number: str | None, user: str
) -> None:
    settings = SimpleNamespace(number="+34910000099", login=None, numbers=NumbersPart(), domain=None)
    gateway: Any = SimpleNamespace(settings=settings)
    contact = dialled_by(account)
    contact.ani = "+34600100200"
    assert shown(contact, gateway, number).user == user
