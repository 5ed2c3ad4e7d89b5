"""A message that a simulated caller speaks: how long, the pause after it, and when it is whole on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.events import MessageEnded, SpeechPaused

if TYPE_CHECKING:
    from ivr.commands import RecordMessage
    from ivr.events import Event

SAVING = 0.1
"""Seconds."""
RECORDING = "message.wav"
"""The name of a recording that is nowhere."""


class Dictation:
    """One message after the other; nothing is recorded before `begin`."""

    __slots__ = ("_message", "_pause", "_spoken", "due", "is_saving", "recording")

    def __init__(self) -> None:
        """Nothing is recorded."""
        self._message: RecordMessage | None = None
        self._pause = 0.0
        self._spoken = 0.0
        self.due: float | None = None
        """When there is something to tell."""
        self.is_saving = False
        self.recording: str | None = RECORDING
        """The name of what is recorded; None: nothing can be."""

    @property
    def is_on(self) -> bool:
        """Whether what the caller says is recorded."""
        return self._message is not None and not self.is_saving

    def begin(self, message: RecordMessage, *, now: float) -> None:
        """After the beep."""
        self._message, self._spoken, self.is_saving = message, 0.0, False
        self.due = now + message.silence

    def talk(self, seconds: float, *, now: float) -> None:
        """The caller speaks for so long from now on."""
        if self._message is not None and not self.is_saving:
            self._spoken += seconds
            self.due = now + seconds + self._message.silence

    def stop(self, *, now: float) -> None:
        """It is over."""
        if self._message is not None:
            self.is_saving = True
            self.due = now + SAVING

    def tell(self) -> Event | None:
        """What is due."""
        message, self.due = self._message, None
        if message is None or not self.is_saving:
            if message is None:
                return None
            self._spoken += message.silence  # a recording holds the pause that ends it
            return SpeechPaused()
        self._message, self.is_saving = None, False
        return MessageEnded(message.message, self._spoken, self.recording)
