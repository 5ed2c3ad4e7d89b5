"""Private callers and redirected calls, from the trunk's INVITE to the INVITE that we send (RFC 3323, 3325, 5806)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from calls.contact import Contact
from calls.dial import connect
from calls.ways import Way
from sip.events import InviteReceived, SessionAnswered, SessionRinging
from sip.identity.diversion import Diversion
from sip.identity.identity import IdentityRules
from sip.stack import Target
from sip.verdicts import Admitted
from tests.kit.builders import Everybody
from tests.kit.party import House, Party

if TYPE_CHECKING:
    import pytest

    from sip.message import Request

RULES = IdentityRules("asserted", tells_diversions=True)


async def called(
    rules: IdentityRules, *, private: bool, house_name: str = "", role: str = "agent"
) -> Request:
    """What an agent's phone gets for a caller Bob, +34600."""
    async with House(identity=lambda profile, trunk, target: rules) as house, Party() as bob:
        contact = Contact("c", ani="+34600", display="Bob", dnis="2", record=house.record)
        contact.is_private = private
        contact.diversions = (Diversion("300", "user-busy"),)
        leg = house.exchange.dial(
            contact, Target(bob.uri), role=role, caller=contact.caller_identity(house_name)
        )
        request = (await bob.hears(InviteReceived)).session.request
        leg.hang_up()
        await house.over()
        return request


async def test_a_private_caller_is_anonymous_to_agents_but_the_client_company_is_shown() -> None:
    for name, shown in (("", "Anonymous"), ("Banco Sol", "Banco Sol")):
        request = await called(IdentityRules(), private=True, house_name=name)
        assert request.required("From").startswith(f'"{shown}" <sip:anonymous@anonymous.invalid>')
        assert b"34600" not in request.encode()


async def test_a_phone_is_never_trusted_with_a_withheld_number() -> None:
    assert b"34600" not in (await called(RULES, private=True)).encode()


async def test_agents_may_be_shown_what_others_may_not_see() -> None:
    request = await called(IdentityRules(shows_private=True), private=True)
    assert request.from_.uri.user == "+34600"


async def test_who_is_trusted_gets_the_number_beside_from() -> None:
    request = await called(RULES, private=True, role="external")
    assert request.from_.uri_text == "sip:anonymous@anonymous.invalid"
    assert "+34600" in request.required("P-Asserted-Identity")
    assert request.header("Privacy") == "id"


async def test_who_passed_the_call_on_is_told_only_where_it_is_wanted() -> None:
    assert (await called(RULES, private=False)).headers("Diversion")[0].startswith("<sip:300@")
    assert (await called(IdentityRules(), private=False)).headers("Diversion") == []


async def test_the_record_knows_what_the_called_party_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = Everybody.admit
    passed_on = (Diversion("300", "no-answer"), Diversion("100", "user-busy"))

    def admit(self: Everybody, request: Request, flow: object, now: float) -> Admitted:
        caller = usual(self, request, flow, now).caller  # type: ignore[arg-type]
        return Admitted(replace(caller, is_private=True, diversions=passed_on))

    monkeypatch.setattr(Everybody, "admit", admit)
    async with House() as house, Party() as party:
        party.call(house, party.body())
        contact, leg = await house.arrival()
        opened = next(row.data for row in house.rows if row.kind == "contact.opened")
        assert opened["private"] is True
        assert (opened["redirected_from"], opened["redirect_reason"]) == ("300", "no-answer")
        assert opened["original_called"] == "100"
        assert (contact.is_private, contact.diversions, contact.ani) == (True, passed_on, "600100200")
        leg.hang_up()
        await house.over()


async def test_who_calls_is_told_who_rings_and_who_answers() -> None:
    """RFC 3325 in answers: the caller's phone shows whom it reached."""
    async with (
        House(identity=lambda profile, trunk, target: RULES) as house,
        Party() as alice,
        Party() as bob,
    ):
        house.exchange.name_of = lambda account, agent: "Ana"
        hers = alice.call(house, alice.body())
        contact, caller = await house.arrival()
        target = Target(bob.uri, account="1002")

        async def way() -> Way:
            return Way(target, contact.caller_identity(), role="agent")

        work = asyncio.create_task(connect(house.exchange, contact, (way,), house.music))
        his = (await bob.hears(InviteReceived)).session
        bob.ring(his)
        await alice.hears(SessionRinging)
        dialog = caller.session.dialog
        assert dialog is not None
        assert dialog.identity == (("P-Asserted-Identity", '"Ana" <sip:1002@127.0.0.1>'),)
        bob.answer(his)
        await alice.hears(SessionAnswered)
        assert dialog.is_identity_told
        alice.hang_up(hers)
        await work
        await house.over()
