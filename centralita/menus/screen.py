"""A tried call on a terminal: what the caller hears line by line as time goes by; plain where it is no terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from ivr.authoring.transcript import (
    BackEndAnswered,
    BackEndAsked,
    Chosen,
    Left,
    Pressed,
    Said,
    SecureBegan,
    SecureEnded,
    StepEntered,
    clock,
    merged,
    told,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ivr.authoring.dialogue import Dialogue
    from ivr.authoring.transcript import Entry

WIDE = 10_000
"""Lines are not wrapped where a program reads them."""
STYLES = {
    StepEntered: "bold cyan",
    Said: "green",
    Pressed: "bold",
    BackEndAsked: "magenta",
    BackEndAnswered: "magenta",
    SecureBegan: "yellow",
    SecureEnded: "yellow",
    Left: "bold",
}


class Screen:
    """Shows each entry once."""

    def __init__(self) -> None:
        """On standard output."""
        self._console = Console(highlight=False)
        if not self._console.is_terminal:
            self._console = Console(width=WIDE, highlight=False, color_system=None)
        self._shown = 0

    def show(self, transcript: Sequence[Entry]) -> None:
        """What is new."""
        for entry in merged(transcript[self._shown :]):
            if not isinstance(entry, Chosen):  # the step that follows tells it
                self._line(clock(entry.at), told(entry), STYLES.get(type(entry), ""))
        self._shown = len(transcript)

    def go_back(self, dialogue: Dialogue) -> None:
        """The last line was taken back."""
        call = dialogue.call
        self._shown = len(call.transcript)
        self._line(clock(call.now), f"taken back: in step {call.session.step}", "yellow")
        last = next((each for each in reversed(call.transcript) if isinstance(each, Said)), None)
        if last is not None:
            self._line("", told(last), STYLES[Said])

    def say(self, words: str) -> None:
        """Something that is no part of the call."""
        self._console.print(Text(words, style="dim"))

    def prompt(self, dialogue: Dialogue) -> None:
        """Before a line is read."""
        call = dialogue.call
        match dialogue.expects:
            case "answer":
                self.say(f"{'':7}  the back end may answer: {', '.join(dialogue.answers)}")
                words = "answer> "
            case "keys":
                words = f"{call.session.step}{' (secret)' if call.is_secure else ''}> "
            case _:
                words = "over; back, or q> "
        self._console.print(Text(words, style="bold"), end="")
        self._console.file.flush()

    def _line(self, time: str, words: str, style: str) -> None:
        self._console.print(Text(f"{time:>7}  ", style="dim").append(words, style=style or "default"))
