"""Blind transfers (RFC 3515, RFC 5589 s.6): a party of a call sends the other one on; every way that can go wrong."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from calls import calling
from calls.destination import Hangup, Menu
from sip.events import SessionCancelled, SessionEnded, SessionReanswered
from tests.kit.party import MUSIC, PATIENCE, House, Party, until
from tests.kit.switchboard import Switchboard
from tests.kit.tone import hears

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sip.session.session import Session


class Scene:
    """Alice has called Bob and they talk; Carol and Dave are there."""

    def __init__(self, board: Switchboard, alice: Party, hers: Session, his: Session) -> None:
        self.board, self.alice = board, alice
        self.bob, self.carol, self.dave = (board.parties[name] for name in ("bob", "carol", "dave"))
        self.hers, self.his = hers, his

    async def transferring(self) -> Session:
        """Bob sends Alice to Carol, whose phone rings."""
        self.bob.transfer(self.his, self.board.at("carol"))
        return await self.board.rings("carol")


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with House() as house, Party() as alice, Party() as bob, Party() as carol, Party() as dave:
        board = Switchboard(house, bob=bob, carol=carol, dave=dave)
        yield Scene(board, alice, *await board.call(alice, "bob"))


async def test_who_is_called_sends_the_caller_to_a_third(scene: Scene) -> None:
    """RFC 5589 s.6.1: 202, NOTIFYs up to the outcome, then the transferor is let go."""
    carols = await scene.transferring()
    assert hears(await scene.alice.listens(), MUSIC)
    scene.carol.answer(carols)
    scene.carol.face(carols.offer)
    assert await scene.bob.outcome() == 200
    assert (await scene.bob.hears(SessionEnded)).by == "remote"
    await scene.board.talk(scene.alice, scene.carol)
    assert scene.board.told() == ["transfer.requested", "transfer.completed"]
    scene.alice.hang_up(scene.hers)
    assert (await scene.carol.hears(SessionEnded)).by == "remote"
    assert await scene.board.over() == [None]
    assert scene.board.contacts[0].outcome == "answered"


async def test_the_caller_sends_who_was_called_to_a_third(scene: Scene) -> None:
    contact = scene.board.contacts[0]
    contact.is_identified, contact.attestation = True, "A"
    scene.alice.transfer(scene.hers, scene.board.at("carol"))
    carols = await scene.board.answered("carol")
    assert await scene.alice.outcome() == 200
    await scene.alice.hears(SessionEnded)
    await scene.board.talk(scene.bob, scene.carol)
    assert contact.caller is not None
    assert contact.caller.account == "bob"
    assert contact.ani == "bob"
    after = scene.board.contacts[0]
    assert (after.is_identified, after.attestation) == (False, None), "Bob has proven nothing"
    scene.carol.hang_up(carols)
    await scene.bob.hears(SessionEnded)
    await scene.board.over()


async def test_a_transferred_call_can_be_transferred_again(scene: Scene) -> None:
    carols = await scene.transferring()
    scene.carol.answer(carols)
    assert await scene.bob.outcome() == 200
    await scene.bob.hears(SessionEnded)
    scene.carol.transfer(carols, scene.board.at("dave"))
    await scene.board.answered("dave")
    assert await scene.carol.outcome() == 200
    await scene.carol.hears(SessionEnded)
    await scene.board.talk(scene.alice, scene.dave)
    scene.alice.hang_up(scene.hers)
    await scene.board.over()


async def test_who_holds_before_transferring_changes_nothing(scene: Scene) -> None:
    """Most phones do (RFC 5589 s.6)."""
    scene.bob.say(lambda now: scene.bob.stack.reinvite(scene.his, scene.bob.body("sendonly"), now=now))
    await scene.bob.hears(SessionReanswered)
    carols = await scene.transferring()
    scene.carol.answer(carols)
    scene.carol.face(carols.offer)
    assert await scene.bob.outcome() == 200
    await scene.board.talk(scene.alice, scene.carol)
    scene.carol.hang_up(carols)
    await scene.board.over()


@pytest.mark.parametrize("status", [486, 491, 404, 480, 603, 500, 302])
async def test_a_third_who_refuses_leaves_the_two_together(scene: Scene, status: int) -> None:
    """RFC 5589 s.6.2: the transferor is told why, and takes the call back."""
    carols = await scene.transferring()
    scene.carol.refuse(carols, status)
    assert await scene.bob.outcome() == (status if status >= 400 else 480)
    await scene.board.talk(scene.alice, scene.bob)
    assert scene.board.told() == ["transfer.requested", "transfer.failed"]
    scene.alice.hang_up(scene.hers)
    await scene.bob.hears(SessionEnded)
    await scene.board.over()


async def test_a_third_who_is_elsewhere_is_called_there(scene: Scene) -> None:
    """RFC 3261 s.8.1.3.4: a phone that is forwarded answers 302."""
    carols = await scene.transferring()
    contact = (("Contact", f"<{scene.board.at('dave')}>"),)
    scene.carol.say(lambda now: scene.carol.stack.reject(carols, 302, headers=contact, now=now))
    await scene.board.answered("dave")
    assert await scene.bob.outcome() == 200
    await scene.bob.hears(SessionEnded)
    await scene.board.talk(scene.alice, scene.dave)
    scene.alice.hang_up(scene.hers)
    await scene.board.over()


async def test_a_third_who_is_forwarded_to_a_menu_sends_the_caller_there(scene: Scene) -> None:
    scene.board.elsewhere["900"] = Menu("shop")
    carols = await scene.transferring()
    contact = (("Contact", f"<{scene.board.at('900')}>"),)
    scene.carol.say(lambda now: scene.carol.stack.reject(carols, 302, headers=contact, now=now))
    assert await scene.bob.outcome() == 200
    await scene.bob.hears(SessionEnded)
    assert await asyncio.wait_for(scene.board.tasks[0], PATIENCE) == Menu("shop")
    scene.alice.hang_up(scene.hers)
    await scene.board.over()


async def test_a_third_who_is_forwarded_to_nobody_leaves_the_two_together(scene: Scene) -> None:
    carols = await scene.transferring()
    contact = (("Contact", f"<{scene.board.at('nobody')}>"),)
    scene.carol.say(lambda now: scene.carol.stack.reject(carols, 302, headers=contact, now=now))
    assert await scene.bob.outcome() == 480
    await scene.board.talk(scene.alice, scene.bob)
    scene.alice.hang_up(scene.hers)
    await scene.board.over()


async def test_a_third_who_is_nowhere_leaves_the_two_together(scene: Scene) -> None:
    scene.bob.transfer(scene.his, scene.board.at("nobody"))
    assert await scene.bob.outcome() == 480
    await scene.board.talk(scene.alice, scene.bob)
    scene.bob.transfer(scene.his, scene.board.at("nobody"))
    assert await scene.bob.outcome() == 480
    scene.alice.hang_up(scene.hers)
    await scene.board.over()


async def test_a_third_whose_phone_is_switched_off_leaves_the_two_together(scene: Scene) -> None:
    await scene.carol.endpoint.close()
    scene.bob.transfer(scene.his, scene.board.at("carol"))
    assert await scene.bob.outcome() in (408, 503)
    await scene.board.talk(scene.alice, scene.bob)
    scene.alice.hang_up(scene.hers)
    await scene.board.over()


async def test_a_third_who_does_not_answer_is_cancelled(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "RING_TIMEOUT", 0.1)
    await scene.transferring()
    await scene.carol.hears(SessionCancelled)
    assert await scene.bob.outcome() == 480
    await scene.board.talk(scene.alice, scene.bob)
    scene.alice.hang_up(scene.hers)
    await scene.board.over()


async def test_a_third_who_answers_with_what_cannot_be_heard_is_let_go(scene: Scene) -> None:
    carols = await scene.transferring()
    scene.carol.codecs = "18"
    scene.carol.answer(carols)
    await scene.carol.hears(SessionEnded)
    assert await scene.bob.outcome() >= 400
    await scene.board.talk(scene.alice, scene.bob)
    scene.alice.hang_up(scene.hers)
    await scene.board.over()


async def test_a_transferor_who_hangs_up_at_once_has_transferred(scene: Scene) -> None:
    """RFC 5589 s.6.1: its BYE before the outcome ends its own call and nothing else."""
    carols = await scene.transferring()
    scene.bob.hang_up(scene.his)
    await scene.bob.hears(SessionEnded)
    scene.carol.answer(carols)
    scene.carol.face(carols.offer)
    await scene.board.talk(scene.alice, scene.carol)
    scene.alice.hang_up(scene.hers)
    await scene.board.over()


async def test_a_caller_whom_nobody_takes_any_more_is_told_by_the_end(scene: Scene) -> None:
    carols = await scene.transferring()
    scene.bob.hang_up(scene.his)
    await scene.bob.hears(SessionEnded)
    scene.carol.refuse(carols, 486)
    assert (await scene.alice.hears(SessionEnded)).cause == 19
    await scene.board.over()
    assert scene.board.contacts[0].outcome == "transfer_failed"


@pytest.mark.parametrize("is_transferor_gone", [False, True])
async def test_a_caller_who_hangs_up_while_it_rings_ends_all(
    scene: Scene, *, is_transferor_gone: bool
) -> None:
    await scene.transferring()
    if is_transferor_gone:
        scene.bob.hang_up(scene.his)
        await scene.bob.hears(SessionEnded)
    scene.alice.hang_up(scene.hers)
    await scene.carol.hears(SessionCancelled)
    if not is_transferor_gone:
        await scene.bob.hears(SessionEnded)
    await scene.board.over()
    assert scene.board.house.row("transfer.failed").data["status"] == 487


@pytest.mark.parametrize("first", ["carol", "alice"])
async def test_an_answer_in_the_instant_of_the_callers_hang_up_ends_all(scene: Scene, first: str) -> None:
    carols = await scene.transferring()
    if first == "carol":
        scene.carol.answer(carols)
    scene.alice.hang_up(scene.hers)
    if first == "alice":
        scene.carol.answer(carols)
    await scene.carol.hears(SessionEnded)
    await scene.bob.hears(SessionEnded)
    await scene.board.over()


async def test_an_answer_in_the_instant_of_the_transferors_hang_up_is_a_transfer(scene: Scene) -> None:
    """The BYEs cross (RFC 5407 s.3.1.2)."""
    carols = await scene.transferring()
    scene.carol.answer(carols)
    scene.bob.hang_up(scene.his)
    scene.carol.face(carols.offer)
    await scene.board.talk(scene.alice, scene.carol)
    scene.alice.hang_up(scene.hers)
    await scene.board.over()


async def test_a_third_who_hangs_up_in_the_instant_of_its_answer_leaves_nobody_up(scene: Scene) -> None:
    carols = await scene.transferring()
    scene.carol.answer(carols)
    await until(lambda: carols.state.name == "CONFIRMED")
    scene.carol.hang_up(carols)
    scene.alice.hang_up(scene.hers)
    await scene.board.over()


async def test_all_three_hanging_up_at_once_leave_nothing(scene: Scene) -> None:
    carols = await scene.transferring()
    for party, session in ((scene.alice, scene.hers), (scene.bob, scene.his), (scene.carol, carols)):
        party.hang_up(session)
    await scene.board.over()


async def test_who_refuses_notify_has_transferred_all_the_same(scene: Scene) -> None:
    """RFC 6665 s.4.2.2: 481 to NOTIFY ends the subscription and nothing else."""
    asked = scene.bob.refer(scene.his, f"<{scene.board.at('carol')}>")
    assert await asked.answer() == 202
    await scene.board.answered("carol")
    await scene.bob.hears(SessionEnded)
    await scene.board.talk(scene.alice, scene.carol)
    scene.alice.hang_up(scene.hers)
    await scene.board.over()


async def test_who_does_without_notify_has_transferred_all_the_same(scene: Scene) -> None:
    """RFC 4488."""
    asked = scene.bob.refer(scene.his, f"<{scene.board.at('carol')}>", ("Refer-Sub", "false"))
    assert await asked.answer() == 202
    await scene.board.answered("carol")
    await scene.bob.hears(SessionEnded)
    scene.alice.hang_up(scene.hers)
    await scene.board.over()


async def test_one_transfer_at_a_time(scene: Scene) -> None:
    await scene.transferring()
    assert await scene.bob.refer(scene.his, f"<{scene.board.at('dave')}>").answer() == 491
    assert await scene.alice.refer(scene.hers, f"<{scene.board.at('dave')}>").answer() == 491
    scene.alice.hang_up(scene.hers)
    await scene.board.over()


@pytest.mark.parametrize("status", [403, 404])
async def test_what_the_party_may_not_dial_it_may_not_transfer_to(scene: Scene, status: int) -> None:
    scene.board.elsewhere["secret"] = status
    assert await scene.alice.refer(scene.hers, "<sip:secret@example.com>").answer() == status
    await scene.board.talk(scene.alice, scene.bob)
    assert scene.board.told() == ["transfer.requested", "transfer.failed"]
    scene.alice.hang_up(scene.hers)
    await scene.board.over()


async def test_a_number_that_only_refuses_refuses_the_transfer(scene: Scene) -> None:
    scene.board.elsewhere["closed"] = Hangup(17, 486)
    assert await scene.bob.refer(scene.his, "<sip:closed@example.com>").answer() == 486
    scene.alice.hang_up(scene.hers)
    await scene.board.over()


@pytest.mark.parametrize("who", ["bob", "alice"])
async def test_to_a_menu_the_one_who_stays_goes_on_with_the_leg_it_has(scene: Scene, who: str) -> None:
    """A destination that serves itself is the transfer's outcome at once."""
    scene.board.elsewhere["900"] = Menu("shop")
    party, session = (scene.bob, scene.his) if who == "bob" else (scene.alice, scene.hers)
    party.transfer(session, "tel:900")
    assert await party.outcome() == 200
    await party.hears(SessionEnded)
    assert await asyncio.wait_for(scene.board.tasks[0], PATIENCE) == Menu("shop")
    stays = scene.board.contacts[0].caller
    assert stays is not None
    assert stays.is_up
    assert stays.number == ("600100200" if who == "bob" else "bob")
    stays.hang_up()
    await scene.board.over()


async def test_a_call_that_nobody_has_joined_has_nobody_to_transfer(scene: Scene) -> None:
    """A leg in a menu or a queue: declined, and it goes on."""
    second = scene.dave.call(scene.board.house, scene.dave.body(), user="carol")
    await scene.board.rings("carol")
    scene.board.contacts[1].caller.answer()  # type: ignore[union-attr]
    await until(lambda: second.state.name == "CONFIRMED")
    assert await scene.dave.refer(second, f"<{scene.board.at('carol')}>").answer() == 603
    scene.dave.hang_up(second)
    scene.alice.hang_up(scene.hers)
    await scene.board.over()


async def test_a_house_without_a_desk_transfers_nobody(scene: Scene) -> None:
    scene.board.contacts[0].talk.desk = None  # type: ignore[union-attr]
    assert await scene.bob.refer(scene.his, f"<{scene.board.at('carol')}>").answer() == 603
    scene.alice.hang_up(scene.hers)
    await scene.board.over()
