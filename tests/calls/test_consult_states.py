"""The table of consultations: every input has a word in every state, and each way out is settled once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.machine import Machine
from calls.consult import CONSULT, ConsultEffect, ConsultInput, ConsultState

ENDS = {
    ConsultEffect.HAND_OVER,
    ConsultEffect.CONFER,
    ConsultEffect.RETURN,
    ConsultEffect.STRAND,
    ConsultEffect.FINISH,
    ConsultEffect.LET_GO,
}


def test_the_table_says_something_of_every_state_and_input() -> None:
    assert CONSULT.holes(tuple(ConsultState), tuple(ConsultInput)) == []


@given(st.lists(st.sampled_from(ConsultInput), max_size=20))
def test_whatever_happens_it_is_settled_once_and_only_at_its_end(inputs: list[ConsultInput]) -> None:
    machine = Machine(CONSULT)
    effects = [effect for each in inputs for effect in machine.fire(each)]
    settled = [each for each in effects if each in ENDS]
    assert len(settled) == (1 if machine.state is ConsultState.OVER else 0)
    assert not settled or effects[-1] in ENDS


@pytest.mark.parametrize("gone", [ConsultInput.AGENT_GONE, ConsultInput.CALLER_GONE])
def test_a_party_that_goes_is_never_overheard(gone: ConsultInput) -> None:
    for state in (ConsultState.CALLING, ConsultState.ASIDE, ConsultState.WITH_CALLER):
        assert (state, gone) in CONSULT.rows
    assert (ConsultState.DESERTED, ConsultInput.CALLER_GONE) in CONSULT.rows
