"""The reservation protocol in small centres, whole; and that the search finds what is broken on purpose."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from routing.agents.staff import Staff
from routing.distributor import Distributor
from routing.pairing import Pairing
from routing.queues.line import Line
from routing.reservations.offers import Offers
from tests.routing.broken_stores import EndsSilently, ForgetsTheLosers
from tests.routing.protocol import QUICK, Broken, explore, scenario

if TYPE_CHECKING:
    from collections.abc import Callable

    from routing.reservations.memory_store import MemoryStore
    from tests.routing.small_world import Scenario


@pytest.mark.parametrize("name", QUICK)
def test_the_rules_hold_in_every_state_and_each_leads_to_an_end(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = explore(QUICK[name])
    with capsys.disabled():
        sys.stdout.write(f"\n{name}: {found.states} states, {found.steps} steps\n")
    assert found.stuck == 0
    assert found.states > 300


SMALL = scenario(2, 2, "status", "phone", strategy="ring-all")
SINGLE = scenario(2, 2, "status", "phone")


def nothing(*_: Any, **__: Any) -> None:
    """What a forgotten call does."""


BROKEN_ENGINES: list[tuple[str, type, str, Callable[..., Any], Scenario]] = [
    ("a caller whose agent declined is not given to another", Line, "failed", nothing, SINGLE),
    ("who comes free is not looked at", Pairing, "_serve_agent", nothing, SINGLE),
    ("who logs out is rung on", Distributor, "_take_back", nothing, SINGLE),
    ("phones of losers ring on", Offers, "fail", nothing, SMALL),
    ("the end of a call is not noted", Staff, "end_bridge", nothing, SINGLE),
    ("a caller who leaves stays in line", Line, "remove", nothing, SINGLE),
]


@pytest.mark.parametrize(("words", "where", "name", "instead", "where_seen"), BROKEN_ENGINES)
def test_an_engine_that_is_broken_is_found(
    words: str,
    where: type,
    name: str,
    instead: Callable[..., Any],
    where_seen: Scenario,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(where, name, instead)
    with pytest.raises(Broken):
        explore(where_seen, most=5000)


@pytest.mark.parametrize("broken", [ForgetsTheLosers, EndsSilently])
def test_a_store_that_is_broken_is_found(broken: Callable[[], MemoryStore]) -> None:
    with pytest.raises(Broken, match="join e1, answer"):
        explore(SMALL, broken, most=5000)


def test_what_the_search_tells_is_the_shortest_way_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Line, "failed", nothing)
    with pytest.raises(Broken, match=r"after join e1, refuse [0-9]+$"):
        explore(SINGLE, most=5000)
