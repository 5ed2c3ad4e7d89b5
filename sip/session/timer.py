"""Session timers (RFC 4028): who refreshes a session, when, and that one which nobody refreshes is ended.

What the headers say is in expires; how a refresh is sent (UPDATE, or a re-INVITE whose description calls/
repeats) is the session's matter. A refresh never changes media.
"""

from __future__ import annotations

from enum import Enum, auto
from math import inf
from typing import TYPE_CHECKING

from base.machine import Machine, Table
from sip.errors import ParseError
from sip.events import SessionRefreshDue
from sip.reason import TIMER_EXPIRED
from sip.session.expires import (
    Agreement,
    agreed_as_asker,
    agreed_as_server,
    asking,
    minimum_of,
    too_small,
)
from sip.session.glare import pause
from sip.session.table import SessionState

if TYPE_CHECKING:
    from sip.message import Extra, Request, Response
    from sip.session.expires import TimerPolicy
    from sip.session.session import Session
    from sip.verdicts import Refuse

_RETRY = 10.0
"""Seconds until a refresh that could not be sent, or was refused, is tried again."""
_NO_UPDATE = frozenset((405, 420, 501))
_MARGIN = 32.0
"""A session is ended this long, or a third of its interval, before it expires (s.10)."""
_MOST_LESSONS = 3
"""422 answers that one session learns from: a proxy's, another's, the phone's."""
_LONGEST_MINIMUM = 86400
"""A peer that wants a longer interval than a day is not called again for it."""


class TimerState(Enum):
    """Who refreshes."""

    OFF = auto()
    OURS = auto()
    THEIRS = auto()
    ALONE = auto()
    """We do, for a peer that knows nothing of it: to find out whether it is still there."""
    OVER = auto()


class TimerInput(Enum):
    """What happens to a timer."""

    AGREE_OURS = auto()
    AGREE_THEIRS = auto()
    AGREE_ALONE = auto()
    DUE = auto()
    EXPIRED = auto()
    CLOSE = auto()


class TimerEffect(Enum):
    """What then has to be done."""

    SCHEDULE = auto()
    WATCH = auto()
    REFRESH = auto()
    HANG_UP = auto()
    STOP = auto()


_AGREEING = (SessionState.ANSWERED, SessionState.CONFIRMED)

S, On, Do = TimerState, TimerInput, TimerEffect
_RUNNING = (S.OURS, S.THEIRS, S.ALONE)

SESSION_TIMER: Table[TimerState, TimerInput, TimerEffect] = Table(
    "session timer",
    S.OFF,
    {
        **{(state, On.AGREE_OURS): (S.OURS, (Do.SCHEDULE,)) for state in (S.OFF, *_RUNNING)},
        **{(state, On.AGREE_THEIRS): (S.THEIRS, (Do.WATCH,)) for state in (S.OFF, *_RUNNING)},
        **{(state, On.AGREE_ALONE): (S.ALONE, (Do.SCHEDULE,)) for state in (S.OFF, *_RUNNING)},
        (S.OURS, On.DUE): (S.OURS, (Do.REFRESH,)),
        (S.ALONE, On.DUE): (S.ALONE, (Do.REFRESH,)),
        (S.OURS, On.EXPIRED): (S.OVER, (Do.STOP, Do.HANG_UP)),
        (S.THEIRS, On.EXPIRED): (S.OVER, (Do.STOP, Do.HANG_UP)),
        **{(state, On.CLOSE): (S.OVER, (Do.STOP,)) for state in (S.OFF, *_RUNNING)},
    },
    absorbed={
        (S.OFF, On.DUE),
        (S.OFF, On.EXPIRED),
        (S.THEIRS, On.DUE),
        # A peer that knows no timer is ended by its silence to a refresh, never by the clock alone.
        (S.ALONE, On.EXPIRED),
        *((S.OVER, each) for each in On),
    },
)


class SessionTimer:
    """The timer of one session."""

    __slots__ = (
        "agreement",
        "deadline",
        "is_update_refused",
        "lessons",
        "machine",
        "minimum",
        "policy",
        "session",
    )

    def __init__(self, session: Session, policy: TimerPolicy) -> None:
        """Begin with nothing agreed."""
        self.session: Session | None = session
        self.policy = policy
        self.machine = Machine(SESSION_TIMER)
        self.minimum = 0
        """The largest Min-SE that a 422 taught us (s.7.4)."""
        self.lessons = 0
        self.is_update_refused = False
        self.agreement: Agreement | None = None
        self.deadline = inf

    # As the one who is asked.

    def objection(self, request: Request) -> Refuse | None:
        """422 for an interval that is too short for us (s.9)."""
        return too_small(request, self.policy)

    def answering(self, request: Request, *, now: float) -> Extra:
        """What our 2xx to an INVITE or UPDATE says; from now on it holds."""
        agreement = agreed_as_server(request, self.policy, is_ours=self._is_ours)
        self._take(agreement, now)
        return agreement.response_headers

    # As the one who asks.

    def asking(self) -> Extra:
        """What our INVITE, re-INVITE or UPDATE says."""
        return asking(self.policy, self.minimum, self.agreement, is_ours=self._is_ours)

    def answered(self, response: Response, *, now: float) -> None:
        """Our INVITE, re-INVITE or UPDATE was answered with 2xx."""
        self._take(agreed_as_asker(response, self.policy, self.minimum, self.agreement), now)

    def learn(self, response: Response | None) -> bool:
        """Take the Min-SE of a 422; False when asking again would be of no use (s.7.3)."""
        try:
            minimum = minimum_of(response) if response is not None else 0
        except ParseError:
            return False
        asked = self.agreement.seconds if self.agreement is not None else self.policy.expires
        if self.lessons == _MOST_LESSONS or not max(self.minimum, asked) < minimum <= _LONGEST_MINIMUM:
            return False
        self.lessons += 1
        self.minimum = minimum
        return True

    def refused(self, status: int, *, now: float) -> None:
        """A refresh of ours, or another re-INVITE or UPDATE, was refused; 408 and 481 end the session anyway."""
        session = self.session
        if session is None or self.machine.state not in (S.OURS, S.ALONE):
            return
        if status in _NO_UPDATE and session.allows_update and not self.is_update_refused:
            # It names UPDATE in Allow and does not take it: refreshed by re-INVITE from now on.
            self.is_update_refused = True
            self._set(now)
        elif status == 491:
            wait = pause(session.context.ids, owner=session.direction == "out")
            self._set(min(now + wait, self.deadline))
        elif self.machine.state is S.ALONE and self.agreement is not None:
            self._take(self.agreement, now)  # it refuses, therefore it lives

    # Time.

    def on_timer(self, letter: str, *, now: float) -> None:
        """Refresh, or end what nobody refreshed."""
        for effect in self.machine.fire(On.EXPIRED if now >= self.deadline else On.DUE):
            self._carry_out(effect, now)

    def close(self) -> None:
        """The session is over."""
        for effect in self.machine.fire(On.CLOSE):
            self._carry_out(effect, 0.0)
        # The heap may hold this for a while; the session it must not hold.
        self.session = None

    @property
    def _is_ours(self) -> bool | None:
        state = self.machine.state
        return None if state is S.OFF else state is not S.THEIRS

    def _take(self, agreement: Agreement, now: float) -> None:
        if self.session is None or self.session.state not in _AGREEING:
            return  # an UPDATE in an early dialog: the answer to the INVITE decides
        self.agreement = agreement
        known = On.AGREE_OURS if agreement.is_ours else On.AGREE_THEIRS
        for effect in self.machine.fire(known if agreement.is_known else On.AGREE_ALONE):
            self._carry_out(effect, now)

    def _carry_out(self, effect: TimerEffect, now: float) -> None:
        session, agreement = self.session, self.agreement
        if session is None:
            return
        if effect is Do.STOP:
            session.context.timers.cancel((self, "SESSION"))
        elif effect is Do.REFRESH:
            self._refresh(session, now)
        elif effect is Do.HANG_UP:
            session.expire(TIMER_EXPIRED, now=now)
        elif agreement is not None:
            seconds = agreement.seconds
            is_alone = self.machine.state is S.ALONE
            self.deadline = inf if is_alone else now + seconds - min(_MARGIN, seconds / 3)
            self._set(self.deadline if effect is Do.WATCH else now + seconds / 2)

    def _refresh(self, session: Session, now: float) -> None:
        self._set(min(now + _RETRY, self.deadline))
        if session.state is not SessionState.CONFIRMED:
            return
        if session.allows_update and not self.is_update_refused:
            session.update(now=now)
        else:
            session.context.events.append(SessionRefreshDue(session))

    def _set(self, at: float) -> None:
        if self.session is not None:
            self.session.context.timers.set((self, "SESSION"), at)
