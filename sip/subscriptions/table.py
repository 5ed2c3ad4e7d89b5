"""The life of a subscription as its notifier sees it (RFC 6665 s.4.2.2), as a table.

One NOTIFY is under way at a time; what changes meanwhile is told by the next one, and not sooner than a pause after it.
"""

from __future__ import annotations

from enum import Enum, auto

from base.machine import Table


class SubscriptionState(Enum):
    """Where a subscription stands."""

    QUIET = auto()
    """The subscriber knows everything."""
    NOTIFYING = auto()
    """A NOTIFY waits for its answer."""
    STALE = auto()
    """A NOTIFY waits for its answer, and something has changed since."""
    DUE = auto()
    """A NOTIFY waits for its answer, and another SUBSCRIBE has come, which is owed one of its own."""
    RESTING = auto()
    """The subscriber knows everything, but was told a moment ago."""
    HELD = auto()
    """Something has changed; it is told at the end of the pause."""
    LEAVING = auto()
    """It is over; the last NOTIFY waits for the answer of the one before."""
    LAST = auto()
    """The last NOTIFY waits for its answer."""
    ENDED = auto()


class SubscriptionInput(Enum):
    """What happens to a subscription."""

    SUBSCRIBE = auto()
    """The first SUBSCRIBE or one that refreshes."""
    CHANGED = auto()
    OVER = auto()
    """Unsubscribed, expired or withdrawn."""
    DELIVERED = auto()
    DEFERRED = auto()
    """The subscriber asks for the NOTIFY later."""
    FAILED = auto()
    PAUSE_OVER = auto()


class SubscriptionEffect(Enum):
    """What a subscription must then do."""

    NOTIFY = auto()
    NOTIFY_LAST = auto()
    START_PAUSE = auto()
    START_DELAY = auto()
    """A pause as long as the subscriber asked for."""
    STOP_PAUSE = auto()
    STOP_EXPIRY = auto()
    FORGET = auto()


S, On, Do = SubscriptionState, SubscriptionInput, SubscriptionEffect

_UNDER_WAY = (S.NOTIFYING, S.STALE, S.DUE)
_IDLE = (S.QUIET, S.RESTING, S.HELD)

SUBSCRIPTION = Table(
    "subscription",
    S.QUIET,
    {
        (S.QUIET, On.SUBSCRIBE): (S.NOTIFYING, (Do.NOTIFY,)),
        (S.QUIET, On.CHANGED): (S.NOTIFYING, (Do.NOTIFY,)),
        (S.QUIET, On.OVER): (S.LAST, (Do.STOP_EXPIRY, Do.NOTIFY_LAST)),
        (S.NOTIFYING, On.SUBSCRIBE): (S.DUE, ()),
        (S.NOTIFYING, On.CHANGED): (S.STALE, ()),
        (S.NOTIFYING, On.DELIVERED): (S.RESTING, (Do.START_PAUSE,)),
        (S.STALE, On.SUBSCRIBE): (S.DUE, ()),
        (S.STALE, On.DELIVERED): (S.HELD, (Do.START_PAUSE,)),
        (S.DUE, On.DELIVERED): (S.NOTIFYING, (Do.NOTIFY,)),
        **{(state, On.OVER): (S.LEAVING, (Do.STOP_EXPIRY,)) for state in _UNDER_WAY},
        **{(state, On.DEFERRED): (S.HELD, (Do.START_DELAY,)) for state in _UNDER_WAY},
        **{(state, On.FAILED): (S.ENDED, (Do.STOP_EXPIRY, Do.FORGET)) for state in _UNDER_WAY},
        (S.RESTING, On.SUBSCRIBE): (S.NOTIFYING, (Do.STOP_PAUSE, Do.NOTIFY)),
        (S.RESTING, On.CHANGED): (S.HELD, ()),
        (S.RESTING, On.PAUSE_OVER): (S.QUIET, ()),
        (S.RESTING, On.OVER): (S.LAST, (Do.STOP_PAUSE, Do.STOP_EXPIRY, Do.NOTIFY_LAST)),
        (S.HELD, On.SUBSCRIBE): (S.NOTIFYING, (Do.STOP_PAUSE, Do.NOTIFY)),
        (S.HELD, On.PAUSE_OVER): (S.NOTIFYING, (Do.NOTIFY,)),
        (S.HELD, On.OVER): (S.LAST, (Do.STOP_PAUSE, Do.STOP_EXPIRY, Do.NOTIFY_LAST)),
        (S.LEAVING, On.DELIVERED): (S.LAST, (Do.NOTIFY_LAST,)),
        (S.LEAVING, On.DEFERRED): (S.ENDED, (Do.FORGET,)),
        (S.LEAVING, On.FAILED): (S.ENDED, (Do.FORGET,)),
        **{(S.LAST, each): (S.ENDED, (Do.FORGET,)) for each in (On.DELIVERED, On.DEFERRED, On.FAILED)},
    },
    absorbed={
        (S.STALE, On.CHANGED),
        (S.DUE, On.SUBSCRIBE),
        (S.DUE, On.CHANGED),
        (S.HELD, On.CHANGED),
        # Without a NOTIFY under way there is nothing to be answered, and without a pause none to end.
        *((state, each) for state in _IDLE for each in (On.DELIVERED, On.DEFERRED, On.FAILED)),
        *((state, On.PAUSE_OVER) for state in S if state not in (S.RESTING, S.HELD)),
        # Over is over; a late SUBSCRIBE is answered with 481.
        *((state, each) for state in (S.LEAVING, S.LAST) for each in (On.SUBSCRIBE, On.CHANGED, On.OVER)),
        *((S.ENDED, each) for each in On),
    },
)
