"""Whether a callback may be promised, and when a customer may be called: the rules, and how often there was one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from routing.callbacks.callback import Callback, CallbackRefused, Refused
from routing.callbacks.frequency import Frequency
from routing.callbacks.settings import QueueCallbacks

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from routing.callbacks.callback import Wish
    from routing.callbacks.rules import CallbackRules

_USUAL = QueueCallbacks()


class Admission:
    """What holds at present for all callbacks."""

    __slots__ = ("_asked", "_called", "_queues", "_standing", "rules")

    def __init__(
        self,
        rules: CallbackRules,
        queues: Mapping[str, QueueCallbacks],
        standing: Callable[[str, str], Callback | None],
    ) -> None:
        """`standing` finds the open callback to a number (E.164) by a queue."""
        self.rules = rules
        self._queues = queues
        self._standing = standing
        self._called = Frequency()
        self._asked = Frequency()

    def adopt(self, rules: CallbackRules, queues: Mapping[str, QueueCallbacks]) -> None:
        """Other rules; what was done within the day still counts."""
        self.rules, self._queues = rules, queues

    @property
    def queues(self) -> Collection[str]:
        """Those that call back."""
        return self._queues.keys()

    def settings(self, queue: str) -> QueueCallbacks:
        """How a queue calls back; one that is gone, as is usual."""
        return self._queues.get(queue, _USUAL)

    # --- before a promise ---

    def refusal(self, text: str, queue: str, client: str, *, now: float) -> CallbackRefused | None:
        """Why a number is not to be called back, or None."""
        rules = self.rules
        number = rules.read(text)
        if number is None:
            return CallbackRefused(Refused.INVALID, rules.words(Refused.INVALID, text, client))
        refused = rules.refusal(number, client)
        if refused is not None:
            return CallbackRefused(refused, rules.words(refused, text, client))
        if queue not in self._queues:
            return CallbackRefused(Refused.UNKNOWN_QUEUE, f"no queue is called {queue}")
        standing = self._standing(number.number, queue)
        if standing is not None:
            words = f"{number.number} is to be called back by {queue} already: {standing.id}"
            return CallbackRefused(Refused.STANDING, words, standing)
        most = rules.of(client).per_day
        if max(each.count(number.number, now=now) for each in (self._called, self._asked)) >= most:
            words = f"{number.number} was called, or asked for, {most} times within a day"
            return CallbackRefused(Refused.TOO_MANY, words)
        return None

    def draft(self, wish: Wish, reference: str, *, now: float) -> Callback:
        """A promise that may be made. Raises CallbackRefused."""
        refused = self.refusal(wish.number, wish.queue, wish.client, now=now)
        if refused is not None:
            raise refused
        most = self.rules.of(wish.client).per_day
        if _is_callers(wish) and self._asked.count(wish.by, now=now) >= most:
            raise CallbackRefused(Refused.TOO_MANY, f"{wish.by} asked {most} times within a day")
        number, settings = self.rules.read(wish.number), self.settings(wish.queue)
        assert number is not None  # `refusal` has read it
        begin = max(now, wish.earliest if wish.earliest is not None else now)
        earliest, latest = self.window(number.number, wish, begin)
        return Callback(
            id=reference,
            wish=wish,
            number=number.number,
            order=settings.order,
            promised=now,
            joined=wish.joined if wish.joined is not None else now,
            earliest=earliest,
            latest=latest,
            not_before=earliest,
        )

    def window(self, number: str, wish: Wish, begin: float) -> tuple[float, float]:
        """From when until when the promise is to be kept. Raises CallbackRefused where there is no hour for it."""
        earliest = self.rules.opens(number, wish.client, begin)
        latest = wish.latest
        if latest is None:
            latest = (earliest if earliest is not None else begin) + self.settings(wish.queue).window
        if earliest is None or earliest >= latest:
            words = f"{number} may not be called at any hour before the promise would be broken"
            raise CallbackRefused(Refused.CLOSED, words)
        return earliest, latest

    def promised(self, callback: Callback, at: float) -> None:
        """It was: it counts for the number, and for the caller who asked."""
        self._asked.note(callback.number, at)
        if _is_callers(callback.wish) and callback.wish.by != callback.number:
            self._asked.note(callback.wish.by, at)

    # --- a call without a promise ---

    def at_once(self, text: str, client: str, *, now: float) -> str:
        """The number (E.164) of a customer who is called now; it counts. Raises CallbackRefused."""
        rules = self.rules
        number = rules.read(text)
        refused = Refused.INVALID if number is None else rules.refusal(number, client)
        if number is None or refused is not None:
            reason = refused or Refused.INVALID
            raise CallbackRefused(reason, rules.words(reason, text, client))
        if rules.opens(number.number, client, now) != now:
            raise CallbackRefused(Refused.CLOSED, f"{number.number} may not be called at this hour")
        most = rules.of(client).per_day
        if self._called.count(number.number, now=now) >= most:
            raise CallbackRefused(Refused.TOO_MANY, f"{number.number} was called {most} times within a day")
        self._called.note(number.number, now)
        return number.number

    # --- before a call ---

    def forbidden(self, callback: Callback) -> Refused | None:
        """Why the customer may not be called at any hour, or None."""
        number = self.rules.read(callback.number)
        return Refused.INVALID if number is None else self.rules.refusal(number, callback.wish.client)

    def opens(self, callback: Callback, at: float) -> float | None:
        """The first moment from `at` on at which the customer may be called; None: there is none."""
        return self.rules.opens(callback.number, callback.wish.client, at)

    def shuts(self, callback: Callback, at: float) -> float | None:
        """When that is over; None: never."""
        return self.rules.shuts(callback.number, callback.wish.client, at)

    def frees(self, callback: Callback, *, now: float) -> float:
        """When the number may be called once more within the day: now, or later."""
        return self._called.frees(callback.number, self.rules.of(callback.wish.client).per_day, now=now)

    def called(self, callback: Callback, at: float) -> None:
        """The customer was called."""
        self._called.note(callback.number, at)


def _is_callers(wish: Wish) -> bool:
    """Whether a caller asked, whose number is known; people of the house may ask as often as they need."""
    return wish.contact != "" and wish.by.removeprefix("+").isdigit()
