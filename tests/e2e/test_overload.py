"""More calls than are set: new ones get 503 with Retry-After, those in progress notice nothing (RFC 6357)."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from tests.e2e.centre import TRUNK, make_centre
from tests.e2e.pings import IN_TIME, slowest_ping
from tests.kit.foreign_sipp import Scenario

SCENARIOS = Path(__file__).parent / "scenarios"
OFFERED, ALLOWED, SECONDS = 600, 100, 3


def test_calls_in_progress_go_on_while_six_times_too_many_are_offered(tmp_path: Path) -> None:
    server = make_centre(tmp_path / "node")
    centre = server.config / "centre.yaml"
    centre.write_text(centre.read_text() + f"overload: {{calls_per_second: {ALLOWED}}}\n")
    with server:
        common: Any = {"remote": server.sip, "dial": "echo", "address": TRUNK}
        up = Scenario(
            SCENARIOS / "long-call-asked-each-second-expect-200.xml",
            tmp_path / "up",
            **common,
            calls=20,
            rate=50,
        )
        flood = Scenario(
            SCENARIOS / "answered-or-refused-with-503-and-retry-after.xml",
            tmp_path / "flood",
            **common,
            calls=OFFERED * SECONDS,
            rate=OFFERED,
            limit=30,
        )
        with up:
            time.sleep(0.5)
            with flood:
                assert slowest_ping(server, during=SECONDS) < IN_TIME
                flood.finish()
            assert up.finish().failed == 0
        turned_away = server.ask("/api/v1/guard")["turned_away"]["overload_rate"]
        accepted = OFFERED * SECONDS - turned_away
        assert ALLOWED * SECONDS * 0.5 < accepted < ALLOWED * SECONDS * 2
        server.wait_for_rest()
        said = server.output()
    assert said.count("overload_began") == 1
