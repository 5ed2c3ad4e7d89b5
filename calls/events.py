"""What happens to the legs of a contact, in words that know neither SIP nor RTP."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calls.leg import Leg
    from sip.events import TransferRequested
    from sip.reason import Reason


class Record(Protocol):
    """The port to the ledger: one event of one contact, in the order of calling."""

    def __call__(self, contact: str, leg: str | None, kind: str, data: Mapping[str, object]) -> None:
        """Write one event; `data` holds JSON values and never a secret."""


@dataclass(frozen=True, slots=True)
class LegRang:
    """The far end rings."""

    leg: Leg


@dataclass(frozen=True, slots=True)
class LegProgressed:
    """Media run although the call is not answered: a party called by us speaks, or the caller hears us."""

    leg: Leg


@dataclass(frozen=True, slots=True)
class LegAnswered:
    """The far end answered; media runs."""

    leg: Leg


@dataclass(frozen=True, slots=True)
class PickedUp:
    """Somebody wants to answer for a party that rings."""

    leg: Leg
    by: Leg


@dataclass(frozen=True, slots=True)
class LegConfirmed:
    """The caller acknowledged our answer; nothing of the set-up is open any more."""

    leg: Leg


@dataclass(frozen=True, slots=True)
class LegHeld:
    """The far end put us on hold."""

    leg: Leg


@dataclass(frozen=True, slots=True)
class LegResumed:
    """The far end took us back."""

    leg: Leg


@dataclass(frozen=True, slots=True)
class LegEnded:
    """The leg is over. `by` is local, remote, timeout or error; `status` is SIP, `cause` Q.850."""

    leg: Leg
    by: str
    status: int
    cause: int
    reason: str
    reasons: tuple[Reason, ...] = ()
    """What the far end's Reason headers said, to be passed on to the other party (RFC 3326)."""
    targets: tuple[str, ...] = ()
    """Where the far end says that it is instead (3xx), the best first."""


@dataclass(frozen=True, slots=True)
class DigitPressed:
    """A key at the far end, once for each press."""

    leg: Leg
    digit: str = field(repr=False)
    """Hidden from printing: it may belong to a card number."""


@dataclass(frozen=True, slots=True)
class PlaybackFinished:
    """A playback came to its end (`completed`) or was cut short."""

    leg: Leg
    playback: int
    completed: bool


@dataclass(frozen=True, slots=True)
class SpeechPaused:
    """The party has been silent for as long as was asked to be told of."""

    leg: Leg


@dataclass(frozen=True, slots=True)
class AnswerGuessed:
    """Who seems to have answered, where that was asked: a person, or a machine."""

    leg: Leg
    is_machine: bool


@dataclass(frozen=True, slots=True)
class MessageRecorded:
    """A spoken message is over: `recording` is its name on disk, None where there is none."""

    leg: Leg
    message: int
    seconds: float
    recording: str | None


@dataclass(frozen=True, slots=True)
class RtpLost:
    """Nothing was heard from the far end for `silence` seconds although it should send."""

    leg: Leg
    silence: float


@dataclass(frozen=True, slots=True)
class TransferAsked:
    """A party wants the other one to be joined with somebody else (REFER)."""

    leg: Leg
    request: TransferRequested
    second: Leg | None = None
    """The party's other call with us, whose far end is meant (attended transfer)."""


@dataclass(frozen=True, slots=True)
class LegReferred:
    """How far it has come that a party calls somebody else itself, as we asked it to."""

    leg: Leg
    status: int
    is_over: bool


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Whoever lent the party to what serves it now wants it back at once."""


@dataclass(frozen=True, slots=True)
class LentBack:
    """A party that was lent to menus has come out of them."""

    answer: str
    """The last answer of the client company's system, empty without one."""
