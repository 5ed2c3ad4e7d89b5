from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from records import Ledger
from records.exports.happened import first_cursor
from records.exports.live_log import Follower, Form, log_of
from tests.records.calls import BEGAN, event, whole_call

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from records.database import Database

EPOCH = int(BEGAN)


@pytest.fixture
def ledger(database: Database, tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(database, gather=0.0, spill=tmp_path)
    ledger.start(now=BEGAN)
    yield ledger
    ledger.close()


def us(offset: float) -> int:
    return round((BEGAN + offset) * 1e6)


async def test_the_log_of_a_period(ledger: Ledger, database: Database) -> None:
    for each in whole_call("c1"):
        ledger.append(each)
    await ledger.flush()
    whole = "".join(log_of(database, Form.QUEUE_LOG, us(0), us(3600), {})).splitlines()
    assert [line.split("|")[4] for line in whole] == [
        "ENTERQUEUE",
        "RINGNOANSWER",
        "CONNECT",
        "COMPLETECALLER",
    ]
    # Whoever waited before the period began is known in it.
    later = "".join(log_of(database, Form.QUEUE_LOG, us(35), us(60), {}))
    assert later == f"{EPOCH + 36}|c1|support|ana|CONNECT|18|second-c1|3\n"
    assert "CC-Action: bridge-agent-start" in "".join(log_of(database, Form.CALLCENTER, us(35), us(60), {}))
    assert "".join(log_of(database, Form.QUEUE_LOG, us(0), us(60), {}, clients=frozenset({"shop"}))) == ""
    assert "".join(log_of(database, Form.QUEUE_LOG, us(0), us(60), {}, clients=frozenset({"bank"}))) != ""


async def test_the_log_tells_the_time_of_those_agents_alone_who_may_be_seen(
    ledger: Ledger, database: Database
) -> None:
    for at, agent in ((1, "ana"), (2, "bob")):
        ledger.append(event(at, "-", None, "agent.status", agent=agent, status="available"))
    await ledger.flush()
    whole = "".join(log_of(database, Form.QUEUE_LOG, us(0), us(60), {}))
    assert "ana" in whole
    assert "bob" in whole
    part = "".join(log_of(database, Form.QUEUE_LOG, us(0), us(60), {}, agents=frozenset({"ana"})))
    assert "ana" in part
    assert "bob" not in part


async def test_a_file_grows_as_calls_go_on(ledger: Ledger, database: Database, tmp_path: Path) -> None:
    call = whole_call("c1")
    half = next(place for place, each in enumerate(call) if each.type == "reservation.created") + 1
    for each in call[:half]:
        ledger.append(each)
    await ledger.flush()
    path = tmp_path / "queue_log"
    follower = Follower(database, path, Form.QUEUE_LOG, {}, now=BEGAN + 20)
    assert follower.step() == 0  # what was before is not told
    for each in call[half:]:
        ledger.append(each)
    await ledger.flush()
    assert follower.step() == 3
    assert follower.step() == 0
    # The queue was joined before anybody looked, and is known all the same.
    last = path.read_text(encoding="utf-8").splitlines()[-1]
    assert last == f"{EPOCH + 96}|c1|support|ana|COMPLETECALLER|18|60|1"
    assert path.stat().st_mode & 0o777 == 0o600


async def test_who_goes_on_after_a_restart_leaves_nothing_out(
    ledger: Ledger, database: Database, tmp_path: Path
) -> None:
    ledger.append(event(0, "c0", None, "queue.joined", queue="support", position=1))
    await ledger.flush()
    path = tmp_path / "queue_log"
    Follower(database, path, Form.QUEUE_LOG, {}, now=BEGAN).step()
    ledger.append(event(1, "c1", None, "queue.joined", queue="support", position=2))
    await ledger.flush()
    follower = Follower(database, path, Form.QUEUE_LOG, {}, now=BEGAN + 2)
    assert follower.step() == 1
    path.rename(tmp_path / "queue_log.1")  # turned over
    gone = event(5, "c1", None, "queue.left", queue="support", reason="abandoned", waited=4.0, position=2)
    ledger.append(gone)
    await ledger.flush()
    assert follower.step() == 1
    assert path.read_text(encoding="utf-8") == f"{EPOCH + 5}|c1|support|NONE|ABANDON|2|2|4\n"


async def test_the_place_of_a_moment_is_found_among_many(ledger: Ledger, database: Database) -> None:
    assert first_cursor(database, us(0)) == 0
    for number in range(100):
        ledger.append(event(number, f"c{number}", None, "queue.joined", queue="support"))
    await ledger.flush()
    cursors = [first_cursor(database, us(number)) for number in (-5, 0, 1, 50, 99, 100)]
    assert cursors == sorted(cursors)
    assert [each - cursors[0] for each in cursors] == [0, 0, 1, 50, 99, 100]
