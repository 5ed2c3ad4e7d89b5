"""Callers who come again go to the agent who knows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from centralita.agents.acquaintance import Acquaintance
from records.ledger.ledger import Ledger
from records.reader import Reader
from tests.kit.floor import Floor
from tests.kit.party import House, Party
from tests.records.calls import BEGAN, whole_call

if TYPE_CHECKING:
    from pathlib import Path


async def test_a_node_that_starts_reads_who_talked_with_whom(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    ledger.start()
    for event in whole_call():
        ledger.append(event)
    ledger.close()
    reader, acquaintance = Reader(tmp_path / "ledger.sqlite"), Acquaintance()
    (row,) = reader.contacts()
    await acquaintance.remember(reader, since=BEGAN - 1)
    assert row.agents.split()[-1] == "ana"
    assert acquaintance._familiar.agent("bank", str(row.ani)) == "ana"
    late = Acquaintance()
    await late.remember(reader, since=BEGAN + 1000)
    assert late._familiar.agent("bank", str(row.ani)) is None


async def test_a_caller_gets_the_agent_of_the_last_call_although_another_is_idle_longer() -> None:
    async with House() as house, Party() as alice, Party() as ana, Party() as piotr:
        floor = Floor(house, alice, {"ana": ana, "piotr": piotr}, sticky=5.0)
        try:
            hers = await floor.waiting()
            await floor.rung("ana")
            alice.hang_up(hers)
            first = floor.contacts[0]
            await floor.over()
            floor.acquaintance.talked(first, "piotr", 60)
            again = await floor.waiting()
            await floor.rung("piotr")
            alice.hang_up(again)
            await floor.over()
        finally:
            floor.distribution.close()
