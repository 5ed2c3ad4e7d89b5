"""Transfers and acts in any order with all else that parties do: nothing stays up (RFC 5589 s.6.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from calls.destination import Menu
from tests.kit.act_rules import ActRules
from tests.kit.party import House, Party, until
from tests.kit.storm import NAMES, ActStorm, Storm
from tests.kit.switchboard import Switchboard

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with House(ports=200) as made:
        yield made


@pytest.mark.parametrize("seed", range(5))
async def test_nothing_stays_up_whatever_parties_do(house: House, seed: int) -> None:
    async with Party() as alice, Party() as bob, Party() as carol, Party() as dave:
        board = Switchboard(house, bob=bob, carol=carol, dave=dave)
        storm = Storm(board, alice, seed)
        await storm.blow(60)
        await board.over()
        contacts = {row.contact for row in house.rows}
        for contact in contacts:
            kinds = [row.kind for row in house.rows if row.contact == contact]
            assert kinds.count("leg.invited") == kinds.count("leg.ended")
        for party in storm.parties:
            await until(lambda party=party: party.stack.counters()["sessions"] == 0)  # type: ignore[misc]


@pytest.mark.parametrize("seed", range(12))
async def test_nothing_stays_up_whatever_agents_do_besides(house: House, seed: int) -> None:
    async with Party() as alice, Party() as bob, Party() as carol, Party() as dave:
        board = Switchboard(house, bob=bob, carol=carol, dave=dave)
        board.elsewhere["shop"] = Menu("shop")
        storm = ActStorm(board, alice, seed)
        rules = board.rules = ActRules(house, *NAMES)
        rules.helpers, rules.menu, rules.form = ["carol", "dave"], Menu("pay"), storm.form
        await storm.blow(120)
        await board.over()
        kinds = house.kinds()
        for began, ended in (("hold.began", "hold.ended"), ("consult.requested", "consult.ended")):
            assert kinds.count(began) == kinds.count(ended)
        assert kinds.count("capture.began") == kinds.count("capture.ended")
        for party in storm.parties:
            await until(lambda party=party: party.stack.counters()["sessions"] == 0)  # type: ignore[misc]
        # Who asked is answered, unless the conversation was over before it read the wish.
        assert any(answer.done() for answer in storm.answers)
