"""Whatever happens in whatever order, a subscriber knows the truth in the end, and nothing of it stays (RFC 6665)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from sip.events import MalformedMessage
from tests.kit.subscriber import Subscriber, told

if TYPE_CHECKING:
    from sip.message import Response

LONG = 5000.0
"""Seconds in which every subscription expires and every timer runs out."""

ACTS = st.one_of(
    st.tuples(st.just("subscribe"), st.sampled_from([0, 60, 600])),
    st.tuples(st.just("refresh"), st.sampled_from([0, 60, 600])),
    st.tuples(st.just("change"), st.integers(0, 3)),
    st.tuples(st.just("accept"), st.just(0)),
    st.tuples(st.just("refuse"), st.sampled_from([481, 500])),
    st.tuples(st.just("defer"), st.integers(0, 200)),
    st.tuples(st.just("wait"), st.sampled_from([0.1, 0.6, 5, 33, 61, 601])),
)


@dataclass
class Memory:
    """What the subscriber made of the NOTIFYs of one dialog."""

    answer: Response
    word: str = ""
    is_over: bool = False


class Scene:
    """A subscriber with any number of dialogs, and what it believes."""

    def __init__(self) -> None:
        self.phone = Subscriber()
        self.memories: dict[str, Memory] = {}
        self.latest: Memory | None = None
        self.under_way: dict[str, int] = {}

    def act(self, name: str, value: float) -> None:
        getattr(self, name)(value)
        waiting = [each.from_.tag or "" for each in self.phone.notified]
        # A NOTIFY that timed out may still lie unread; its dialog is over then, and it gets no second one.
        assert len(waiting) == len(set(waiting)), "two NOTIFYs of one subscription at once"

    def subscribe(self, seconds: float) -> None:
        answer = self.phone.subscribe(call_id=f"c{len(self.memories)}", expires=int(seconds))
        assert answer.status == 200
        self.latest = self.memories[answer.to.tag or ""] = Memory(answer)

    def refresh(self, seconds: float) -> None:
        if self.latest is not None:
            answer = self.latest.answer
            again = self.phone.refresh(answer, call_id=answer.call_id, expires=int(seconds))
            assert again.status in (200, 481)
            self.latest.is_over = again.status == 481 or self.latest.is_over

    def change(self, word: float) -> None:
        self.phone.change(f"word{word}")

    def accept(self, _: float) -> None:
        if self.phone.notified:
            notify = self.phone.accept()
            memory = self.memories[notify.from_.tag or ""]
            memory.word, state = told(notify)
            memory.is_over = memory.is_over or state != "active"

    def refuse(self, status: float) -> None:
        if self.phone.notified:
            notify = self.phone.accept(int(status))
            self.memories[notify.from_.tag or ""].is_over = True

    def defer(self, seconds: float) -> None:
        if self.phone.notified:
            self.phone.accept(503, headers=(("Retry-After", str(int(seconds))),))

    def wait(self, seconds: float) -> None:
        for each in self.phone.notified if seconds > 32 else ():
            self.memories[each.from_.tag or ""].is_over = True
        self.phone.pass_time(seconds)
        if seconds > 32:
            self.phone.notified = [
                each for each in self.phone.notified if not self.memories[each.from_.tag or ""].is_over
            ]

    def settle(self) -> None:
        """Answer everything until nothing more is told."""
        for _ in range(400):
            while self.phone.notified:
                self.accept(0)
            self.phone.pass_time(0.5)


@settings(max_examples=300, deadline=None)
@given(st.lists(ACTS, min_size=3, max_size=40))
def test_the_subscriber_knows_the_truth_in_the_end_and_nothing_stays(acts: list[tuple[str, float]]) -> None:
    scene = Scene()
    scene.act("subscribe", 600)
    for name, value in acts:
        scene.act(name, value)
    living = scene.phone.stack.counters()["subscriptions"]
    scene.settle()
    truth = scene.phone.lamps.states["1002"]
    for memory in scene.memories.values():
        answer, known = memory.answer, memory.word
        refreshed = scene.phone.refresh(answer, call_id=answer.call_id, expires=60)
        if refreshed.status == 200:
            assert not memory.is_over
            assert known == truth
    assert scene.phone.stack.counters()["subscriptions"] <= living
    for _ in range(3):
        scene.phone.pass_time(100)
        scene.settle()
    scene.phone.wait(LONG)
    assert set(scene.phone.stack.counters().values()) == {0}


TEXTS = st.one_of(
    st.sampled_from(["dialog", "dialog;id=1", "60", "0", "*/*", "<sip:a@192.0.2.2>", "<sip:a@192.0.2.9;lr>"]),
    st.text(st.characters(exclude_characters="\r\n\0", codec="utf-8"), max_size=20),
    st.text('<>"@:;,=%[] sipdialog*0129', max_size=20),
)
NAMES = st.sampled_from(
    ["Event", "Expires", "Accept", "Contact", "Record-Route", "Require", "Content-Encoding"]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(NAMES, TEXTS), max_size=4), TEXTS)
def test_whatever_a_subscribe_says_it_is_answered_and_forgotten(
    lines: list[tuple[str, str]], event: str
) -> None:
    phone = Subscriber()
    answer = phone.subscribe(headers=tuple(lines), event=event)
    assert answer.status in (200, 400, 403, 404, 406, 415, 420, 423, 489)
    assert phone.refresh(answer, headers=tuple(lines), event=event).status >= 200
    phone.take(phone.hear())
    assert not [each for each in phone.events if isinstance(each, MalformedMessage)]
    phone.assert_over()
