"""Attended transfers (RFC 5589 s.7) and INVITEs with Replaces (RFC 3891) between the calls of one house."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from sip.events import SessionAnswered, SessionEnded, SessionRefused, TransferRequested
from tests.kit.party import House, Party, until
from tests.kit.switchboard import Switchboard

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sip.session.session import Session


class Scene:
    """Alice has called Bob, who has called Carol with a second call of his phone."""

    def __init__(self, board: Switchboard, alice: Party, hers: Session, first: Session) -> None:
        self.board, self.alice = board, alice
        self.bob, self.carol, self.dave = (board.parties[name] for name in ("bob", "carol", "dave"))
        self.hers, self.first = hers, first

    async def consulting(self) -> tuple[Session, Session]:
        """Bob speaks with Carol: his second session and hers."""
        return await self.board.call(self.bob, "carol")

    def naming(self, session: Session, name: str = "carol") -> str:
        """An address with the dialog of a party's session, as the house sees it."""
        assert session.dialog is not None
        value = f"{session.call_id};to-tag={session.dialog.remote_tag};from-tag={session.local_tag}"
        return f"{self.board.at(name)}?Replaces={quote(value, safe='')}"

    async def asked_of(self, party: Party) -> dict[str, str]:
        """What the INVITE at a party, which has no such dialog and refuses it, says of the transfer."""
        await until(lambda: bool(party.requests), "no INVITE came")
        invite = party.requests.pop()
        found = {name: invite.header(name) for name in ("Referred-By", "Require", "Replaces")}
        return {name: value for name, value in found.items() if value is not None}


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with House() as house, Party() as alice, Party() as bob, Party() as carol, Party() as dave:
        board = Switchboard(house, bob=bob, carol=carol, dave=dave)
        yield Scene(board, alice, *await board.call(alice, "bob"))


def whole(board: Switchboard) -> None:
    """Each contact's record is whole: every leg that was invited has ended in the same contact."""
    assert all(leg.contact is contact for contact in board.contacts for leg in contact.legs)
    for contact in {row.contact for row in board.house.rows}:
        rows = [row for row in board.house.rows if row.contact == contact]
        invited = [row.leg for row in rows if row.kind == "leg.invited"]
        ended = [row.leg for row in rows if row.kind == "leg.ended"]
        assert sorted(map(str, invited)) == sorted(map(str, ended))


async def test_the_two_whom_somebody_speaks_with_are_joined(scene: Scene) -> None:
    """RFC 5589 s.7.1: the customer's contact goes on, and both of the transferor's calls end."""
    second, carols = await scene.consulting()
    scene.bob.transfer(scene.first, scene.naming(second))
    assert await scene.bob.outcome() == 200
    await scene.bob.hears(SessionEnded)
    await scene.bob.hears(SessionEnded)
    await scene.board.talk(scene.alice, scene.carol)
    customer, consulted = scene.board.contacts
    assert [leg.account for leg in customer.legs if leg.is_up] == [None, "carol"]
    assert consulted.outcome == "transferred"
    await until(lambda: scene.board.tasks[1].done())
    scene.carol.hang_up(carols)
    await scene.alice.hears(SessionEnded)
    await scene.board.over()
    whole(scene.board)
    done = [row.data for row in scene.board.house.rows if row.kind == "transfer.completed"]
    assert [each.get("into") for each in done] == [customer.id, None]
    assert done[1]["merged"] == consulted.id
    assert [each["to_leg"] for each in done if "to_leg" in each] == [customer.legs[-1].id]


async def test_it_makes_no_difference_in_which_call_it_is_asked_for(scene: Scene) -> None:
    second, _ = await scene.consulting()
    scene.bob.transfer(second, scene.naming(scene.first))
    assert await scene.bob.outcome() == 200
    await scene.bob.hears(SessionEnded)
    await scene.bob.hears(SessionEnded)
    await scene.board.talk(scene.alice, scene.carol)
    assert scene.board.contacts[1].outcome == "transferred"
    assert scene.board.contacts[0].talk is not None
    scene.alice.hang_up(scene.hers)
    await scene.carol.hears(SessionEnded)
    await scene.board.over()
    whole(scene.board)


async def test_a_caller_joins_the_two_whom_it_called(scene: Scene) -> None:
    """Both contacts are the transferor's own: the one in which it asked goes on."""
    second = scene.alice.call(scene.board.house, scene.alice.body(), user="carol")
    carols = await scene.board.answered("carol")
    await scene.alice.hears(SessionAnswered)  # until then her second call has no dialog to be named
    await until(lambda: scene.board.house.kinds().count("bridge.began") == 2)
    scene.alice.transfer(scene.hers, scene.naming(second))
    assert await scene.alice.outcome() == 200
    await scene.board.talk(scene.bob, scene.carol)
    scene.carol.hang_up(carols)
    await scene.bob.hears(SessionEnded)
    await scene.board.over()
    whole(scene.board)
    passed = [row.data["number"] for row in scene.board.house.rows if row.kind == "contact.passed"]
    assert "bob" in passed


async def test_two_who_called_the_same_party_are_joined_by_it(scene: Scene) -> None:
    """Each has a contact: that of the call in which it was asked for goes on, the other one is closed."""
    daves, second = await scene.board.call(scene.dave, "bob")
    scene.bob.transfer(scene.first, scene.naming(second))
    assert await scene.bob.outcome() == 200
    await scene.board.talk(scene.alice, scene.dave)
    await until(lambda: scene.board.tasks[1].done())
    kept, closed = scene.board.contacts
    assert closed.caller is not None
    assert closed.caller.has_ended
    assert [leg.role for leg in kept.legs if leg.is_up] == ["caller", "external"]
    scene.dave.hang_up(daves)
    await scene.alice.hears(SessionEnded)
    await scene.board.over()
    whole(scene.board)


async def test_the_transferor_may_hang_up_both_itself(scene: Scene) -> None:
    second, carols = await scene.consulting()
    scene.bob.transfer(scene.first, scene.naming(second))
    await scene.bob.outcome()
    scene.bob.hang_up(scene.first)
    scene.bob.hang_up(second)
    await scene.board.talk(scene.alice, scene.carol)
    scene.carol.hang_up(carols)
    await scene.board.over()
    whole(scene.board)


async def test_somebody_who_hung_up_meanwhile_cannot_be_joined(scene: Scene) -> None:
    second, carols = await scene.consulting()
    address = scene.naming(second)
    scene.carol.hang_up(carols)
    await scene.bob.hears(SessionEnded)
    await until(lambda: scene.board.tasks[1].done())
    assert await scene.bob.refer(scene.first, f"<{address}>").answer() == 202
    asked = await scene.asked_of(scene.carol)  # a dialog that is not ours: its phone is asked
    assert set(asked) == {"Require", "Replaces"}
    scene.alice.hang_up(scene.hers)
    await scene.board.over()


async def test_a_customer_who_hangs_up_in_the_instant_of_the_transfer_ends_all(scene: Scene) -> None:
    second, _ = await scene.consulting()
    scene.bob.transfer(scene.first, scene.naming(second))
    scene.alice.hang_up(scene.hers)
    await scene.bob.hears(SessionEnded)
    scene.bob.hang_up(second)
    await scene.carol.hears(SessionEnded)
    await scene.board.over()
    whole(scene.board)


async def test_who_still_rings_cannot_be_joined(scene: Scene) -> None:
    """The second call is not answered: its dialog is early, and both calls stay as they were."""
    second = scene.bob.call(scene.board.house, scene.bob.body(), user="carol")
    await scene.board.rings("carol")
    await until(lambda: second.state.name == "EARLY")
    leg = scene.board.contacts[1].caller
    assert leg is not None
    value = quote(f"{second.call_id};to-tag={leg.session.local_tag};from-tag={second.local_tag}", safe="")
    target = f"<{scene.board.at('carol')}?Replaces={value}>"
    assert await scene.bob.refer(scene.first, target).answer() == 603
    await scene.board.talk(scene.alice, scene.bob)
    scene.bob.hang_up(second)
    scene.bob.hang_up(scene.first)
    await scene.board.over()


async def test_nobody_joins_a_call_with_itself(scene: Scene) -> None:
    assert await scene.bob.refer(scene.first, f"<{scene.naming(scene.first)}>").answer() == 603
    await scene.board.talk(scene.alice, scene.bob)
    scene.bob.hang_up(scene.first)
    await scene.board.over()


async def test_somebody_elses_call_is_not_given_to_whom_it_does_not_belong(scene: Scene) -> None:
    second, _ = await scene.consulting()
    scene.board.is_entitled = False
    assert await scene.bob.refer(scene.first, f"<{scene.naming(second)}>").answer() == 403
    assert [leg.is_up for contact in scene.board.contacts for leg in contact.legs] == [True] * 4
    scene.bob.hang_up(scene.first)
    scene.bob.hang_up(second)
    await scene.board.over()


async def test_a_dialog_of_somebody_elses_is_asked_for_with_replaces_and_referred_by(scene: Scene) -> None:
    """RFC 5589 s.7, RFC 3892: only the phone that has the dialog can give it up."""
    target = f"<{scene.board.at('carol')}?Replaces={quote('abc@x;to-tag=1;from-tag=2', safe='')}>"
    by = ("Referred-By", "<sip:bob@127.0.0.1>")
    assert await scene.bob.refer(scene.first, target, by).answer() == 202
    assert await scene.asked_of(scene.carol) == {
        "Referred-By": "<sip:bob@127.0.0.1>",
        "Require": "replaces",
        "Replaces": "abc@x;to-tag=1;from-tag=2",
    }
    scene.alice.hang_up(scene.hers)
    await scene.board.over()


# --- INVITE with Replaces ---


def taking(scene: Scene, party: Party, session: Session) -> Session:
    """A party asks for the place of another's session."""
    assert session.dialog is not None
    value = f"{session.call_id};to-tag={session.dialog.remote_tag};from-tag={session.local_tag}"
    headers = (("Require", "replaces"), ("Replaces", value))
    return party.call(scene.board.house, party.body(), user="pickup", headers=headers)


async def test_a_phone_takes_the_place_of_another(scene: Scene) -> None:
    """RFC 3891 s.3: the new one is answered and joined, the old one gets BYE."""
    taking(scene, scene.dave, scene.first)
    await scene.bob.hears(SessionEnded)
    scene.dave.face((await scene.dave.hears(SessionAnswered)).description)
    await scene.board.talk(scene.alice, scene.dave)
    assert len(scene.board.contacts) == 1
    assert [leg.number for leg in scene.board.came] == ["600100200"]
    scene.alice.hang_up(scene.hers)
    await scene.dave.hears(SessionEnded)
    await scene.board.over()
    whole(scene.board)


async def test_a_caller_goes_on_with_another_phone(scene: Scene) -> None:
    taking(scene, scene.dave, scene.hers)
    await scene.alice.hears(SessionEnded)
    scene.dave.face((await scene.dave.hears(SessionAnswered)).description)
    await scene.board.talk(scene.bob, scene.dave)
    caller = scene.board.contacts[0].caller
    assert caller is not None
    assert caller.role == "caller"
    assert caller.is_up
    scene.bob.hang_up(scene.first)
    await scene.dave.hears(SessionEnded)
    await scene.board.over()
    whole(scene.board)


async def test_who_is_not_entitled_is_refused_and_nothing_changes(scene: Scene) -> None:
    """RFC 3891 s.3, s.8."""
    scene.board.is_entitled = False
    taking(scene, scene.dave, scene.first)
    assert (await scene.dave.hears(SessionRefused)).status == 403
    await scene.board.talk(scene.alice, scene.bob)
    scene.alice.hang_up(scene.hers)
    await scene.board.over()


async def test_a_place_in_a_call_that_nobody_has_joined_is_declined(scene: Scene) -> None:
    second = scene.bob.call(scene.board.house, scene.bob.body(), user="carol")
    await scene.board.rings("carol")
    leg = scene.board.contacts[1].caller
    assert leg is not None
    leg.answer()
    await until(lambda: second.state.name == "CONFIRMED")
    taking(scene, scene.dave, second)
    assert (await scene.dave.hears(SessionRefused)).status == 603
    scene.bob.hang_up(second)
    scene.alice.hang_up(scene.hers)
    await scene.board.over()


async def test_who_cannot_be_heard_takes_nobodys_place(scene: Scene) -> None:
    scene.dave.codecs = "18"
    taking(scene, scene.dave, scene.first)
    assert (await scene.dave.hears(SessionRefused)).status == 488
    await scene.board.talk(scene.alice, scene.bob)
    scene.alice.hang_up(scene.hers)
    await scene.board.over()
    whole(scene.board)


async def test_we_ask_a_party_to_call_somebody_else_itself(scene: Scene) -> None:
    """REFER of ours: the party tells how it went (RFC 3515)."""
    leg = scene.board.contacts[0].legs[1]
    leg.refer("sip:elsewhere@192.0.2.1")
    request = await scene.bob.hears(TransferRequested)
    assert str(request.wish.uri) == "sip:elsewhere@192.0.2.1"
    scene.bob.say(lambda now: scene.bob.stack.transfers.accept(request.referral, now=now))
    scene.bob.say(lambda now: scene.bob.stack.transfers.report(request.referral, 200, now=now))
    await until(lambda: leg.session.referring is None)
    scene.alice.hang_up(scene.hers)
    await scene.board.over()
