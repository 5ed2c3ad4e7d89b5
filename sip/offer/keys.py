"""By which means keys go between us and a peer: telephone events (RFC 4733), tones in the sound, or INFO.

Keys that come by INFO count always, whatever is set.
"""

from __future__ import annotations

from enum import StrEnum


class Dtmf(StrEnum):
    """What a profile or trunk wants."""

    AUTO = "auto"
    """Events with whoever takes them, tones with all others."""
    RFC4733 = "rfc4733"
    """As auto, but nobody listens for keys in the sound."""
    INBAND = "inband"
    """Tones: events are neither offered nor taken."""
    INFO = "info"
    """INFO. No events are agreed to: whoever took both would count each key of the other party twice."""

    @property
    def takes_events(self) -> bool:
        """Whether events are offered, and taken where they are."""
        return self in (Dtmf.AUTO, Dtmf.RFC4733)

    @property
    def hears_tones(self) -> bool:
        """Whether keys are looked for in the sound of who sends no events."""
        return self is not Dtmf.RFC4733
