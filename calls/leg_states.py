"""The life of a leg as a table; the same for legs that called us and legs that we called."""

from __future__ import annotations

from enum import auto

from base.machine import Letter, Table


class LegState(Letter):
    """Where a leg stands."""

    INVITED = auto()
    RINGING = auto()
    EARLY = auto()
    """Media run before the answer (RFC 3960): announcements of a carrier, prompts of ours."""
    UP = auto()
    HELD = auto()
    ENDED = auto()


class LegInput(Letter):
    """What can happen to it."""

    RANG = auto()
    PROGRESSED = auto()
    ANSWERED = auto()
    HELD = auto()
    RESUMED = auto()
    ENDED = auto()


class LegEffect(Letter):
    """What then has to be done."""

    TELL_RANG = auto()
    START_MEDIA = auto()
    TELL_PROGRESSED = auto()
    TELL_ANSWERED = auto()
    TELL_HELD = auto()
    TELL_RESUMED = auto()
    CLOSE_MEDIA = auto()
    TELL_ENDED = auto()


S, On, Do = LegState, LegInput, LegEffect

_END = (S.ENDED, (Do.CLOSE_MEDIA, Do.TELL_ENDED))

LEG: Table[LegState, LegInput, LegEffect] = Table(
    "leg",
    S.INVITED,
    {
        (S.INVITED, On.RANG): (S.RINGING, (Do.TELL_RANG,)),
        (S.INVITED, On.PROGRESSED): (S.EARLY, (Do.START_MEDIA, Do.TELL_PROGRESSED)),
        (S.INVITED, On.ANSWERED): (S.UP, (Do.START_MEDIA, Do.TELL_ANSWERED)),
        (S.INVITED, On.ENDED): _END,
        (S.RINGING, On.PROGRESSED): (S.EARLY, (Do.START_MEDIA, Do.TELL_PROGRESSED)),
        (S.RINGING, On.ANSWERED): (S.UP, (Do.START_MEDIA, Do.TELL_ANSWERED)),
        (S.RINGING, On.ENDED): _END,
        # Another description: a fork that speaks too, or one that changed its mind. The last is heard.
        (S.EARLY, On.PROGRESSED): (S.EARLY, (Do.START_MEDIA,)),
        (S.EARLY, On.ANSWERED): (S.UP, (Do.START_MEDIA, Do.TELL_ANSWERED)),
        (S.EARLY, On.ENDED): _END,
        (S.UP, On.HELD): (S.HELD, (Do.TELL_HELD,)),
        (S.UP, On.ENDED): _END,
        (S.HELD, On.RESUMED): (S.UP, (Do.TELL_RESUMED,)),
        (S.HELD, On.ENDED): _END,
    },
    absorbed={
        # Repeated or late provisional answers, and re-offers that leave the direction as it is.
        (S.RINGING, On.RANG),
        (S.EARLY, On.RANG),
        (S.UP, On.RANG),
        (S.UP, On.PROGRESSED),
        (S.HELD, On.PROGRESSED),
        (S.HELD, On.RANG),
        (S.UP, On.RESUMED),
        (S.HELD, On.HELD),
        # A second answer is ended by sip/ (fork) and never becomes this leg's.
        (S.UP, On.ANSWERED),
        (S.HELD, On.ANSWERED),
        # UPDATE in an early dialog may change the direction; it counts once the leg is answered.
        (S.INVITED, On.HELD),
        (S.INVITED, On.RESUMED),
        (S.RINGING, On.HELD),
        (S.RINGING, On.RESUMED),
        (S.EARLY, On.HELD),
        (S.EARLY, On.RESUMED),
        # Whatever the peer still says after the end.
        *((S.ENDED, each) for each in On),
    },
)
