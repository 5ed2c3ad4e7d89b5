"""Nodes killed amid fifty calls a second: what anybody was shown of a call is there afterwards, and all are closed."""

from __future__ import annotations

import random
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from centralita.state import DATABASE
from tests.e2e.centre import make_centre
from tests.e2e.power_cuts import Shown, faults, live_and_die
from tests.kit.databases import BOTH, POSTGRESQL

if TYPE_CHECKING:
    from pathlib import Path

    from tests.kit.databases import Cluster

LIVES = 3
"""tools/kill_nine.py has as many as one likes."""


@pytest.mark.parametrize("kind", BOTH)
def test_what_was_shown_of_a_call_survives_the_node(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    server, shown, chance = make_centre(tmp_path / "node"), Shown(), random.Random(20261122)
    if kind == POSTGRESQL:
        cluster: Cluster = request.getfixturevalue("cluster")
        server.environment[DATABASE] = cluster.make(migrated=False)
    with closing(server):
        for number in range(LIVES):
            live_and_die(server, tmp_path / f"life{number}", chance, shown)
        assert shown.events
        assert faults(server, shown) == []
