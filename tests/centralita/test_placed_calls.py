"""Calls that pages begin, by phones in this process: the agent's rings first, then what the agent would dial."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from base.secret import Secret
from centralita.client import NodeClient, NodeRefused
from centralita.phone.script import read_script
from centralita.phone.softphone import Softphone
from records.reader import Reader
from sip.digest.login import Login
from tests.kit.party import until
from tests.kit.ports import free_ports, kept_port
from tests.kit.small_centre import ACCOUNT, PASSWORD, SECOND, small_node

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from centralita.node import Node
    from records.reader import ContactTimeline

ALL_DAY = 'callback: {hours: "00:00-24:00", countries: [ES]}\n'
CUSTOMER, PORT = "127.0.0.3", kept_port(address="127.0.0.3")


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Node]:
    made = small_node(tmp_path)
    with (tmp_path / "config/centre.yaml").open("a") as centre:
        centre.write('country: "34"\n')
    with (tmp_path / "config/numbers.yaml").open("a") as numbers:
        numbers.write("outgoing: [{number: '+34*', trunks: [outside]}]\n")
    with (tmp_path / "sip_profiles/external.yaml").open("a") as trunks:
        trunks.write(f"  - {{name: outside, host: '{CUSTOMER}:{PORT}', number: '+34910000099'}}\n")
    with (tmp_path / "config/clients/acme.yaml").open("a") as file:
        file.write(ALL_DAY)
    await made.start()
    yield made
    await made.stop()


def phone(bind: str = "127.0.0.1", port: int = 0) -> Softphone:
    return Softphone((bind, port), free_ports(10), lambda text: None)


def login(account: str) -> Login:
    return Login(account, Secret(PASSWORD))


async def ask(node: Node, path: str, body: object) -> dict[str, Any]:
    client = NodeClient(node.options.state)
    return await asyncio.to_thread(client.ask, "POST", path, body)


async def idle(node: Node) -> None:
    held = ("contacts", "legs", "rtp_ports", "reservations", "tasks", "sessions")
    await until(lambda: not any(node.counters()[name] for name in held), str(node.counters()))


async def seen(node: Node, contact: str) -> ContactTimeline:
    await node.parts.ledger.flush()
    return await asyncio.to_thread(Reader(node.options.state / "ledger.sqlite").contact, contact)


async def test_an_agents_phone_rings_and_then_the_other(node: Node) -> None:
    async with phone() as ana, phone() as john:
        await ana.register(ACCOUNT, node.parts.sip_address, login(ACCOUNT))
        await john.register(SECOND, node.parts.sip_address, login(SECOND))
        first = asyncio.create_task(ana.answer(read_script("answer; wait 1s; hang up")))
        other = asyncio.create_task(john.answer(read_script("wait 300ms; answer; until ended")))
        begun = await ask(node, "/api/v1/calls", {"agent": "ana", "to": SECOND})
        assert (await asyncio.wait_for(other, 15)).by == "remote"
        assert (await asyncio.wait_for(first, 15)).by == "local"
        await idle(node)
    told = await seen(node, begun["contact"])
    assert (told.contact.account, told.contact.dnis, told.contact.outcome) == (ACCOUNT, SECOND, "answered")
    assert [leg.role for leg in told.legs] == ["agent", "agent"]
    (opened, *_) = told.events
    assert (opened.data["initiation"], opened.data["asked_by"]) == ("api", "node")


async def test_an_agent_who_does_not_come_calls_nobody(node: Node) -> None:
    async with phone() as ana:
        await ana.register(ACCOUNT, node.parts.sip_address, login(ACCOUNT))
        refusing = asyncio.create_task(ana.answer(read_script("refuse 486")))
        await ask(node, "/api/v1/calls", {"agent": "ana", "to": "600"})
        await asyncio.wait_for(refusing, 15)
        await idle(node)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"agent": "ana", "to": "600"}, "no phone is registered for ana"),
        ({"agent": "nobody", "to": "600"}, "nobody"),
    ],
)
async def test_without_a_phone_nothing_begins(node: Node, body: dict[str, str], words: str) -> None:
    with pytest.raises(NodeRefused, match=words):
        await ask(node, "/api/v1/calls", body)
    assert node.counters()["contacts"] == 0


@pytest.mark.parametrize(
    ("to", "words"), [("*11", "leads nowhere"), (ACCOUNT, "own phone"), ("+34600111222", "on no list")]
)
async def test_the_numbers_are_those_that_the_agent_may_dial(node: Node, to: str, words: str) -> None:
    async with phone() as ana:
        await ana.register(ACCOUNT, node.parts.sip_address, login(ACCOUNT))
        with pytest.raises(NodeRefused, match=words):
            await ask(node, "/api/v1/calls", {"agent": "ana", "to": to})
    assert node.counters()["contacts"] == 0


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("+34807111222", "costs more than a call"),
        ("+442079460001", "callbacks of acme go to ES"),
        ("nobody", "no telephone number"),
    ],
)
async def test_a_customer_is_called_by_the_rules_of_callbacks(node: Node, number: str, words: str) -> None:
    body = {"number": number, "client": "acme", "to": {"menu": "main"}}
    with pytest.raises(NodeRefused, match=words):
        await ask(node, "/api/v1/calls/originate", body)
    assert node.counters()["contacts"] == 0


async def test_a_customer_answers_and_is_led_to_the_menu(node: Node) -> None:
    async with phone(CUSTOMER, PORT) as customer:
        answering = asyncio.create_task(customer.answer(read_script("answer; wait 1s; keys #; until ended")))
        body = {"number": "+34600111222", "client": "acme", "to": {"menu": "main"}, "language": "en"}
        begun = await ask(node, "/api/v1/calls/originate", body)
        assert (await asyncio.wait_for(answering, 15)).by == "remote"
        await idle(node)
    told = await seen(node, begun["contact"])
    assert (told.contact.client, told.contact.ani) == ("acme", "+34600111222")
    assert "menu.entered" in [event.type for event in told.events]


async def test_a_customer_who_does_not_come_is_led_nowhere(node: Node) -> None:
    async with phone(CUSTOMER, PORT) as customer:
        refusing = asyncio.create_task(customer.answer(read_script("refuse 486")))
        body = {"number": "+34600111222", "client": "acme", "to": {"queue": "help"}}
        begun = await ask(node, "/api/v1/calls/originate", body)
        await asyncio.wait_for(refusing, 15)
        await idle(node)
    assert (await seen(node, begun["contact"])).contact.outcome == "busy"


async def test_a_number_is_called_no_more_often_than_the_company_lets_it(node: Node) -> None:
    body = {"number": "+34600111222", "client": "acme", "to": {"menu": "main"}}
    for _ in range(50):
        try:
            await ask(node, "/api/v1/calls/originate", body)
        except NodeRefused as error:
            assert "times within a day" in str(error)
            break
    else:
        raise AssertionError("no end of calls")
    await idle(node)
