"""Who was cut off by the end of a node, or had given up just before, is known after its start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from centralita.queues.returning_callers import CUT_OFF, LeftBehind, left_behind, remember
from records.event import LedgerEvent
from records.ledger.ledger import Ledger
from records.reader import Reader
from routing.queues.returning import KeptPlace, Returning

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NOW = 1_800_000_000.0
CALLER = "+34600111222"


def call(
    contact: str, *events: tuple[float, str, Mapping[str, object]], **opened: object
) -> list[LedgerEvent]:
    """What the ledger holds of a caller in a queue; seconds are before NOW."""
    first = {"ani": CALLER, "dnis": "200", **opened}
    rows: list[tuple[float, str, Mapping[str, object]]] = [
        (100.0, "contact.opened", first),
        (99.0, "contact.routed", {"client": "acme"}),
        (90.0, "queue.joined", {"queue": "help", "position": 1, "priority": 0, "waited": 0.0}),
        *events,
    ]
    return [LedgerEvent(NOW - ago, contact, None, kind, data) for ago, kind, data in rows]


GAVE_UP = (
    (40.0, "queue.left", {"queue": "help", "reason": "abandoned", "waited": 50.0}),
    (40.0, "contact.closed", {"outcome": "abandoned", "ended_by": "caller", "status": 200, "cause": 16}),
)


def written(folder: Path, *calls: list[LedgerEvent]) -> Path:
    path = folder / "ledger.sqlite"
    ledger = Ledger(path)
    ledger.start(now=NOW - 200.0)
    for events in calls:
        for event in events:
            ledger.append(event)
    ledger.close()
    again = Ledger(path)
    again.start(now=NOW)
    again.close()
    return path


def test_who_waited_when_the_node_died_is_known(tmp_path: Path) -> None:
    path = written(tmp_path, call("a"))
    (found,) = left_behind(Reader(path), now=NOW)
    assert (found.client, found.queue, found.number, found.is_cut_off) == ("acme", "help", CALLER, True)
    assert NOW - 100.0 <= found.joined <= NOW - 89.0


def test_who_had_given_up_is_known(tmp_path: Path) -> None:
    (found,) = left_behind(Reader(written(tmp_path, call("a", *GAVE_UP))), now=NOW)
    assert found == LeftBehind("acme", "help", CALLER, NOW - 90.0, NOW - 40.0, is_cut_off=False)


def test_withheld_numbers_and_old_calls_are_left_alone(tmp_path: Path) -> None:
    hidden = call("a", private=True)
    nameless = call("b", ani="anonymous")
    path = written(tmp_path, hidden, nameless, call("c"))
    assert len(left_behind(Reader(path), now=NOW)) == 1
    assert left_behind(Reader(path), now=NOW + 86400.0) == []


def test_a_ledger_that_cannot_be_read_has_nobody(tmp_path: Path) -> None:
    broken = tmp_path / "ledger.sqlite"
    broken.write_bytes(b"no database" * 500)
    assert left_behind(Reader(broken), now=NOW) == []


def test_their_places_are_kept_by_the_new_clock() -> None:
    returning = Returning()
    callers = [
        LeftBehind("acme", "help", "1", NOW - 90.0, NOW - 40.0, is_cut_off=False),
        LeftBehind("acme", "help", "2", NOW - 60.0, NOW - 1.0, is_cut_off=True),
        LeftBehind("acme", "sales", "3", NOW - 60.0, NOW - 20.0, is_cut_off=False),
    ]
    remember(returning, callers, lambda queue: 300.0 if queue == "help" else 0.0, wall=NOW, now=7.0)
    assert returning.claim("acme", "help", "1", now=8.0) == KeptPlace(-83.0, 267.0)
    assert returning.claim("acme", "help", "2", now=8.0) == KeptPlace(-53.0, 7.0 + CUT_OFF, is_first=True)
    assert returning.claim("acme", "sales", "3", now=8.0) is None
