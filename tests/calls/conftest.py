"""The conversations of tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.kit.act_rules import ActRules
from tests.kit.handled import Handled
from tests.kit.party import House, Party
from tests.kit.switchboard import Switchboard

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def handled() -> AsyncIterator[Handled]:
    """Alice has called Bob, an agent, and they talk; Carol and Dave are there."""
    async with House(ports=60) as house, Party() as alice, Party() as bob, Party() as carol, Party() as dave:
        board = Switchboard(house, bob=bob, carol=carol, dave=dave)
        rules = board.rules = ActRules(house, "bob", "carol", "dave")
        made = Handled(board, rules, alice)
        await made.begin()
        yield made
