"""Whatever comes in whatever order: nobody is called twice at once, by night, or against the list; none is lost."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from routing.callbacks.callback import CallbackRefused, Missed
from routing.callbacks.do_not_call import ALL, DoNotCall, Listed
from routing.callbacks.settings import HOUR, QueueCallbacks
from routing.callbacks.states import ENGAGED, OPEN_STATES, CallbackState
from tests.routing.callbacks.floor import MADRID, Floor, rules

NUMBERS = [f"+3491122233{digit}" for digit in range(5)]
PER_DAY = 4
S = CallbackState


class Callbacks(RuleBasedStateMachine):
    """The book over days, with callers, agents, phones, people and crashes."""

    def __init__(self) -> None:
        super().__init__()
        self.never = DoNotCall()
        self.floor = Floor(
            QueueCallbacks(tries=3, window=20 * HOUR),
            rules("09:00-21:00", per_day=PER_DAY, do_not_call=self.never),
        )
        self.promised = 0
        self.dials: list[tuple[str, float]] = []

    def of(self, *states: CallbackState) -> list[str]:
        return [each.id for each in self.floor.book.all() if each.state in states]

    def pick(self, data: st.DataObject, *states: CallbackState) -> str | None:
        found = self.of(*states)
        return data.draw(st.sampled_from(found)) if found else None

    @rule(
        number=st.sampled_from(NUMBERS), queue=st.sampled_from(["people", "cards"]), early=st.floats(0, 3600)
    )
    def promise(self, number: str, queue: str, early: float) -> None:
        try:
            self.floor.promise(number, queue=queue, joined=self.floor.now - early, by="")
        except CallbackRefused:
            return
        self.promised += 1

    @rule(seconds=st.sampled_from([1.0, 61.0, 400.0, 2000.0, 4 * HOUR, 13 * HOUR]))
    def wait(self, seconds: float) -> None:
        self.floor.wait(seconds)

    @rule(room=st.integers(0, 3))
    def enter(self, room: int) -> None:
        self.floor.enter(room)

    @rule(data=st.data())
    def reserve(self, data: st.DataObject) -> None:
        due = [each for each in self.of(S.DUE) if self.floor.book.find(each).contact]
        if due:
            self.floor.book.reserved(data.draw(st.sampled_from(due)), "ana", now=self.floor.now)

    @rule(data=st.data())
    def dial(self, data: st.DataObject) -> None:
        found = self.pick(data, S.RESERVED)
        if found is not None and self.floor.book.may_dial(found, now=self.floor.now):
            callback = self.floor.book.dialled(found, now=self.floor.now)
            assert callback.state is S.DIALLING
            self.dials.append((callback.number, self.floor.now))
            hour = datetime.fromtimestamp(self.floor.now, UTC).astimezone(MADRID).hour
            assert 9 <= hour < 21
            assert not self.never.holds(callback.number, "bank")

    @rule(data=st.data(), why=st.sampled_from(Missed))
    def miss(self, data: st.DataObject, why: Missed) -> None:
        found = self.pick(data, *S)
        if found is not None:
            self.floor.book.missed(found, why, now=self.floor.now)

    @rule(data=st.data(), event=st.sampled_from(["connected", "over", "released", "postponed"]))
    def happens(self, data: st.DataObject, event: str) -> None:
        found = self.pick(data, *S)
        book, now = self.floor.book, self.floor.now
        if found is None:
            return
        if event == "connected":
            book.connected(found, "ana", now=now)
        elif event == "over":
            book.over(found, now=now)
        elif event == "released":
            book.released(found, now=now)
        else:
            book.postponed(found, until=now + 60, now=now)

    @rule(data=st.data(), again=st.booleans())
    def a_person_acts(self, data: st.DataObject, again: bool) -> None:  # noqa: FBT001
        found = self.pick(data, *S)
        act = self.floor.book.hurry if again else self.floor.book.cancel
        if found is not None:
            with suppress(CallbackRefused):
                act(found, "joe", now=self.floor.now)

    @rule(number=st.sampled_from(NUMBERS))
    def list_number(self, number: str) -> None:
        self.never.add(Listed(number, ALL, "joe", self.floor.now))
        self.floor.book.review(now=self.floor.now)

    @precondition(lambda self: self.never.added())
    @rule()
    def take_off_the_list(self) -> None:
        self.never.remove(self.never.added()[0].number, ALL)

    @rule()
    def crash(self) -> None:
        self.floor.restarted()
        assert not self.of(*ENGAGED)

    @invariant()
    def none_is_lost(self) -> None:
        assert len(self.floor.book.all()) == self.promised

    @invariant()
    def one_open_callback_to_each_number_by_each_queue(self) -> None:
        opened = Counter(
            (each.number, each.wish.queue) for each in self.floor.book.all() if each.state in OPEN_STATES
        )
        assert all(count == 1 for count in opened.values())
        for number, queue in opened:
            found = self.floor.book.standing(number, queue)
            assert found is not None
            assert found.state in OPEN_STATES

    @invariant()
    def nobody_is_called_by_two_at_once(self) -> None:
        called = Counter(
            each.number for each in self.floor.book.all() if each.state in (S.DIALLING, S.CONNECTED)
        )
        assert all(count == 1 for count in called.values())

    @invariant()
    def every_open_one_is_looked_at_again(self) -> None:
        self.floor.hear()
        at = self.floor.book.next_timeout()
        pending = self.of(S.WAITING, S.DUE, S.RETRY)
        assert not pending or at is not None
        for reference in pending:
            assert at is not None
            assert at <= self.floor.book.find(reference).latest

    @invariant()
    def nobody_is_called_too_often(self) -> None:
        for number in NUMBERS:
            calls = [at for each, at in self.dials if each == number]
            for index, first in enumerate(calls):
                within = [each for each in calls[index:] if each - first < 24 * HOUR]
                assert len(within) <= PER_DAY

    @invariant()
    def nobody_listed_waits(self) -> None:
        for each in self.floor.book.all():
            if each.state in OPEN_STATES - {S.CONNECTED}:
                assert not self.never.holds(each.number, "bank")

    @invariant()
    def only_who_is_engaged_or_due_stands_in_a_queue(self) -> None:
        for each in self.floor.book.all():
            if each.contact:
                assert each.state in {S.DUE, *ENGAGED, S.KEPT}


TestCallbacks = Callbacks.TestCase
TestCallbacks.settings = settings(max_examples=80, stateful_step_count=50, deadline=None)
