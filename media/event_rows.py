"""The extension's rows of events, (kind, port, number, value), as the facts they tell."""

from __future__ import annotations

from media import _plane
from media.events import (
    FAILURES,
    Answerer,
    AnswerGuessed,
    DeadAir,
    DigitPressed,
    GuessReason,
    HookFlash,
    MediaEvent,
    MediaFailed,
    MediaSecured,
    OneWayAudio,
    PlaybackFinished,
    RtpStarted,
    RtpTimeout,
    SpeechEnded,
    SpeechStarted,
)

MEANS = ("event", "tone")


def _digit(port: int, number: int, value: float) -> MediaEvent:
    return DigitPressed(port, chr(number & 0xFF), value, MEANS[number >> 8])


def _flashed(port: int, number: int, value: float) -> MediaEvent:
    return HookFlash(port)


def _finished(port: int, number: int, value: float) -> MediaEvent:
    return PlaybackFinished(port, number, value != 0.0)


def _timeout(port: int, number: int, value: float) -> MediaEvent:
    return RtpTimeout(port, value)


def _started(port: int, number: int, value: float) -> MediaEvent:
    return RtpStarted(port)


def _secured(port: int, number: int, value: float) -> MediaEvent:
    return MediaSecured(port, _plane.SUITES[number])


def _failed(port: int, number: int, value: float) -> MediaEvent:
    return MediaFailed(port, FAILURES[number])


def _speech_started(port: int, number: int, value: float) -> MediaEvent:
    return SpeechStarted(port)


def _speech_ended(port: int, number: int, value: float) -> MediaEvent:
    return SpeechEnded(port, value)


def _dead_air(port: int, number: int, value: float) -> MediaEvent:
    return DeadAir(port, value)


def _one_way(port: int, number: int, value: float) -> MediaEvent:
    return OneWayAudio(port, value)


def _guessed(port: int, number: int, value: float) -> MediaEvent:
    return AnswerGuessed(port, Answerer(number), GuessReason(int(value)))


BUILD = (
    _digit,
    _finished,
    _timeout,
    _started,
    _secured,
    _failed,
    _speech_started,
    _speech_ended,
    _dead_air,
    _one_way,
    _guessed,
    _flashed,
)
"""By kind; recordings have kinds of their own, beyond these."""
