"""A caller in virtual time, and menus made for one test."""

from __future__ import annotations

import textwrap
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ivr import phrases
from ivr.authoring.hearing import Hearing
from ivr.authoring.simulation import Simulation
from ivr.authoring.stage import Stage
from ivr.commands import Play, Record
from ivr.load import load_menu
from ivr.phrases.word import listed
from ivr.session import CallerFacts
from ivr.surroundings import Quiet
from media.catalogue import Catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from base.document import Fault
    from calls.destination import Destination
    from ivr.commands import AskBackEnd, Command
    from ivr.compiled import CompiledMenus
    from ivr.session import MenuSession
    from ivr.surroundings import Surroundings

QUEUES = frozenset({"people", "security"})
FACTS = CallerFacts(
    "contact-1", "+34911222333", "910000001", "client_a", datetime(2026, 11, 21, 11, tzinfo=UTC)
)
SLOTTED = {
    "read_amount": "You pay {money:amount}. Press one or two.",
    "read_card": "The card ending in {digits:last4}. Press one or two.",
    "read_letter": "Your letter is {letters:dni_letter}. Press one or two.",
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


class Measured(Hearing):
    """Every prompt lasts as long as the next."""

    def seconds(self, segments: Sequence[str], language: str) -> float:
        return LONG


class Caller:
    """One caller of a simulation, by the segments that are played."""

    def __init__(
        self,
        menu_set: CompiledMenus,
        *,
        language: str | None = "en",
        start: str | None = None,
        announced: Mapping[str, str] | None = None,
        rest: Surroundings | None = None,
    ) -> None:
        self.call = Simulation(
            menu_set,
            Stage(
                FACTS.moment,
                language=language,
                caller=FACTS.caller,
                dialled=FACTS.dialled,
                client=FACTS.client,
                spoken=announced or {},
                rest=rest or Quiet(),
            ),
            start=start,
            hearing=Measured(menu_set.wording),
        )

    @property
    def now(self) -> float:
        return self.call.now

    @property
    def session(self) -> MenuSession:
        return self.call.session

    @property
    def commands(self) -> list[Command]:
        return self.call.commands

    @property
    def asked(self) -> AskBackEnd | None:
        return self.call.asked

    @property
    def left(self) -> Destination | None:
        """Where the caller was sent."""
        return self.call.left

    @property
    def said(self) -> list[tuple[str, ...]]:
        """What was played, in order."""
        return [each.segments for each in self.commands if isinstance(each, Play)]

    def records(self, kind: str) -> list[dict[str, object]]:
        """The ledger events of one type."""
        return [dict(each.data) for each in self.commands if isinstance(each, Record) and each.type == kind]

    def press(self, keys: str) -> Caller:
        self.call.press(keys)
        return self

    def listen(self) -> Caller:
        self.call.listen()
        return self

    def wait(self, seconds: float) -> Caller:
        self.call.wait(seconds)
        return self

    def reply(self, result: str, **facts: str) -> Caller:
        self.call.reply(result, **facts)
        return self

    def hang_up(self) -> Caller:
        self.call.hang_up()
        return self
