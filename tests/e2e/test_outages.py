"""The database goes away under load and comes back: nothing of any call is lost, and no call notices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.floor import callers
from tests.e2e.outages import hold_whole, outage, put_aside, timelines, trouble
from tests.e2e.pings import IN_TIME, slowest_ping
from tests.kit.server import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.kit.foreign_sipp import Scenario
    from tests.kit.server import Server

RATE, CALLS = 20, 240
"""Calls a second; each lasts two."""
LASTS = 3.0
"""Seconds for which it is away once that is noticed: longer than calls wait for anything."""
AWAY = 20.0
"""Seconds within which it is noticed: the node is patient with locks for five, and has other things to do."""


def crowd(server: Server, folder: Path, calls: int = CALLS) -> Scenario:
    return callers(server, "echo", folder, scenario="stays-two-seconds", calls=calls, rate=RATE)


@pytest.mark.parametrize(
    "name", ["postgresql stopped", "sqlite locked", "disk of the database full", "whole disk full"]
)
def test_calls_go_on_and_all_is_written_once_it_is_back(
    name: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with outage(name, tmp_path, request) as away:
        server = away.server
        server.start()
        with crowd(server, tmp_path) as calls:
            wait_until(lambda: server.counters()["legs"] >= RATE, "calls are up", within=15)
            away.begin()
            wait_until(lambda: bool(trouble(server)), "the node's health says so", within=AWAY)
            slowest = slowest_ping(server, during=LASTS)
            away.end()
            calls.finish()
        wait_until(lambda: not trouble(server), "the node is well", within=30)
        server.wait_for_rest(since={"tracing_dropped": CALLS * 100})  # its file may be on a full disk, too
        assert slowest < IN_TIME
        server.close()
        hold_whole(timelines(server), calls=CALLS)
        assert put_aside(server) == 0


def test_what_was_put_aside_survives_the_node(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Killed while the database is away; both come back."""
    with outage("postgresql stopped", tmp_path, request) as away:
        server = away.server
        server.start()
        away.begin()
        crowd(server, tmp_path, calls=RATE).run()
        wait_until(lambda: put_aside(server) == RATE, "all is in the journal of the outage", within=15)
        server.kill()
        away.end()
        server.start()
        server.close()
        hold_whole(timelines(server), calls=RATE)
