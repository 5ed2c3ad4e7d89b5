"""A book of callbacks with rules that a test can change, and what it asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from routing.callbacks.book import CallbackBook
from routing.callbacks.callback import Wish
from routing.callbacks.commands import Tell, Withdraw
from routing.callbacks.contact_hours import ContactHours
from routing.callbacks.do_not_call import DoNotCall
from routing.callbacks.rules import CallbackRules
from routing.callbacks.settings import ClientCallbacks, QueueCallbacks
from routing.hours.calendar import Timetable
from routing.hours.spans import read_span

if TYPE_CHECKING:
    from routing.callbacks.callback import Callback

MADRID = ZoneInfo("Europe/Madrid")
NUMBER = "+34911222333"
NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC).timestamp()  # a Monday, 12:00 in Madrid


def hours(span: str = "00:00-24:00", zone: ZoneInfo = MADRID) -> ContactHours:
    return ContactHours(Timetable("contact", zone, ((read_span(span),),) * 7))


def rules(
    span: str = "00:00-24:00",
    *,
    countries: frozenset[str] = frozenset({"ES", "US", "PL"}),
    per_day: int = 100,
    do_not_call: DoNotCall | None = None,
    ours: frozenset[str] = frozenset(),
) -> CallbackRules:
    usual = ClientCallbacks(hours(span), countries, per_day)
    return CallbackRules(
        {"bank": usual}, usual, do_not_call or DoNotCall(), home="ES", owns=ours.__contains__
    )


class Floor:
    """A book whose clock a test moves."""

    def __init__(
        self, settings: QueueCallbacks | None = None, with_rules: CallbackRules | None = None
    ) -> None:
        self.now = NOON
        self.settings = settings or QueueCallbacks()
        self.queues = {"people": self.settings, "cards": self.settings}
        self.rules = with_rules or rules()
        self.book = CallbackBook(self.rules, self.queues, now=self.now)
        self.tells: list[Tell] = []
        self.withdrawn: list[str] = []
        self._count = 0

    def promise(self, number: str = NUMBER, **wish: object) -> Callback:
        self._count += 1
        asked = replace(Wish("bank", "people", number, by=number, contact="c1"), **wish)  # type: ignore[arg-type]
        callback = self.book.draft(asked, str(self._count), now=self.now)
        self.book.take(callback, now=self.now)
        self.hear()
        return self.book.find(callback.id)

    def hear(self) -> None:
        for each in self.book.take_commands():
            if isinstance(each, Tell):
                self.tells.append(each)
            elif isinstance(each, Withdraw):
                self.withdrawn.append(each.contact)

    def wait(self, seconds: float) -> None:
        """Time passes; what is due on the way is taken at its moment."""
        until = self.now + seconds
        while (at := self.book.next_timeout()) is not None and at <= until:
            self.now = max(self.now, at)
            self.book.handle_timeout(now=self.now)
        self.now = until
        self.hear()

    def enter(self, room: int = 10) -> list[str]:
        """Those that come to stand in their queues, by reference."""
        found = []
        for each in list(self.book.entering(lambda queue, requires: room)):
            self.book.entered(each.id, f"k{each.id}")
            found.append(each.id)
        return found

    def dial(self, reference: str, agent: str = "ana") -> bool:
        """An agent is free for it, and the customer's phone is called if it may be."""
        self.enter()
        self.book.reserved(reference, agent, now=self.now)
        may = self.book.may_dial(reference, now=self.now)
        if may:
            self.book.dialled(reference, now=self.now)
        self.hear()
        return may

    def state(self, reference: str) -> str:
        return self.book.find(reference).state.value

    def told(self, reference: str = "1") -> list[str]:
        return [
            each.type.removeprefix("callback.") for each in self.tells if each.data["reference"] == reference
        ]

    def restarted(self) -> None:
        """The server stopped with what was written down, and starts again."""
        kept = [replace(each) for each in self.book.all()]
        self.book = CallbackBook(self.rules, self.queues, kept, now=self.now)
        self.hear()
