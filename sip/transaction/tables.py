"""The four transaction state machines as tables (RFC 3261 s.17, Accepted and timers L and M from RFC 6026).

The letters are the RFC's timers. What a peer or a late timer can do in vain stands in the absorbed sets.
"""

from __future__ import annotations

from enum import auto

from base.machine import Letter, Table


class State(Letter):
    """States of all four machines; none uses them all."""

    CALLING = auto()
    TRYING = auto()
    PROCEEDING = auto()
    COMPLETED = auto()
    CONFIRMED = auto()
    ACCEPTED = auto()
    TERMINATED = auto()


class ClientInput(Letter):
    """What happens to a client transaction."""

    PROVISIONAL = auto()
    SUCCESS = auto()
    FAILURE = auto()
    TIMER_A = auto()
    TIMER_B = auto()
    TIMER_D = auto()
    TIMER_E = auto()
    TIMER_F = auto()
    TIMER_K = auto()
    TIMER_M = auto()
    TRANSPORT_ERROR = auto()


class ClientEffect(Letter):
    """What a client transaction must then do."""

    RETRANSMIT = auto()
    RESTART_A = auto()
    RESTART_E = auto()
    SLOW_E = auto()
    STOP_A_B = auto()
    STOP_E_F = auto()
    START_D = auto()
    START_K = auto()
    START_M = auto()
    SEND_ACK = auto()
    TELL_RESPONSE = auto()
    TELL_TIMEOUT = auto()
    TELL_TRANSPORT_ERROR = auto()
    DESTROY = auto()


class ServerInput(Letter):
    """What happens to a server transaction."""

    REQUEST = auto()
    ACK = auto()
    SEND_1XX = auto()
    SEND_2XX = auto()
    SEND_FAILURE = auto()
    TIMER_TRYING = auto()
    TIMER_G = auto()
    TIMER_H = auto()
    TIMER_I = auto()
    TIMER_J = auto()
    TIMER_L = auto()
    TRANSPORT_ERROR = auto()


class ServerEffect(Letter):
    """What a server transaction must then do."""

    TRANSMIT = auto()
    RETRANSMIT = auto()
    SEND_TRYING = auto()
    STOP_TRYING = auto()
    START_G_H = auto()
    RESTART_G = auto()
    STOP_G_H = auto()
    START_I = auto()
    START_J = auto()
    START_L = auto()
    TELL_ACK = auto()
    DESTROY = auto()


S, C, R = State, ClientInput, ServerInput
Do, Then = ClientEffect, ServerEffect

INVITE_CLIENT = Table(
    "INVITE client",
    S.CALLING,
    {
        # s.17.1.1.2
        (S.CALLING, C.TIMER_A): (S.CALLING, (Do.RETRANSMIT, Do.RESTART_A)),
        (S.CALLING, C.TIMER_B): (S.TERMINATED, (Do.DESTROY, Do.TELL_TIMEOUT)),
        (S.CALLING, C.TRANSPORT_ERROR): (S.TERMINATED, (Do.DESTROY, Do.TELL_TRANSPORT_ERROR)),
        (S.CALLING, C.PROVISIONAL): (S.PROCEEDING, (Do.STOP_A_B, Do.TELL_RESPONSE)),
        (S.CALLING, C.SUCCESS): (S.ACCEPTED, (Do.STOP_A_B, Do.START_M, Do.TELL_RESPONSE)),
        (S.CALLING, C.FAILURE): (S.COMPLETED, (Do.STOP_A_B, Do.SEND_ACK, Do.START_D, Do.TELL_RESPONSE)),
        (S.PROCEEDING, C.PROVISIONAL): (S.PROCEEDING, (Do.TELL_RESPONSE,)),
        (S.PROCEEDING, C.SUCCESS): (S.ACCEPTED, (Do.START_M, Do.TELL_RESPONSE)),
        (S.PROCEEDING, C.FAILURE): (S.COMPLETED, (Do.SEND_ACK, Do.START_D, Do.TELL_RESPONSE)),
        (S.PROCEEDING, C.TRANSPORT_ERROR): (S.TERMINATED, (Do.DESTROY, Do.TELL_TRANSPORT_ERROR)),
        (S.COMPLETED, C.FAILURE): (S.COMPLETED, (Do.SEND_ACK,)),
        (S.COMPLETED, C.TIMER_D): (S.TERMINATED, (Do.DESTROY,)),
        (S.COMPLETED, C.TRANSPORT_ERROR): (S.TERMINATED, (Do.DESTROY,)),
        # RFC 6026 s.7.2: 2xx, also of forks, keep coming for 64*T1
        (S.ACCEPTED, C.SUCCESS): (S.ACCEPTED, (Do.TELL_RESPONSE,)),
        (S.ACCEPTED, C.TIMER_M): (S.TERMINATED, (Do.DESTROY,)),
    },
    absorbed={
        (S.PROCEEDING, C.TIMER_A),
        (S.PROCEEDING, C.TIMER_B),
        (S.COMPLETED, C.PROVISIONAL),
        (S.COMPLETED, C.SUCCESS),
        (S.COMPLETED, C.TIMER_A),
        (S.COMPLETED, C.TIMER_B),
        (S.ACCEPTED, C.PROVISIONAL),
        (S.ACCEPTED, C.FAILURE),
        (S.ACCEPTED, C.TIMER_A),
        (S.ACCEPTED, C.TIMER_B),
        (S.ACCEPTED, C.TRANSPORT_ERROR),
        *((S.TERMINATED, each) for each in C),
    },
)

NON_INVITE_CLIENT = Table(
    "non-INVITE client",
    S.TRYING,
    {
        # s.17.1.2.2
        (S.TRYING, C.TIMER_E): (S.TRYING, (Do.RETRANSMIT, Do.RESTART_E)),
        (S.TRYING, C.TIMER_F): (S.TERMINATED, (Do.DESTROY, Do.TELL_TIMEOUT)),
        (S.TRYING, C.TRANSPORT_ERROR): (S.TERMINATED, (Do.DESTROY, Do.TELL_TRANSPORT_ERROR)),
        (S.TRYING, C.PROVISIONAL): (S.PROCEEDING, (Do.TELL_RESPONSE,)),
        (S.TRYING, C.SUCCESS): (S.COMPLETED, (Do.STOP_E_F, Do.START_K, Do.TELL_RESPONSE)),
        (S.TRYING, C.FAILURE): (S.COMPLETED, (Do.STOP_E_F, Do.START_K, Do.TELL_RESPONSE)),
        (S.PROCEEDING, C.PROVISIONAL): (S.PROCEEDING, (Do.TELL_RESPONSE,)),
        (S.PROCEEDING, C.TIMER_E): (S.PROCEEDING, (Do.RETRANSMIT, Do.SLOW_E)),
        (S.PROCEEDING, C.TIMER_F): (S.TERMINATED, (Do.DESTROY, Do.TELL_TIMEOUT)),
        (S.PROCEEDING, C.TRANSPORT_ERROR): (S.TERMINATED, (Do.DESTROY, Do.TELL_TRANSPORT_ERROR)),
        (S.PROCEEDING, C.SUCCESS): (S.COMPLETED, (Do.STOP_E_F, Do.START_K, Do.TELL_RESPONSE)),
        (S.PROCEEDING, C.FAILURE): (S.COMPLETED, (Do.STOP_E_F, Do.START_K, Do.TELL_RESPONSE)),
        (S.COMPLETED, C.TIMER_K): (S.TERMINATED, (Do.DESTROY,)),
    },
    absorbed={
        (S.COMPLETED, C.PROVISIONAL),
        (S.COMPLETED, C.SUCCESS),
        (S.COMPLETED, C.FAILURE),
        (S.COMPLETED, C.TIMER_E),
        (S.COMPLETED, C.TIMER_F),
        (S.COMPLETED, C.TRANSPORT_ERROR),
        *((S.TERMINATED, each) for each in C),
    },
)

INVITE_SERVER = Table(
    "INVITE server",
    S.PROCEEDING,
    {
        # s.17.2.1; the timer of 200 ms that sends 100 has no letter in the RFC
        (S.PROCEEDING, R.REQUEST): (S.PROCEEDING, (Then.RETRANSMIT,)),
        (S.PROCEEDING, R.TIMER_TRYING): (S.PROCEEDING, (Then.SEND_TRYING,)),
        (S.PROCEEDING, R.SEND_1XX): (S.PROCEEDING, (Then.STOP_TRYING, Then.TRANSMIT)),
        (S.PROCEEDING, R.SEND_2XX): (S.ACCEPTED, (Then.STOP_TRYING, Then.TRANSMIT, Then.START_L)),
        (S.PROCEEDING, R.SEND_FAILURE): (S.COMPLETED, (Then.STOP_TRYING, Then.TRANSMIT, Then.START_G_H)),
        (S.COMPLETED, R.REQUEST): (S.COMPLETED, (Then.RETRANSMIT,)),
        (S.COMPLETED, R.TIMER_G): (S.COMPLETED, (Then.RETRANSMIT, Then.RESTART_G)),
        (S.COMPLETED, R.ACK): (S.CONFIRMED, (Then.STOP_G_H, Then.START_I)),
        (S.COMPLETED, R.TIMER_H): (S.TERMINATED, (Then.STOP_G_H, Then.DESTROY)),
        (S.COMPLETED, R.TRANSPORT_ERROR): (S.TERMINATED, (Then.STOP_G_H, Then.DESTROY)),
        (S.CONFIRMED, R.TIMER_I): (S.TERMINATED, (Then.DESTROY,)),
        # RFC 6026 s.7.1, but a retransmitted INVITE is answered again: its sender has not seen our 2xx
        (S.ACCEPTED, R.REQUEST): (S.ACCEPTED, (Then.RETRANSMIT,)),
        (S.ACCEPTED, R.ACK): (S.ACCEPTED, (Then.TELL_ACK,)),
        (S.ACCEPTED, R.SEND_2XX): (S.ACCEPTED, (Then.TRANSMIT,)),
        (S.ACCEPTED, R.TIMER_L): (S.TERMINATED, (Then.DESTROY,)),
    },
    absorbed={
        (S.PROCEEDING, R.ACK),
        (S.PROCEEDING, R.TRANSPORT_ERROR),
        (S.COMPLETED, R.TIMER_TRYING),
        (S.CONFIRMED, R.REQUEST),
        (S.CONFIRMED, R.ACK),
        (S.CONFIRMED, R.TIMER_G),
        (S.CONFIRMED, R.TIMER_H),
        (S.CONFIRMED, R.TRANSPORT_ERROR),
        (S.ACCEPTED, R.TIMER_TRYING),
        (S.ACCEPTED, R.TRANSPORT_ERROR),
        *((S.TERMINATED, each) for each in R),
    },
)

NON_INVITE_SERVER = Table(
    "non-INVITE server",
    S.TRYING,
    {
        # s.17.2.2
        (S.TRYING, R.SEND_1XX): (S.PROCEEDING, (Then.TRANSMIT,)),
        (S.TRYING, R.SEND_2XX): (S.COMPLETED, (Then.TRANSMIT, Then.START_J)),
        (S.TRYING, R.SEND_FAILURE): (S.COMPLETED, (Then.TRANSMIT, Then.START_J)),
        (S.PROCEEDING, R.REQUEST): (S.PROCEEDING, (Then.RETRANSMIT,)),
        (S.PROCEEDING, R.SEND_1XX): (S.PROCEEDING, (Then.TRANSMIT,)),
        (S.PROCEEDING, R.SEND_2XX): (S.COMPLETED, (Then.TRANSMIT, Then.START_J)),
        (S.PROCEEDING, R.SEND_FAILURE): (S.COMPLETED, (Then.TRANSMIT, Then.START_J)),
        (S.PROCEEDING, R.TRANSPORT_ERROR): (S.TERMINATED, (Then.DESTROY,)),
        (S.COMPLETED, R.REQUEST): (S.COMPLETED, (Then.RETRANSMIT,)),
        (S.COMPLETED, R.TIMER_J): (S.TERMINATED, (Then.DESTROY,)),
        (S.COMPLETED, R.TRANSPORT_ERROR): (S.TERMINATED, (Then.DESTROY,)),
    },
    absorbed={
        (S.TRYING, R.REQUEST),
        (S.TRYING, R.TRANSPORT_ERROR),
        *((S.TERMINATED, each) for each in R),
    },
)
