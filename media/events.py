"""What the media plane tells: facts about ports, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class DigitPressed:
    """A key was pressed: told once, at the first packet of its event (RFC 4733) or once its tones are certain."""

    port: int
    digit: str
    duration: float
    """How many seconds of it were over by then."""
    means: str = "event"
    """Told by an `event`, or heard as a `tone`."""

    def __repr__(self) -> str:
        # Digits may be a card number or a PIN: no log or traceback shows them.
        return f"DigitPressed(port={self.port}, digit='?')"


@dataclass(frozen=True, slots=True)
class HookFlash:
    """The hook was pressed for a moment (RFC 4733, event 16)."""

    port: int


@dataclass(frozen=True, slots=True)
class PlaybackFinished:
    """A playback's last packet was sent, or (`completed` False) it was stopped or replaced."""

    port: int
    playback: int
    completed: bool


@dataclass(frozen=True, slots=True)
class RtpTimeout:
    """Nothing was heard for the plane's `rtp_timeout`; told once for each silence."""

    port: int
    silence: float


@dataclass(frozen=True, slots=True)
class RtpStarted:
    """The first packet of the connected peer was accepted."""

    port: int


@dataclass(frozen=True, slots=True)
class MediaSecured:
    """Both ends have agreed on keys: sound flows from now on."""

    port: int
    suite: str
    """By its name in RFC 4568."""


@dataclass(frozen=True, slots=True)
class MediaFailed:
    """No keys could be agreed on, or the peer is gone: this stream will stay silent."""

    port: int
    reason: str
    """One of FAILURES."""


FAILURES = (
    "the far end's certificate is not the one it announced",
    "no SRTP protection profile that both know",
    "the DTLS handshake did not end in time",
    "the DTLS handshake broke again and again",
    "no ICE check has come for 30 s",
)
"""Why a stream is not secured."""


@dataclass(frozen=True, slots=True)
class RecordingFinished:
    """A recording is whole and on disk."""

    port: int
    recording: int
    seconds: float
    size: int
    """Bytes of the file."""
    masked: tuple[tuple[float, float], ...]
    """From when to when it was masked, in seconds of the recording."""
    dropped: int
    """Packets the recorder was too late for: their sound is missing."""


@dataclass(frozen=True, slots=True)
class RecordingFailed:
    """A recording ended before its time; what is in the file can be played. The call goes on."""

    port: int
    recording: int
    seconds: float
    size: int
    masked: tuple[tuple[float, float], ...]
    dropped: int
    reason: str


@dataclass(frozen=True, slots=True)
class RecordingOverrun:
    """The recorder cannot keep up and leaves sound out; told once for each recording."""

    port: int
    recording: int


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """Somebody began to speak."""

    port: int


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    """They have been silent for the hangover that was asked for, after so many seconds of speech."""

    port: int
    seconds: float


@dataclass(frozen=True, slots=True)
class DeadAir:
    """Neither side has said anything for so many seconds; told once for each silence."""

    port: int
    silence: float


@dataclass(frozen=True, slots=True)
class OneWayAudio:
    """Our side talks and nothing comes back: no packets, or sound from a microphone that was never on."""

    port: int
    silence: float


class Answerer(Enum):
    """Who answered a call."""

    PERSON = 0
    MACHINE = 1
    UNSURE = 2


class GuessReason(Enum):
    """What a guess rests on."""

    SHORT_GREETING = 0
    LONG_GREETING = 1
    MANY_WORDS = 2
    BEEP = 3
    NO_GREETING = 4
    UNDECIDED = 5


@dataclass(frozen=True, slots=True)
class AnswerGuessed:
    """Who seems to have answered. A machine's beep may follow a guess: then a message can be left."""

    port: int
    answerer: Answerer
    reason: GuessReason


MediaEvent = (
    DigitPressed
    | HookFlash
    | PlaybackFinished
    | RtpTimeout
    | RtpStarted
    | MediaSecured
    | MediaFailed
    | RecordingFinished
    | RecordingFailed
    | RecordingOverrun
    | SpeechStarted
    | SpeechEnded
    | DeadAir
    | OneWayAudio
    | AnswerGuessed
)
