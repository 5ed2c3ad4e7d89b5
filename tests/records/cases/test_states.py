"""The tables of cases and of complaints' clocks: what they say, and what they leave to a refusal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from base.machine import Machine
from records.cases.states import (
    CASE,
    CLOCK,
    OPEN_STATES,
    TO_REACH,
    CaseEffect,
    CaseInput,
    CaseState,
    ClockInput,
    ClockState,
)


def test_the_clock_says_something_of_every_pair() -> None:
    assert CLOCK.holes(list(ClockState), list(ClockInput)) == []


def test_what_is_over_can_only_be_closed_or_reopened() -> None:
    able = {state: {each for each in CaseInput if (state, each) in CASE.rows} for state in CaseState}
    assert able[CaseState.RESOLVED] == {CaseInput.CLOSE, CaseInput.REOPEN}
    assert able[CaseState.CLOSED] == {CaseInput.REOPEN}
    for state in OPEN_STATES:
        assert {CaseInput.RESOLVE, CaseInput.CLOSE} <= able[state]
        assert CaseInput.REOPEN not in able[state]


def test_every_state_but_the_first_can_be_wished_for() -> None:
    assert set(TO_REACH) == set(CaseState) - {CaseState.OPEN}
    reached = {(state, TO_REACH[state]) for state in TO_REACH}
    assert {(after, step) for (_, step), (after, _) in CASE.rows.items()} == reached


@given(st.lists(st.sampled_from(list(CaseInput)), max_size=30))
def test_whatever_is_asked_the_clock_is_paused_only_while_the_customer_is_waited_for(
    asked: list[CaseInput],
) -> None:
    life: Machine[CaseState, CaseInput, CaseEffect] = Machine(CASE)
    is_paused = False
    for each in asked:
        if life.can(each):
            for effect in life.fire(each):
                is_paused = (is_paused or effect is CaseEffect.PAUSE_CLOCK) and effect not in (
                    CaseEffect.RUN_CLOCK,
                    CaseEffect.ANSWER,
                )
        assert is_paused == (life.state is CaseState.WAITING_CUSTOMER)
