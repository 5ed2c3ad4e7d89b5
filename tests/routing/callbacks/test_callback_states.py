"""The table of callbacks leaves no pair unsaid, and nothing stays in it for ever."""

from __future__ import annotations

import pytest

from routing.callbacks.states import CALLBACK, ENGAGED, OPEN_STATES, CallbackInput, CallbackState

CLOSED = set(CallbackState) - OPEN_STATES


def reachable(state: CallbackState, *, without: frozenset[CallbackInput] = frozenset()) -> set[CallbackState]:
    found, seen = {state}, set[CallbackState]()
    while found - seen:
        here = (found - seen).pop()
        seen.add(here)
        found |= {row[0] for (at, event), row in CALLBACK.rows.items() if at is here and event not in without}
    return found


def test_each_state_knows_each_input() -> None:
    assert CALLBACK.holes(list(CallbackState), list(CallbackInput)) == []


@pytest.mark.parametrize("state", [each for each in CallbackState if each in OPEN_STATES])
def test_whatever_is_open_can_come_to_each_end(state: CallbackState) -> None:
    ends = reachable(state) & CLOSED
    assert CallbackState.KEPT in ends
    if state is not CallbackState.CONNECTED:
        assert ends == CLOSED


@pytest.mark.parametrize("state", [each for each in CallbackState if each in CLOSED])
def test_what_has_ended_is_reopened_by_a_person_alone_and_a_kept_promise_never(state: CallbackState) -> None:
    assert reachable(state, without=frozenset({CallbackInput.REOPEN})) == {state}
    assert (reachable(state) == {state}) == (state is CallbackState.KEPT)


def test_the_customer_is_called_only_while_an_agent_is_held() -> None:
    into = {at for (at, _), row in CALLBACK.rows.items() if row[0] is CallbackState.DIALLING}
    assert into == {CallbackState.RESERVED}
    assert into < ENGAGED
