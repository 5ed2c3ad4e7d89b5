"""The life of one REFER that we serve as a table (RFC 3515 s.2.4.4, RFC 6665 s.4.2): asked, followed, over."""

from __future__ import annotations

from enum import Enum, auto

from base.machine import Table


class ReferralState(Enum):
    """Where a referral stands."""

    ASKED = auto()
    FOLLOWED = auto()
    """Accepted, and its sender is told of each step."""
    UNFOLLOWED = auto()
    """Accepted, and its sender does not want to hear, or cannot."""
    ENDED = auto()


class ReferralInput(Enum):
    """What happens to it. SUBSCRIBE, UNSUBSCRIBE, LOST, EXPIRE and SESSION_OVER come from outside."""

    ACCEPT = auto()
    ACCEPT_SILENTLY = auto()
    REFUSE = auto()
    PROGRESS = auto()
    FINISH = auto()
    SUBSCRIBE = auto()
    UNSUBSCRIBE = auto()
    LOST = auto()
    EXPIRE = auto()
    SESSION_OVER = auto()


class ReferralEffect(Enum):
    """What must then be done."""

    SEND_ACCEPTED = auto()
    SEND_FAILURE = auto()
    NOTIFY = auto()
    NOTIFY_OUTCOME = auto()
    NOTIFY_END = auto()
    START_EXPIRY = auto()
    STOP_EXPIRY = auto()


S, On, Do = ReferralState, ReferralInput, ReferralEffect

REFERRAL = Table(
    "referral",
    S.ASKED,
    {
        (S.ASKED, On.ACCEPT): (S.FOLLOWED, (Do.SEND_ACCEPTED, Do.START_EXPIRY, Do.NOTIFY)),
        (S.ASKED, On.ACCEPT_SILENTLY): (S.UNFOLLOWED, (Do.SEND_ACCEPTED,)),
        (S.ASKED, On.REFUSE): (S.ENDED, (Do.SEND_FAILURE,)),
        (S.ASKED, On.SESSION_OVER): (S.ENDED, (Do.SEND_FAILURE,)),
        (S.FOLLOWED, On.PROGRESS): (S.FOLLOWED, (Do.NOTIFY,)),
        (S.FOLLOWED, On.FINISH): (S.ENDED, (Do.STOP_EXPIRY, Do.NOTIFY_OUTCOME)),
        (S.FOLLOWED, On.SUBSCRIBE): (S.FOLLOWED, (Do.START_EXPIRY, Do.NOTIFY)),
        (S.FOLLOWED, On.UNSUBSCRIBE): (S.UNFOLLOWED, (Do.STOP_EXPIRY, Do.NOTIFY_END)),
        (S.FOLLOWED, On.EXPIRE): (S.UNFOLLOWED, (Do.NOTIFY_END,)),
        (S.FOLLOWED, On.LOST): (S.UNFOLLOWED, (Do.STOP_EXPIRY,)),
        (S.UNFOLLOWED, On.FINISH): (S.ENDED, ()),
    },
    absorbed={
        *((S.ASKED, each) for each in (On.SUBSCRIBE, On.UNSUBSCRIBE, On.LOST, On.EXPIRE)),
        *((S.ASKED, each) for each in (On.PROGRESS, On.FINISH)),
        # The subscription is a usage of its own: it outlives the session (RFC 5057 s.3.1).
        (S.FOLLOWED, On.SESSION_OVER),
        (S.FOLLOWED, On.REFUSE),
        (S.FOLLOWED, On.ACCEPT),
        (S.FOLLOWED, On.ACCEPT_SILENTLY),
        *((S.UNFOLLOWED, each) for each in On if each is not On.FINISH),
        *((S.ENDED, each) for each in On),
    },
)
