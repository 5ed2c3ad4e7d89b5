"""Calls straight to an address: where the dialled user goes, names that are looked up, and those that lead nowhere."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from calls.destination import Uri
from centralita.applications import DirectApplication
from sip.events import InviteReceived, SessionRefused
from sip.io.resolver import Resolver
from tests.kit.party import House, Party

if TYPE_CHECKING:
    from calls.contact import Contact
    from calls.destination import Destination
    from sip.stack import Target


class Nowhere:
    """No phone is registered."""

    def agent(self, agent: str, contact_uri: str | None) -> Target | None:
        return None

    def account(self, account: str) -> Target | None:
        return None


def connecting(house: House, uri: str) -> list[asyncio.Task[Destination | None]]:
    """Whoever calls the house is connected to this address."""
    resolver = Resolver(house.endpoint.stack.means)
    direct = DirectApplication(
        house.exchange, Nowhere(), resolver, lambda: (), lambda destination, *, begun: None
    )
    tasks: list[asyncio.Task[Destination | None]] = []

    def arrive(contact: Contact) -> None:
        work = direct.serve(contact, Uri(uri))
        tasks.append(asyncio.get_running_loop().create_task(work))

    house.on_arrival = arrive
    return tasks


@pytest.mark.parametrize(
    ("dialled", "called"),
    [("bob_17", "bob_17"), ("bob_@evil>\r\nX: y", "bob_%40evil%3E%0D%0AX%3A%20y")],
)
async def test_the_dialled_user_goes_into_the_address_and_cannot_break_out_of_it(
    dialled: str, called: str
) -> None:
    async with House() as house, Party() as alice, Party() as bob:
        port = bob.uri.rpartition(":")[2]
        tasks = connecting(house, f"sip:{{user}}@localhost:{port}")
        arrive = house.on_arrival

        def dial(contact: Contact) -> None:
            contact.dnis = dialled
            arrive(contact)

        house.on_arrival = dial
        hers = alice.call(house, alice.body())
        his = (await bob.hears(InviteReceived)).session
        assert his.request.uri_text == f"sip:{called}@localhost:{port}"
        alice.hang_up(hers)
        await house.over()
        await asyncio.gather(*tasks)


async def test_a_name_that_can_be_none_is_refused() -> None:
    async with House() as house, Party() as alice:
        tasks = connecting(house, f"sip:bob@{'a' * 64}.example")
        alice.call(house, alice.body())
        assert (await alice.hears(SessionRefused)).status >= 400
        await house.over()
        await asyncio.gather(*tasks)
