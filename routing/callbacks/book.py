"""The book of callbacks: what was promised, what is due, what came of it. Pure; commands say what is to be done.

A promise is drafted first and taken into the book once it is on disk: nobody is called, or told, before.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from base.timers import Timers
from routing.callbacks import telling
from routing.callbacks.admission import Admission
from routing.callbacks.callback import Callback, CallbackRefused, Missed, Refused, Try, UnknownCallback
from routing.callbacks.commands import Forget, Keep, Withdraw
from routing.callbacks.line import Line
from routing.callbacks.settings import DAY
from routing.callbacks.states import OPEN_STATES, CallbackEffect, CallbackInput, CallbackState

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from typing import Any

    from routing.callbacks.callback import Wish
    from routing.callbacks.commands import Command
    from routing.callbacks.rules import CallbackRules
    from routing.callbacks.settings import QueueCallbacks
    from routing.skills import Requirements

KEPT_FOR = 30 * DAY
"""Seconds for which one that has ended can still be listed and reopened."""
AFTER_A_STOP = 90.0
"""Seconds from a start until a number is called again that was being called at the stop: that phone may ring on."""

NOT_TWICE = 60.0
"""Seconds until a customer may be called who is being called for another queue."""

_S, _On, _Do = CallbackState, CallbackInput, CallbackEffect
_PENDING = (_S.WAITING, _S.DUE, _S.RETRY)


class CallbackBook:
    """All callbacks of a node."""

    def __init__(
        self,
        rules: CallbackRules,
        queues: Mapping[str, QueueCallbacks],
        kept: Iterable[Callback] = (),
        *,
        now: float,
    ) -> None:
        """Go on from what was kept: what was under way when the server stopped is tried again a little later."""
        self.admission = Admission(rules, queues, self.standing)
        self._callbacks: dict[str, Callback] = {}
        self._by_number: dict[tuple[str, str], str] = {}
        self._line = Line()
        self._timers: Timers[str] = Timers()
        self._commands: list[Command] = []
        for each in kept:
            self._restore(each, now)

    # --- reading ---

    def find(self, reference: str) -> Callback:
        """One by its reference. Raises UnknownCallback."""
        found = self._callbacks.get(reference)
        if found is None:
            raise UnknownCallback(f"there is no callback {reference}")
        return found

    def all(self) -> tuple[Callback, ...]:
        """All that are kept, in the order of promising."""
        return tuple(self._callbacks.values())

    def standing(self, number: str, queue: str) -> Callback | None:
        """The one by which this number (E.164) is to be called back by this queue already."""
        found = self._by_number.get((number, queue))
        return self._callbacks[found] if found is not None else None

    @property
    def has_due(self) -> bool:
        """Whether any waits for an agent."""
        return bool(self._line)

    def take_commands(self) -> list[Command]:
        """What is to be done since it was asked last, in order."""
        commands, self._commands = self._commands, []
        return commands

    # --- promising ---

    def draft(self, wish: Wish, reference: str, *, now: float) -> Callback:
        """A promise that may be made, not yet in the book. Raises CallbackRefused."""
        return self.admission.draft(wish, reference, now=now)

    def take(self, callback: Callback, *, now: float) -> None:
        """It is on disk: into the book with it, and into the line when its time has come."""
        self.admission.promised(callback, now)
        self._settle(callback, now)
        self._commands.append(telling.promised(callback))
        self._look(callback, now)

    # --- what people do ---

    def cancel(self, reference: str, by: str, *, now: float) -> Callback:
        """Do not call. Raises UnknownCallback, and CallbackRefused for one that has ended, or speaks."""
        callback = self.find(reference)
        if callback.state not in OPEN_STATES or callback.state is _S.CONNECTED:
            raise _is_so(callback)
        return self._fire(callback, _On.CANCEL, now, why=by)

    def forget(self, numbers: Collection[str], client: str | None, by: str, *, now: float) -> int:
        """Call nobody there any more, and keep nothing of them; of one client company, or all. How many went.

        One in which people speak with each other stays.
        """
        found = [
            each
            for each in self._callbacks.values()
            if each.number in numbers
            and (client is None or each.wish.client == client)
            and each.state is not _S.CONNECTED
        ]
        for each in found:
            if each.state in OPEN_STATES:
                self.cancel(each.id, by, now=now)
            self._timers.cancel(each.id)
            del self._callbacks[each.id]
            self._commands.append(Forget(each.id))
        return len(found)

    def hurry(self, reference: str, by: str, *, now: float) -> Callback:
        """Call as soon as an agent is free, or again after its end; the customer's hours count all the same.

        Raises UnknownCallback, CallbackRefused.
        """
        callback = self.find(reference)
        if callback.state in (_S.WAITING, _S.RETRY):
            self._look(self._settle(replace(callback, not_before=now), now), now)
            return self.find(reference)
        if callback.state in OPEN_STATES or callback.state is _S.KEPT:
            raise _is_so(callback)
        refused = self.admission.refusal(callback.number, callback.wish.queue, callback.wish.client, now=now)
        if refused is not None and refused.reason is not Refused.TOO_MANY:
            raise refused
        wish = replace(callback.wish, earliest=None, latest=None)
        earliest, latest = self.admission.window(callback.number, wish, now)
        again = self._fire(
            replace(callback, earliest=earliest, latest=latest, not_before=earliest),
            _On.REOPEN,
            now,
            ended_at=None,
            why=by,
            reopened=now,
        )
        self._look(again, now)
        return self.find(reference)

    def adopt(self, rules: CallbackRules, queues: Mapping[str, QueueCallbacks], *, now: float) -> None:
        """A reload: what was promised stands, and keeps to the new rules."""
        self.admission.adopt(rules, queues)
        self.review(now=now)

    def review(self, *, now: float, number: str | None = None) -> None:
        """The rules are others now, or those of one number: who may not be called any more is not."""
        for callback in tuple(self._callbacks.values()):
            if number not in (None, callback.number):
                continue
            if callback.state not in OPEN_STATES or callback.state is _S.CONNECTED:
                continue
            refused = self.admission.forbidden(callback)
            if refused is not None:
                self._fire(callback, _On.GIVE_UP, now, why=refused.value)
            else:
                self._look(callback, now)

    # --- what the queue and the phones do ---

    def entering(self, room: Callable[[str, Requirements], int]) -> Iterator[Callback]:
        """Those that should come to stand in their queues now, the longest waiting first."""
        found = [self._callbacks[each] for each in self._line.first(room)]
        yield from (each for each in found if not each.contact)

    def entered(self, reference: str, contact: str) -> None:
        """A contact stands in the queue for it."""
        self._callbacks[reference] = replace(self.find(reference), contact=contact)

    def postponed(self, reference: str, *, until: float, now: float) -> None:
        """The queue takes nobody, or no trunk is up: again at that moment, if the customer may be called then."""
        callback = self.find(reference)
        self._fire(callback, _On.POSTPONE, now, not_before=until, agent=None)

    def reserved(self, reference: str, agent: str, *, now: float) -> None:
        """An agent is held for it."""
        self._fire(self.find(reference), _On.RESERVE, now, agent=agent)

    def released(self, reference: str, *, now: float) -> None:
        """The agent is not held any more, and the customer was not called."""
        self._fire(self.find(reference), _On.RELEASE, now, agent=None)

    def may_dial(self, reference: str, *, now: float) -> bool:
        """Look at the rules once more. Where they forbid it, the callback is given up or put off."""
        callback = self.find(reference)
        if callback.state is not _S.RESERVED:
            return False
        refused = self.admission.forbidden(callback)
        opens = self.admission.opens(callback, max(now, self.admission.frees(callback, now=now)))
        if refused is not None or opens is None:
            why = refused if refused is not None else Refused.CLOSED
            self._fire(callback, _On.GIVE_UP, now, why=why.value)
        elif opens > now:
            self.postponed(reference, until=opens, now=now)
        elif self._is_called(callback):
            self.postponed(reference, until=now + NOT_TWICE, now=now)
        return self.find(reference).state is _S.RESERVED

    def _is_called(self, callback: Callback) -> bool:
        """Whether the same customer is being called, or spoken with, for another queue."""
        others = (self.standing(callback.number, queue) for queue in self.admission.queues)
        return any(each is not None and each.state in (_S.DIALLING, _S.CONNECTED) for each in others)

    def dialled(self, reference: str, *, now: float) -> Callback:
        """The customer is about to be called: to be written down before it is done."""
        callback = self.find(reference)
        after = self._fire(callback, _On.DIAL, now, tries=(*callback.tries, Try(now, callback.contact)))
        if after.state is _S.DIALLING and callback.state is _S.RESERVED:
            self.admission.called(callback, now)
        return after

    def connected(self, reference: str, agent: str, *, now: float) -> None:
        """Customer and agent hear each other: the promise is kept."""
        self._fire(self.find(reference), _On.CONNECT, now, agent=agent, kept_at=now)

    def over(self, reference: str, *, now: float) -> None:
        """They have parted."""
        self._fire(self.find(reference), _On.OVER, now)

    def missed(self, reference: str, why: Missed, *, now: float) -> None:
        """The try came to nothing."""
        callback = self.find(reference)
        if callback.state is not _S.DIALLING:
            return
        settings = self.admission.settings(callback.wish.queue)
        tries = (*callback.tries[:-1], replace(callback.tries[-1], result=why))
        event = _On.GIVE_UP if callback.counted >= settings.tries else _On.MISS
        again = now + settings.retry[why]
        self._fire(callback, event, now, tries=tries, not_before=again, why=why.value, agent=None)

    # --- time ---

    def next_timeout(self) -> float | None:
        """When something is due next (Unix time)."""
        return self._timers.next()

    def handle_timeout(self, *, now: float) -> None:
        """Take what is due."""
        while (reference := self._timers.pop_due(now)) is not None:
            callback = self._callbacks[reference]
            if callback.state in OPEN_STATES:
                self._look(callback, now)
            else:
                del self._callbacks[reference]
                self._commands.append(Forget(reference))

    def _look(self, callback: Callback, now: float) -> None:
        """Whether its time has come, or is over."""
        if callback.state not in _PENDING:
            return
        if now >= callback.latest:
            self._fire(callback, _On.EXPIRE, now)
            return
        opens = self.admission.opens(callback, max(now, callback.not_before))
        is_due = callback.state is _S.DUE
        if opens is None:
            self._fire(callback, _On.GIVE_UP, now, why=Refused.CLOSED.value)
        elif opens > now and is_due:
            self._fire(callback, _On.POSTPONE, now, not_before=opens)
        elif opens > now and opens != callback.not_before:
            self._settle(replace(callback, not_before=opens), now)
        elif opens > now or is_due:
            self._arm(callback, now)
        else:
            self._fire(callback, _On.OPEN, now, not_before=now)

    def _arm(self, callback: Callback, now: float) -> None:
        match callback.state:
            case _S.WAITING | _S.RETRY:
                self._timers.set(callback.id, min(callback.not_before, callback.latest))
            case _S.DUE:
                shuts = self.admission.shuts(callback, now)
                self._timers.set(callback.id, min(shuts or callback.latest, callback.latest))
            case _S.RESERVED | _S.DIALLING | _S.CONNECTED:
                self._timers.cancel(callback.id)
            case _:
                self._timers.set(callback.id, (callback.ended_at or now) + KEPT_FOR)

    # --- inside ---

    def _fire(self, callback: Callback, event: CallbackInput, now: float, **changes: Any) -> Callback:
        """Move it and do what that asks for; an input that is absorbed changes nothing."""
        moved, effects = callback.moved(event)
        if moved.state is callback.state:
            return callback
        leaves = _Do.LEAVE in effects
        contact = callback.contact
        after = replace(moved, contact="" if leaves else contact, **changes)
        if after.state not in OPEN_STATES:
            after = replace(after, ended_at=now)
        self._settle(after, now)
        if leaves and contact:
            self._commands.append(Withdraw(after.id, contact))
        tells = (telling.TELLS[each] for each in effects if each is not _Do.LEAVE)
        self._commands.extend(tell(after, contact) for tell in tells)
        return after

    def _settle(self, callback: Callback, now: float) -> Callback:
        """Keep it as it is now, where it is looked for."""
        before = self._callbacks.get(callback.id)
        if before is not None and before.state is _S.DUE:
            self._line.discard(before)
        self._callbacks[callback.id] = callback
        if callback.state is _S.DUE:
            self._line.add(callback)
        key = callback.number, callback.wish.queue
        if callback.state in OPEN_STATES:
            self._by_number[key] = callback.id
        elif self._by_number.get(key) == callback.id:
            del self._by_number[key]
        self._arm(callback, now)
        self._commands.append(Keep(callback))
        return callback

    def _restore(self, kept: Callback, now: float) -> None:
        """As it was, except that nothing is under way after a start."""
        self.admission.promised(kept, kept.promised)
        for each in kept.tries:
            self.admission.called(kept, each.at)
        self._settle(replace(kept, contact=""), now)
        self._commands.pop()  # it stands there so
        match kept.state:
            case _S.RESERVED:
                self.released(kept.id, now=now)
            case _S.DIALLING:
                self.missed(kept.id, Missed.FAILED, now=now)
                found = self.find(kept.id)
                if found.state is _S.RETRY:
                    later = max(found.not_before, now + AFTER_A_STOP)
                    self._settle(replace(found, not_before=later), now)
            case _S.CONNECTED:
                self.over(kept.id, now=now)
            case _:
                pass
        self._look(self.find(kept.id), now)


def _is_so(callback: Callback) -> CallbackRefused:
    return CallbackRefused(Refused.STANDING, f"callback {callback.id} is {callback.state.value}", callback)
