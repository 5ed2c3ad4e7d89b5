"""What a menu session asks of the leg, the back end and the ledger. Digits are in none of them but inside a Secret."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from base.secret import Secret
    from calls.destination import Destination

JsonScalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Play:
    """Play prompts one after the other, replacing what plays.

    A segment is a prompt id of `language`, or `pl:id` for one in another language.
    """

    playback: int
    segments: tuple[str, ...]
    language: str
    loop: bool = False


@dataclass(frozen=True, slots=True)
class StopPlayback:
    """Fall silent at once."""


@dataclass(frozen=True, slots=True)
class AskBackEnd:
    """Ask the client company's system; the session gives up by itself after `timeout` seconds."""

    request: int
    action: str
    fields: Mapping[str, Secret | str]
    timeout: float


@dataclass(frozen=True, slots=True)
class Record:
    """An event for the ledger; keys pressed appear as counts only."""

    type: str
    data: Mapping[str, JsonScalar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BeginSecure:
    """Card data follows: mask recordings, stop listeners, keep digits out of every log."""


@dataclass(frozen=True, slots=True)
class EndSecure:
    """Card data is over."""


@dataclass(frozen=True, slots=True)
class SetLanguage:
    """The caller's language from here on, in queues too."""

    language: str


@dataclass(frozen=True, slots=True)
class SetAttribute:
    """Something is known of the contact from here on, in later menus and queues too. Never a secret."""

    name: str
    value: str = field(repr=False)
    """May be personal: it stands in no log and no event."""


@dataclass(frozen=True, slots=True)
class Require:
    """What the contact asks of agents from here on, in whatever queue."""

    skills: Mapping[str, int]
    priority: int | None = None
    """None leaves it as it is."""


@dataclass(frozen=True, slots=True)
class Identified:
    """The caller has proven who they are."""


@dataclass(frozen=True, slots=True)
class SwitchRecording:
    """Whether the call is recorded from here on, where the client company records at all."""

    on: bool


@dataclass(frozen=True, slots=True)
class RecordMessage:
    """Record what the caller says, and nothing else, until told to stop; the session keeps the time."""

    message: int
    mailbox: str
    silence: float
    """Seconds of silence after which SpeechPaused is told, once somebody has spoken or nobody does."""


@dataclass(frozen=True, slots=True)
class StopMessage:
    """The message is over."""

    message: int


@dataclass(frozen=True, slots=True)
class Leave:
    """The menus are done with the caller, who goes there now."""

    destination: Destination


Command = (
    Play
    | StopPlayback
    | AskBackEnd
    | Record
    | BeginSecure
    | EndSecure
    | SetLanguage
    | SetAttribute
    | Require
    | Identified
    | SwitchRecording
    | RecordMessage
    | StopMessage
    | Leave
)
