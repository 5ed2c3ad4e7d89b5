"""What phones are told over real sockets: calls, registrations, mailboxes, and no more after a reload."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Self

import pytest

from calls.contact import Contact
from centralita.watching import Watching
from cluster.memory import MemoryLocation
from sip.events import RegistrationChanged
from sip.flow import Flow
from sip.message import Request, Response, response_to
from sip.parser import parse
from sip.profile import Account, InternalProfile
from sip.registrar.location import Binding
from sip.stack import CallerIdentity, Target
from tests.kit.builders import request
from tests.kit.party import HOST, House, Party
from tests.kit.subscriber import Accounts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Desk:
    """The phone of account 1001 on a bare socket: it subscribes and accepts every NOTIFY."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((HOST, 0))
        self.socket.settimeout(0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    async def subscribe(self, event: str, resource: str) -> Response:
        """Subscribe; the answer."""
        here = self.socket.getsockname()
        data = request(
            "SUBSCRIBE",
            uri=f"sip:{resource}@{HOST}",
            sent_by=f"{here[0]}:{here[1]}",
            branch=f"z9hG4bK-{event}-{resource}",
            call_id=f"{event}-{resource}",
            contact=f"<sip:1001@{here[0]}:{here[1]}>",
            without=("From",),
            headers=(("From", "<sip:1001@x>;tag=t"), ("Event", event), ("Expires", "600")),
        )
        self.socket.sendto(data, self.house.address)
        answer = await self._hears()
        assert isinstance(answer, Response)
        return answer

    async def told(self) -> Request:
        """The next NOTIFY, accepted."""
        notify = await self._hears()
        assert isinstance(notify, Request)
        notify.flow = Flow("UDP", self.socket.getsockname(), self.house.address)
        self.socket.sendto(response_to(notify, 200), self.house.address)
        return notify

    async def _hears(self) -> Request | Response:
        data = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(self.socket, 65536), 5)
        return parse(data)


class Place:
    """A house with three accounts, its registrations, and a phone."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.profile = InternalProfile(realm="x", accounts=dict.fromkeys(("1001", "1002", "1003"), Account()))
        self.location = MemoryLocation()
        self.watching = Watching(lambda: self.profile, self.location, house.exchange)
        self.desk = Desk(house)

    def reload(self, *accounts: str) -> None:
        """Only these are left."""
        self.profile = InternalProfile(realm="x", accounts=dict.fromkeys(accounts, Account()))
        self.watching.adopt()


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    async with House(admission=Accounts()) as house:
        made = Place(house)
        with made.desk:
            yield made


async def test_the_lamp_of_a_colleague_shows_a_call(place: Place) -> None:
    assert (await place.desk.subscribe("dialog", "1002")).status == 200
    assert b"<dialog " not in (await place.desk.told()).body
    async with Party() as piotr:
        contact = Contact("c", ani="600100200", display="Bob", dnis="2", record=place.house.record)
        target = Target(piotr.uri, account="1002")
        leg = place.house.exchange.dial(contact, target, role="agent", caller=CallerIdentity("1"))
        assert b'display="Bob">sip:600100200@' in (await place.desk.told()).body
        leg.hang_up()
        assert b"<state>terminated</state>" in (await place.desk.told()).body
        await place.house.over()


async def test_a_phone_hears_of_its_own_registrations_but_not_of_when_it_answers(place: Place) -> None:
    assert (await place.desk.subscribe("reg", "1001")).status == 200
    assert b'state="init"' in (await place.desk.told()).body
    binding = Binding("1001", "sip:1001@192.0.2.9", Flow("UDP", ("", 0), ("", 0)), 1e9, "c", 1, 0.0)
    place.watching.registration_changed(RegistrationChanged("1001", (binding,), "unreachable"))
    place.location.replace("1001", (binding,))
    place.watching.registration_changed(RegistrationChanged("1001", (binding,), "registered"))
    notify = await place.desk.told()
    assert b'version="1"' in notify.body
    assert b"<uri>sip:1001@192.0.2.9</uri>" in notify.body


async def test_a_mailbox_is_empty(place: Place) -> None:
    assert (await place.desk.subscribe("message-summary", "1001")).status == 200
    assert (await place.desk.told()).body.startswith(b"Messages-Waiting: no\r\n")


@pytest.mark.parametrize(
    ("event", "resource", "status"),
    [("reg", "1002", 403), ("message-summary", "1002", 403), ("dialog", "1009", 404)],
)
async def test_what_is_not_ones_own_is_not_told(event: str, resource: str, status: int, place: Place) -> None:
    assert (await place.desk.subscribe(event, resource)).status == status


@pytest.mark.parametrize(
    ("left", "reason"), [(("1002", "1003"), "rejected"), (("1001", "1003"), "noresource")]
)
async def test_a_reload_without_the_account_ends_its_subscriptions(
    left: tuple[str, ...], reason: str, place: Place
) -> None:
    await place.desk.subscribe("dialog", "1002")
    await place.desk.told()
    place.reload(*left)
    notify = await place.desk.told()
    assert notify.header("Subscription-State") == f"terminated;reason={reason}"
    assert notify.body == b""
