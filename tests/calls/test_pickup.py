"""Pick-up: somebody answers for a phone that rings, by what its lamp tells (RFC 4235, RFC 3891 s.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sip.events import SessionAnswered, SessionCancelled, SessionEnded, SessionRefused
from tests.kit.party import House, Party, until
from tests.kit.switchboard import Switchboard

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sip.session.session import Session


class Scene:
    """Alice calls Bob, whose phone rings; Dave sees his lamp."""

    def __init__(self, house: House, alice: Party, bob: Party, dave: Party) -> None:
        self.house, self.alice, self.bob, self.dave = house, alice, bob, dave
        self.board = Switchboard(house, bob=bob, dave=dave)

    async def rings(self) -> tuple[Session, Session]:
        """Her session and his."""
        hers = self.alice.call(self.house, self.alice.body(), user="bob")
        his = await self.board.rings("bob")
        await until(lambda: bool(self.lamp()[1]))
        return hers, his

    def lamp(self) -> tuple[str, str, str]:
        """The identity of Bob's call: Call-ID, his tag, and ours."""
        (told,) = self.house.exchange.phone_calls.dialogs("bob")
        return told.call_id, told.local_tag, told.remote_tag

    def picks_up(self, party: Party) -> Session:
        """A party presses the key beside the lamp."""
        call_id, theirs, ours = self.lamp()
        value = f"{call_id};to-tag={ours};from-tag={theirs};early-only"
        headers = (("Require", "replaces"), ("Replaces", value))
        return party.call(self.house, party.body(), user="bob", headers=headers)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with House() as house, Party() as alice, Party() as bob, Party() as dave:
        yield Scene(house, alice, bob, dave)


async def test_a_colleague_answers_for_a_phone_that_rings(scene: Scene) -> None:
    hers, _ = await scene.rings()
    scene.picks_up(scene.dave)
    await scene.bob.hears(SessionCancelled)
    scene.dave.face((await scene.dave.hears(SessionAnswered)).description)
    scene.alice.face((await scene.alice.hears(SessionAnswered)).description)
    await scene.board.talk(scene.alice, scene.dave)
    assert len(scene.board.came) == 1
    scene.alice.hang_up(hers)
    await scene.dave.hears(SessionEnded)
    await scene.board.over()


async def test_who_is_not_entitled_does_not(scene: Scene) -> None:
    hers, _ = await scene.rings()
    scene.board.is_entitled = False
    scene.picks_up(scene.dave)
    assert (await scene.dave.hears(SessionRefused)).status == 403
    scene.alice.hang_up(hers)
    await scene.board.over()


async def test_of_two_colleagues_the_first_has_it(scene: Scene) -> None:
    hers, _ = await scene.rings()
    async with Party() as carol:
        scene.picks_up(scene.dave)
        scene.picks_up(carol)
        await scene.dave.hears(SessionAnswered)
        assert (await carol.hears(SessionRefused)).status in (481, 603)
    scene.alice.hang_up(hers)
    await scene.board.over()


async def test_a_call_that_has_been_answered_is_no_more_picked_up(scene: Scene) -> None:
    """RFC 3891 s.3: early-only."""
    hers, his = await scene.rings()
    scene.bob.answer(his)
    await scene.alice.hears(SessionAnswered)
    scene.picks_up(scene.dave)
    assert (await scene.dave.hears(SessionRefused)).status == 486
    scene.alice.hang_up(hers)
    await scene.board.over()


async def test_the_caller_may_have_gone_meanwhile(scene: Scene) -> None:
    hers, _ = await scene.rings()
    scene.alice.hang_up(hers)
    scene.picks_up(scene.dave)
    assert (await scene.dave.hears(SessionRefused)).status in (481, 486, 603)
    await scene.board.over()
    assert all(contact.ringing is None for contact in scene.board.contacts)


async def test_a_fork_that_never_was_is_unknown(scene: Scene) -> None:
    """RFC 3891 s.3: 481."""
    hers, _ = await scene.rings()
    call_id, _, ours = scene.lamp()
    headers = (("Replaces", f"{call_id};to-tag={ours};from-tag=nobody"),)
    scene.dave.call(scene.house, scene.dave.body(), headers=headers)
    assert (await scene.dave.hears(SessionRefused)).status == 481
    scene.alice.hang_up(hers)
    await scene.board.over()
