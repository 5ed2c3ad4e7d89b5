"""Each SIP state machine answers every input in every state: by a row, or by saying that nothing happens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sip.qualify import PEER, PeerInput, PeerState
from sip.session.asked_offer import ASKED, AskedInput, AskedState
from sip.session.reliable import RELIABLE, ReliableInput, ReliableState
from sip.session.table import (
    CALLEE,
    CALLEE_INPUTS,
    CALLEE_STATES,
    CALLER,
    CALLER_INPUTS,
    CALLER_STATES,
    REOFFER,
    REOFFER_INPUTS,
    ReofferState,
    SessionInput,
)
from sip.session.timer import SESSION_TIMER, TimerInput, TimerState
from sip.session.update import UPDATE, UPDATE_INPUTS, UpdateState
from sip.subscriptions.table import SUBSCRIPTION, SubscriptionInput, SubscriptionState
from sip.transaction.tables import (
    INVITE_CLIENT,
    INVITE_SERVER,
    NON_INVITE_CLIENT,
    NON_INVITE_SERVER,
    ClientInput,
    ServerInput,
    State,
)
from sip.transfer.table import REFERRAL, ReferralInput, ReferralState

if TYPE_CHECKING:
    from collections.abc import Iterable
    from enum import Enum

    from base.machine import Table

S, C, R = State, ClientInput, ServerInput
CLIENT_PEER = (C.PROVISIONAL, C.SUCCESS, C.FAILURE, C.TRANSPORT_ERROR)
SERVER_PEER = (R.REQUEST, R.TRANSPORT_ERROR)

CASES: list[tuple[Table[Any, Any, Any], Iterable[Enum], Iterable[Enum]]] = [
    (
        INVITE_CLIENT,
        (S.CALLING, S.PROCEEDING, S.COMPLETED, S.ACCEPTED, S.TERMINATED),
        (*CLIENT_PEER, C.TIMER_A, C.TIMER_B),
    ),
    (
        NON_INVITE_CLIENT,
        (S.TRYING, S.PROCEEDING, S.COMPLETED, S.TERMINATED),
        (*CLIENT_PEER, C.TIMER_E, C.TIMER_F),
    ),
    (
        INVITE_SERVER,
        (S.PROCEEDING, S.COMPLETED, S.CONFIRMED, S.ACCEPTED, S.TERMINATED),
        (*SERVER_PEER, R.ACK),
    ),
    (NON_INVITE_SERVER, (S.TRYING, S.PROCEEDING, S.COMPLETED, S.TERMINATED), SERVER_PEER),
    (CALLEE, CALLEE_STATES, CALLEE_INPUTS),
    (CALLER, CALLER_STATES, CALLER_INPUTS),
    (REOFFER, ReofferState, REOFFER_INPUTS),
    (SESSION_TIMER, TimerState, TimerInput),
    (PEER, PeerState, PeerInput),
    (REFERRAL, ReferralState, ReferralInput),
    (SUBSCRIPTION, SubscriptionState, SubscriptionInput),
    (UPDATE, UpdateState, UPDATE_INPUTS),
    (ASKED, AskedState, AskedInput),
    (RELIABLE, ReliableState, [each for each in ReliableInput if each is not ReliableInput.SEND]),
]


@pytest.mark.parametrize(("table", "states", "inputs"), CASES, ids=lambda case: getattr(case, "name", ""))
def test_no_peer_event_meets_a_hole(
    table: Table[Any, Any, Any], states: Iterable[Enum], inputs: Iterable[Enum]
) -> None:
    assert table.holes(list(states), list(inputs)) == []


@pytest.mark.parametrize(("table", "states", "inputs"), CASES, ids=lambda case: getattr(case, "name", ""))
def test_every_state_is_reached_and_every_state_leads_out(
    table: Table[Any, Any, Any], states: Iterable[Enum], inputs: Iterable[Enum]
) -> None:
    reached = {table.initial} | {state for state, _ in table.rows.values()}
    assert reached == set(states)
    final = {state for state in states if state.name in ("TERMINATED", "ENDED", "OVER")}
    leaving = {state for (state, _), (after, _) in table.rows.items() if after is not state}
    assert leaving == set(states) - final


@pytest.mark.parametrize("table", [CALLEE, CALLER], ids=["callee", "caller"])
def test_a_session_can_be_ended_in_any_state(table: Table[Any, Any, Any]) -> None:
    states = CALLEE_STATES if table is CALLEE else CALLER_STATES
    assert table.holes(states, [SessionInput.END]) == []
