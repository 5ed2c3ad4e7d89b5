"""Calls straight to an address: where the dialled user goes, names that are looked up, and those that lead nowhere."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from calls.destination import Menu, Uri
from centralita.applications import DirectApplication
from centralita.outside.redirects import Redirects
from routing.numbers.inbound import Route
from sip.events import InviteReceived, SessionAnswered, SessionRefused
from sip.identity.diversion import Diversion
from sip.io.resolver import Resolver
from sip.profile import ExternalProfile, InternalProfile, Profiles
from tests.kit.party import House, Party

if TYPE_CHECKING:
    from calls.contact import Contact
    from calls.destination import Destination
    from sip.events import Caller
    from sip.session.session import Session
    from sip.stack import Target


class Nowhere:
    """No phone is registered."""

    def agent(self, agent: str, contact_uri: str | None) -> Target | None:
        return None

    def account(self, account: str) -> Target | None:
        return None


class Leads:
    """A plan of one number, `line`, that leads to one destination."""

    def __init__(self, destination: Destination) -> None:
        self.destination = destination

    def route(self, dialled: str, caller: Caller) -> Route | None:
        return Route(self.destination, "client", None, dialled) if dialled == "line" else None

    def allows(self, caller: Caller, route: Route) -> bool:
        return True


def connecting(
    house: House, uri: str, *, plan: Leads | None = None, follow: bool = True
) -> list[asyncio.Task[Destination | None]]:
    """Whoever calls the house is connected to this address."""
    resolver = Resolver(house.endpoint.stack.means)
    internal = InternalProfile(realm="x")
    profiles = Profiles(internal, ExternalProfile(trunks=(), follow_redirects=follow))
    redirects = Redirects(
        lambda: SimpleNamespace(profiles=profiles),  # type: ignore[arg-type, return-value]
        plan or Leads(Menu("none")),
        house.endpoint.stack.is_ours,
    )
    direct = DirectApplication(
        house.exchange, Nowhere(), resolver, lambda: (), lambda destination, *, begun: None, redirects
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


def moved(bob: Party, session: Session, *contacts: str) -> None:
    """Bob's phone says that he is elsewhere."""
    headers = tuple(("Contact", each) for each in contacts)
    bob.say(lambda now: bob.stack.reject(session, 302, headers=headers, now=now))


async def test_who_has_moved_is_called_where_he_is_and_each_place_is_tried_in_its_turn() -> None:
    """RFC 3261 s.8.1.3.4: by q, and the next when one fails; the caller hears nothing of it but the ringing."""
    async with House() as house, Party() as alice, Party() as bob, Party() as carol, Party() as dave:
        tasks = connecting(house, bob.uri)
        arrived: list[Contact] = []
        arrive = house.on_arrival

        def note(contact: Contact) -> None:
            arrived.append(contact)
            arrive(contact)

        house.on_arrival = note
        alice.call(house, alice.body())
        moved(bob, (await bob.hears(InviteReceived)).session, f"<{dave.uri}>;q=0.5", f"<{carol.uri}>;q=0.9")
        carol.refuse((await carol.hears(InviteReceived)).session, 486)
        his = (await dave.hears(InviteReceived)).session
        dave.answer(his)
        await alice.hears(SessionAnswered)
        dave.hang_up(his)
        await house.over()
        await asyncio.gather(*tasks)
        assert arrived[0].diversions == (Diversion("100", "unconditional"),)
        assert [row.data["followed"] for row in house.rows if row.kind == "contact.redirected"] == [
            True,
            True,
        ]


async def test_who_sends_calls_round_in_a_circle_is_not_followed_for_ever() -> None:
    async with House() as house, Party() as alice, Party() as bob, Party() as carol:
        tasks = connecting(house, bob.uri)
        alice.call(house, alice.body())
        moved(bob, (await bob.hears(InviteReceived)).session, f"<{carol.uri}>")
        moved(carol, (await carol.hears(InviteReceived)).session, f"<{bob.uri}>", f"<{carol.uri}>")
        assert (await alice.hears(SessionRefused)).status == 480
        await house.over()
        await asyncio.gather(*tasks)


async def test_where_redirections_are_not_wanted_they_are_refusals() -> None:
    async with House() as house, Party() as alice, Party() as bob, Party() as carol:
        tasks = connecting(house, bob.uri, follow=False)
        alice.call(house, alice.body())
        moved(bob, (await bob.hears(InviteReceived)).session, f"<{carol.uri}>")
        assert (await alice.hears(SessionRefused)).status == 480
        await house.over()
        await asyncio.gather(*tasks)
        assert not [event for event in carol.events if isinstance(event, InviteReceived)]


async def test_an_address_of_ours_is_what_its_user_part_dials() -> None:
    async with House() as house, Party() as alice, Party() as bob:
        tasks = connecting(house, bob.uri, plan=Leads(Menu("reception")))
        hers = alice.call(house, alice.body())
        here = f"127.0.0.1:{house.address[1]}"
        moved(bob, (await bob.hears(InviteReceived)).session, f"<sip:nobody@{here}>", f"<sip:line@{here}>")
        assert await asyncio.gather(*tasks) == [Menu("reception")]
        alice.hang_up(hers)
        await house.over()
