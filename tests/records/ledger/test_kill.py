"""The promise itself: a real process and a real SQLite file, killed with SIGKILL at random moments."""

from __future__ import annotations

import itertools
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from records import Ledger
from records.reader import Reader
from tests.records.ledger.appender import stream

if TYPE_CHECKING:
    from records import Recovery
    from records.reader import ContactTimeline

ROOT = Path(__file__).resolve().parents[3]
LIVES = 8


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    """A ledger on which many processes worked and died, and how many events each had acknowledged."""
    path = tmp_path_factory.mktemp("killed") / "ledger.db"
    chance = random.Random(20261121)
    return path, {f"life{n}": live_and_die(path, f"life{n}", chance) for n in range(LIVES)}


def live_and_die(path: Path, life: str, chance: random.Random) -> int:
    """Start a process, kill it after a random number of acknowledgements: the last count it gave."""
    command = [sys.executable, str(ROOT / "tests/records/ledger/appender.py"), str(path), life]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        try:
            counts = [process.stdout.readline() for _ in range(chance.randrange(1, 40))]
            for _ in range(chance.randrange(20_000)):
                pass  # anywhere between two commits
        finally:  # also when the test times out: leaving the block waits for the process
            process.kill()
        counts += process.stdout.read().splitlines()
    return int(counts[-1])


@pytest.fixture(scope="module")
def reopened(killed: tuple[Path, dict[str, int]]) -> tuple[Recovery, list[ContactTimeline]]:
    """What the next start finds and what can be read then."""
    ledger = Ledger(killed[0])
    recovery = ledger.start()
    ledger.close()
    reader = Reader(killed[0])
    return recovery, [reader.contact(row.id) for row in reader.contacts(limit=1_000_000)]


def test_no_acknowledged_event_is_missing(
    killed: tuple[Path, dict[str, int]], reopened: tuple[Recovery, list[ContactTimeline]]
) -> None:
    stored = {
        (timeline.contact.id, event.n): (event.leg, event.type, event.data)
        for timeline in reopened[1]
        for event in timeline.events
    }
    assert min(killed[1].values()) > 0
    for life, acknowledged in killed[1].items():
        counters: dict[str, int] = {}
        for event in itertools.islice(stream(life), acknowledged):
            n = counters[event.contact] = counters.get(event.contact, 0) + 1
            assert stored[event.contact, n] == (event.leg, event.type, event.data)


def test_events_are_numbered_without_gaps(reopened: tuple[Recovery, list[ContactTimeline]]) -> None:
    for timeline in reopened[1]:
        assert [event.n for event in timeline.events] == list(range(1, len(timeline.events) + 1))


def test_every_contact_is_closed_and_those_cut_off_are_interrupted(
    killed: tuple[Path, dict[str, int]], reopened: tuple[Recovery, list[ContactTimeline]]
) -> None:
    interrupted = 0
    for timeline in reopened[1]:
        closings = [event for event in timeline.events if event.type == "contact.closed"]
        assert len(closings) == 1
        assert timeline.contact.ended_at is not None
        assert all(leg.ended_at is not None for leg in timeline.legs)
        interrupted += closings[0].data["outcome"] == "interrupted"
    assert interrupted >= 1
    assert len(reopened[0].contacts) <= interrupted


def test_an_interrupted_contact_ends_at_its_last_sign_of_life(
    reopened: tuple[Recovery, list[ContactTimeline]],
) -> None:
    for timeline in reopened[1]:
        contact = timeline.contact
        assert contact.ended_at is not None
        assert contact.ended_at - contact.started_at < 97
