"""No graph that passes `check` can trap a caller; and without any one of the rules some graph can."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, assume, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

import ivr.check
from ivr.check.keys import person
from ivr.check.names import targets
from ivr.check.ways import cut_off, cycles, endless, limits
from tests.ivr.graphs import ACTS, FINALES, STAGES, graphs, loaded, trap

if TYPE_CHECKING:
    from ivr.authoring.stage import Stage


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(graph=graphs(), acts=ACTS, finale=st.sampled_from(FINALES), stage=STAGES)
def test_no_graph_that_passes_check_traps_a_caller(
    graph: dict[str, Any], acts: list[tuple[str, Any]], finale: str, stage: Stage
) -> None:
    menus = loaded(graph)
    assume(menus is not None)
    assert menus is not None
    assert trap(menus, acts, finale, stage) is None


SEARCH = settings(max_examples=5000, deadline=None, database=None, phases=[Phase.generate])
FLAWS = {
    cycles: "circle",
    endless: "endless",
    cut_off: "mute",
    person: "person",
    limits: "limits",
    targets: "target",
}


@pytest.mark.parametrize("rule", FLAWS, ids=lambda rule: rule.__name__)
def test_each_rule_keeps_out_a_trap_of_its_own(monkeypatch: pytest.MonkeyPatch, rule: Any) -> None:
    monkeypatch.setattr(ivr.check, "RULES", tuple(each for each in ivr.check.RULES if each is not rule))

    def is_trap(drawn: tuple[dict[str, Any], Stage, str]) -> bool:
        graph, stage, finale = drawn
        menus = loaded(graph)
        if menus is None:
            return False
        try:
            return trap(menus, [], finale, stage) is not None
        except KeyError:  # a way that leads nowhere
            return True

    calls = st.tuples(graphs(frozenset({FLAWS[rule]})), STAGES, st.sampled_from(FINALES))
    try:
        graph, stage, finale = find(calls, is_trap, settings=SEARCH)
    except NoSuchExample:
        pytest.fail(f"without the rule {rule.__name__} nobody was trapped")
    monkeypatch.undo()
    assert loaded(graph) is None, (stage, finale)
