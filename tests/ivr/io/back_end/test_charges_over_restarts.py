"""A stop or a kill in the middle of a charge: the next start asks what became of it."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ivr.io.back_end.settings import ClientSettings
from tests.kit.back_end_faults import PATIENCE, hangs_after, one_after_the_other
from tests.kit.back_end_floor import MASTERCARD, Clock, Floor, Server, http

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.io.back_end.charging.PAUSES", (0.0, 0.01, 0.02))
    monkeypatch.setattr("ivr.io.back_end.http.BACK_OFF", 0.01)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def server(clock: Clock) -> AsyncIterator[Server]:
    made = Server.example(clock)
    await made.start()
    yield made
    await made.stop()


def pays_by(server: Server, **changes: Any) -> ClientSettings:
    return ClientSettings(payments=http(server.url, timeout=PATIENCE, **changes))


def _open_rows(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "transactions.sqlite")) as store:
        (count,) = store.execute("SELECT count(*) FROM charges WHERE state = 'open'").fetchone()
        return int(count)


async def test_a_stop_in_the_middle_is_taken_up_by_the_next_start(
    server: Server, clock: Clock, tmp_path: Path
) -> None:
    server.fault = one_after_the_other([hangs_after])
    floor = Floor(tmp_path, clock, ClientSettings(payments=http(server.url, timeout=30.0)))
    await floor.transactions.start(floor.settings)
    task = asyncio.get_running_loop().create_task(floor.charge())
    await until(lambda: bool(server.company.charges))
    task.cancel()
    await asyncio.wait([task])
    await floor.transactions.close()
    assert await asyncio.to_thread(_open_rows, tmp_path) == 1
    async with Floor(tmp_path, clock, pays_by(server)) as later:
        await until(lambda: bool(later.records))
        assert later.records[0][2]["result"] == "approved"
    assert len(server.company.charges) == 1


CHARGES = """\
import asyncio, sys
from pathlib import Path
from ivr.io.back_end.settings import ClientSettings
from tests.kit.back_end_floor import Clock, Floor, http

async def main():
    settings = ClientSettings(payments=http(sys.argv[2], timeout=60.0))
    async with Floor(Path(sys.argv[1]), Clock(), settings) as floor:
        await floor.charge()

asyncio.run(main())
"""


async def test_a_node_that_is_killed_in_the_middle_asks_when_it_comes_back(
    server: Server, clock: Clock, tmp_path: Path
) -> None:
    server.fault = one_after_the_other([hangs_after])
    node = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        CHARGES,
        str(tmp_path),
        server.url,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    await until(lambda: bool(server.company.charges))
    node.send_signal(signal.SIGKILL)
    await node.wait()
    clock.now += 60
    assert await asyncio.to_thread(_open_rows, tmp_path) == 1
    async with Floor(tmp_path, clock, pays_by(server)) as later:
        await until(lambda: bool(later.records))
        assert later.records == [
            (
                "c1",
                "transaction.settled",
                {
                    "action": "payment.charge",
                    "result": "approved",
                    "amount": 1250,
                    "currency": "EUR",
                    "last4": "4444",
                    "reference": "R00001",
                    "question": "1",
                },
            )
        ]
        told = await later.charge()
        assert told.facts["reference"] == "R00001"
    assert len(server.company.charges) == 1
    written = await asyncio.to_thread(lambda: b"".join(each.read_bytes() for each in tmp_path.iterdir()))
    assert MASTERCARD.encode() not in written


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what another process or task does."""
    for _ in range(2000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came")
