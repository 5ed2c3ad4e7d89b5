"""The tables of status, state and reservation leave no pair unsaid."""

from __future__ import annotations

import pytest

from base.errors import LocalProtocolError
from base.machine import Machine
from routing.agents.tables import OURS, STATE, STATUS, State, StateInput, Status, StatusInput
from routing.reservations.reservation import RESERVATION, ReservationInput, ReservationState


def test_each_status_knows_each_input() -> None:
    assert STATUS.holes(list(Status), list(StatusInput)) == []


def test_each_state_knows_each_input_that_others_can_cause() -> None:
    assert STATE.holes(list(State), [each for each in StateInput if each not in OURS]) == []


def test_each_state_of_a_reservation_knows_each_input() -> None:
    assert RESERVATION.holes(list(ReservationState), list(ReservationInput)) == []


@pytest.mark.parametrize("state", [each for each in State if each is not State.IDLE])
def test_nobody_but_an_idle_agent_can_be_reserved(state: State) -> None:
    machine = Machine(STATE)
    machine.state = state
    with pytest.raises(LocalProtocolError):
        machine.fire(StateInput.RESERVE)


@pytest.mark.parametrize("state", list(State))
def test_every_state_leads_back_to_idle(state: State) -> None:
    ways = {before: {row[0] for (at, _), row in STATE.rows.items() if at is before} for before in State}
    reached, seen = {state}, set[State]()
    while reached - seen:
        here = (reached - seen).pop()
        seen.add(here)
        reached |= ways[here]
    assert State.IDLE in reached
