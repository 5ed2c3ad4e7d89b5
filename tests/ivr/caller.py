"""A caller in virtual time, and menus made for one test."""

from __future__ import annotations

import textwrap
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ivr import phrases
from ivr.commands import AskBackEnd, Command, Leave, Play, Record, StopPlayback
from ivr.events import BackEndReplied, CallerHungUp, DigitPressed, PlaybackFinished
from ivr.load import load_menu
from ivr.phrases.word import listed
from ivr.session import CallerFacts, MenuSession
from media.catalogue import Catalogue

if TYPE_CHECKING:
    from pathlib import Path

    from base.document import Fault
    from calls.destination import Destination
    from ivr.compiled import CompiledMenus

QUEUES = frozenset({"people", "security"})
FACTS = CallerFacts(
    "contact-1", "+34911222333", "910000001", "client_a", datetime(2026, 11, 21, 11, tzinfo=UTC)
)
SLOTTED = {
    "read_amount": "You pay {money:amount}. Press one or two.",
    "read_card": "The card ending in {digits:last4}. Press one or two.",
    "done": "The card ending in {digits:last4} is active.",
}
PLAIN = listed(
    "hello pick_language options options_short silent_1 silent_2 wrong_1 wrong_2 again notice ask_number ask_card "
    "ask_birth ask_amount ask_expiry ask_cvv ask_code misread wait retry locked down bye connecting loop"
)
LONG = 2.0
"""Every prompt in these tests lasts so long."""


def wording() -> Catalogue:
    """Prompts for tests in three languages."""
    catalogue = Catalogue()
    for language in ("en", "es", "pl"):
        for prompt in PLAIN:
            catalogue.add(language, prompt, prompt)
        for prompt, text in SLOTTED.items():
            catalogue.add(language, prompt, text)
    catalogue.add_words({each: phrases.words(each) for each in phrases.LANGUAGES})
    return catalogue


def load(path: Path, faults: list[Fault]) -> CompiledMenus | None:
    """A file against the prompts and queues of the tests."""
    return load_menu(path, wording(), faults, queues=QUEUES)


def menus(folder: Path, text: str) -> CompiledMenus:
    """A menu set from its steps; the head is added."""
    head = """\
        schema: ivr/1
        menu_set: set_a
        languages: [en, es, pl]
        defaults:
          noinput: [silent_1, silent_2]
          nomatch: [wrong_1, wrong_2]
          on_max_timeouts: {queue: people}
          on_max_failures: {queue: people}
        steps:
        """
    path = folder / "set_a.yaml"
    path.write_text(textwrap.dedent(head) + textwrap.indent(textwrap.dedent(text), "  "), encoding="utf-8")
    faults: list[Fault] = []
    found = load(path, faults)
    assert found is not None, "\n".join(map(str, faults))
    return found


class Caller:
    """One caller: presses keys, listens, waits; the clock moves only here."""

    def __init__(
        self, menu_set: CompiledMenus, *, language: str | None = "en", start: str | None = None
    ) -> None:
        self.now = 0.0
        self.session = MenuSession(menu_set, start=start, language=language, caller=FACTS)
        self.commands: list[Command] = []
        self.playing: tuple[int, float] | None = None
        self.asked: AskBackEnd | None = None
        self._take(self.session.start(now=0.0))

    @property
    def left(self) -> Destination | None:
        """Where the caller was sent."""
        return next((each.destination for each in self.commands if isinstance(each, Leave)), None)

    @property
    def said(self) -> list[tuple[str, ...]]:
        """What was played, in order."""
        return [each.segments for each in self.commands if isinstance(each, Play)]

    def records(self, kind: str) -> list[dict[str, object]]:
        """The ledger events of one type."""
        return [dict(each.data) for each in self.commands if isinstance(each, Record) and each.type == kind]

    def press(self, keys: str) -> Caller:
        """Keys one after the other, a tenth of a second apart."""
        for key in keys:
            self.wait(0.1)
            self._take(self.session.feed(DigitPressed(key), now=self.now))
        return self

    def listen(self) -> Caller:
        """Wait until the prompt is over."""
        if self.playing is not None:
            self.wait(self.playing[1] - self.now)
        return self

    def wait(self, seconds: float) -> Caller:
        """Let time pass: prompts end, deadlines come."""
        end = self.now + seconds
        for _ in range(10_000):
            due = [
                each
                for each in (self.session.next_timeout(), self.playing[1] if self.playing else None)
                if each is not None
            ]
            if not due or min(due) > end:
                break
            self.now = max(self.now, min(due))
            if self.playing is not None and self.playing[1] <= self.now:
                number, self.playing = self.playing[0], None
                self._take(self.session.feed(PlaybackFinished(number), now=self.now))
            else:
                self._take(self.session.handle_timeout(now=self.now))
        else:
            raise AssertionError("time stands still")
        self.now = end
        return self

    def reply(self, result: str, **facts: str) -> Caller:
        """The back end answers."""
        assert self.asked is not None
        request, self.asked = self.asked.request, None
        self._take(self.session.feed(BackEndReplied(request, result, facts), now=self.now))
        return self

    def hang_up(self) -> Caller:
        """The caller is gone."""
        self._take(self.session.feed(CallerHungUp(), now=self.now))
        return self

    def _take(self, commands: list[Command]) -> None:
        self.commands += commands
        for each in commands:
            match each:
                case Play():
                    self.playing = None if each.loop else (each.playback, self.now + LONG)
                case StopPlayback():
                    self.playing = None
                case AskBackEnd():
                    self.asked = each
                case _:
                    pass
