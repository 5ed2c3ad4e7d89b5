"""The store in memory keeps the contract of stores, and the contract finds each store that is broken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from routing.reservations.memory_store import MemoryStore
from tests.routing.broken_stores import BROKEN
from tests.routing.store_contract import Commands, StoreContract, commands_in_any_order

if TYPE_CHECKING:
    from collections.abc import Callable


class TestMemoryStore(StoreContract):
    make = MemoryStore


TestMemoryStoreInAnyOrder = commands_in_any_order(MemoryStore)


@pytest.mark.parametrize("broken", BROKEN)
def test_the_contract_finds_what_is_broken(broken: Callable[[], MemoryStore]) -> None:
    machine = type("Broken", (Commands,), {"make": staticmethod(broken)})
    look = settings(
        max_examples=300,
        stateful_step_count=40,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    with pytest.raises((AssertionError, KeyError)):
        run_state_machine_as_test(machine, settings=look)
