"""The promise itself: real processes under fifty calls a second, on real databases, each killed at a random moment.

tools/kill_nine.py does the same two hundred times on each database.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from records.database import Database
from tests.kit.appender import open_ledger
from tests.kit.databases import BOTH, SQLITE
from tests.kit.short_lives import RATE, Life, inspect, live_and_die

if TYPE_CHECKING:
    from collections.abc import Iterator

    from records import Recovery
    from tests.kit.databases import Cluster
    from tests.kit.short_lives import Found

pytestmark = pytest.mark.timeout(600)

LIVES = 10
"""Every second one in no hurry, at fifty calls a second; the others as fast as they can."""


@pytest.fixture(scope="module", params=BOTH)
def left(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[list[Life], Recovery, Found]]:
    """The lives, what the next start mended, and what is there then."""
    folder = tmp_path_factory.mktemp("killed")
    if request.param == SQLITE:
        database = Database.of(folder / "ledger.sqlite")
    else:
        running: Cluster = request.getfixturevalue("cluster")
        database = Database.of(running.make(migrated=False))
    chance = random.Random(20261121)
    lives = [
        live_and_die(database, folder, f"life{n}", chance, rate=RATE if n % 2 else None) for n in range(LIVES)
    ]
    ledger = open_ledger(database, folder)
    recovery = ledger.start()
    ledger.close()
    yield lives, recovery, inspect(database, folder, lives)
    database.close()


Left = tuple[list[Life], "Recovery", "Found"]


def test_no_acknowledged_event_is_missing(left: Left) -> None:
    lives, _, found = left
    assert sum(each.acknowledged > 0 for each in lives) > LIVES / 2
    assert found.missing == []


def test_events_are_numbered_without_gaps(left: Left) -> None:
    assert left[2].out_of_order == []


def test_the_chain_is_whole(left: Left) -> None:
    assert left[2].broken == []


def test_every_contact_is_closed_and_those_cut_off_are_interrupted(left: Left) -> None:
    _, recovery, found = left
    assert found.open == []
    assert 0 < found.interrupted < found.contacts
    assert len(recovery.contacts) <= found.interrupted
