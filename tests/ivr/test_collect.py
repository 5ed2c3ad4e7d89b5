from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.collect import COLLECT, CollectInput, Collector, CollectState, Grammar, Heard
from ivr.keys import KEYS, MOST_AHEAD, KeyBuffer

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_every_state_answers_every_input() -> None:
    assert COLLECT.holes(list(CollectState), list(CollectInput)) == []


def test_no_more_than_so_many_keys_wait() -> None:
    keys = KeyBuffer()
    assert [keys.push("7", now=0.0) for _ in range(MOST_AHEAD + 3)] == [True] * MOST_AHEAD + [False] * 3
    assert keys.flush() == MOST_AHEAD
    assert len(keys) == 0


def test_a_key_that_no_telephone_has_is_not_kept() -> None:
    keys = KeyBuffer()
    assert [keys.push(key, now=0.0) for key in ("A", "", "12", "é")] == [False] * 4


def test_the_printed_form_shows_no_key() -> None:
    keys = KeyBuffer()
    keys.push("7", now=0.0)
    assert repr(keys) == "KeyBuffer(1 keys)"


def test_the_inter_digit_time_ends_an_entry() -> None:
    keys = KeyBuffer()
    collector = Collector(Grammar(maximum=4), keys)
    collector.begin(playing=False, bargein=True, now=0.0)
    keys.push("1", now=0.0)
    assert collector.take(now=5.0) is None
    assert collector.deadline == 8.0
    assert collector.handle_timeout(now=7.9) is None
    assert collector.handle_timeout(now=8.0) is Heard.ENTERED
    assert len(collector.typed) == 1


def test_a_guarded_prompt_leaves_the_keys_until_it_ends() -> None:
    keys = KeyBuffer()
    collector = Collector(Grammar(maximum=1), keys)
    collector.begin(playing=True, bargein=False, now=0.0)
    keys.push("1", now=0.0)
    assert collector.take(now=1.0) is None
    assert not collector.cut
    assert collector.prompt_ended(now=2.0) is Heard.ENTERED


def test_a_terminator_out_of_habit_belongs_to_the_entry_before_it() -> None:
    keys = KeyBuffer()
    keys.ended_by_length("#", until=3.0)
    keys.push("#", now=2.9)
    assert len(keys) == 0  # nothing that anybody should hurry for
    keys.push("7", now=3.0)
    assert (len(keys), keys.pull(), keys.pull()) == (1, "7", None)


def test_a_terminator_that_comes_late_or_second_or_is_an_option_counts() -> None:
    for pressed, now, options in (("#", 3.1, ""), ("7#", 1.0, ""), ("#", 1.0, "*#")):
        keys = KeyBuffer()
        keys.ended_by_length("#", until=3.0)
        for key in pressed:
            keys.push(key, now=now)
        assert "".join(filter(None, (keys.pull(options=options) for _ in "12"))) == pressed


def test_what_is_flushed_takes_the_habit_with_it_only_if_it_was_there() -> None:
    keys = KeyBuffer()
    keys.ended_by_length("#", until=3.0)
    assert keys.flush() == 0
    keys.push("#", now=1.0)
    assert keys.pull() is None
    keys.ended_by_length("#", until=3.0)
    keys.push("#", now=1.0)
    assert keys.flush() == 1
    keys.push("#", now=1.0)
    assert keys.pull() == "#"


class Watched(KeyBuffer):
    """Keeps account of where each key went; the first three are in the order of pressing."""

    def __init__(self) -> None:
        super().__init__()
        self.pressed = ""
        self.gone = ""
        self.pulled = ""
        self.strays = 0

    def push(self, key: str, *, now: float) -> bool:
        before = len(self._keys)
        kept = super().push(key, now=now)
        assert kept is (before < MOST_AHEAD)
        self.pressed += key if kept else ""
        return kept

    def pull(self, *, options: str = "") -> str | None:
        before = self._keys.decode()
        key = super().pull(options=options)
        taken = before[: len(before) - len(self._keys)]
        assert taken in ((key or ""), "#" + (key or ""))
        self.strays += len(taken) - len(key or "")
        self.gone += taken
        self.pulled += key or ""
        return key

    def flush(self) -> int:
        self.gone += self._keys.decode()
        return super().flush()


GRAMMARS = (
    Grammar(maximum=4, terminator="#", cancel="*", habit="#"),
    Grammar(maximum=6, terminator="#", cancel="**", accepts="0123456789*", habit="#"),
    Grammar(maximum=3, habit="#"),
    Grammar(maximum=2, accepts=KEYS, options="12#", full=lambda typed: typed.reveal() != "1", habit="#"),
)
ACTS = st.one_of(
    st.sampled_from(KEYS).map(lambda key: ("press", key)),
    st.sampled_from(["prompt ended", "flush"]).map(lambda what: (what, "")),
    st.floats(0, 8).map(lambda seconds: ("wait", str(seconds))),
)


@settings(max_examples=400, deadline=None)
@given(
    acts=st.lists(ACTS, max_size=60),
    asked=st.lists(
        st.tuples(st.sampled_from(GRAMMARS), st.booleans(), st.booleans()), min_size=1, max_size=8
    ),
)
def test_each_key_has_one_end(acts: list[tuple[str, str]], asked: list[tuple[Grammar, bool, bool]]) -> None:
    """Typed into one entry, ending it, erasing it, passed over, or flushed: none is lost and none counts twice."""
    keys, now, questions = Watched(), 0.0, iter(asked * 20)
    collector, grammar, from_here, heard = _next(keys, questions, now=now)
    for act, what in acts:
        match act:
            case "press":
                keys.push(what, now=now)
                heard = heard or collector.take(now=now)
            case "prompt ended":
                heard = heard or collector.prompt_ended(now=now)
            case "flush":
                keys.flush()
            case _:
                now += float(what)
                heard = heard or collector.handle_timeout(now=now)
        while heard is not None:
            _account(keys.pulled[from_here:], collector, grammar, heard)
            collector, grammar, from_here, heard = _next(keys, questions, now=now)
        _account(keys.pulled[from_here:], collector, grammar, None)
        assert keys.gone + keys._keys.decode() == keys.pressed
        assert len(keys._keys) <= MOST_AHEAD


def _next(
    keys: Watched, questions: Iterator[tuple[Grammar, bool, bool]], *, now: float
) -> tuple[Collector, Grammar, int, Heard | None]:
    grammar, playing, bargein = next(questions)
    collector = Collector(grammar, keys)
    from_here = len(keys.pulled)
    return collector, grammar, from_here, collector.begin(playing=playing, bargein=bargein, now=now)


def _account(pulled: str, collector: Collector, grammar: Grammar, heard: Heard | None) -> None:
    """The keys taken for one entry are what it holds, but for its last one and those that mean nothing in it."""
    typed = collector.typed.reveal()
    if heard in (Heard.ERASED, Heard.CANCELLED) or pulled[-1:] == grammar.terminator != "":
        assert heard is not None
        pulled = pulled[:-1]
    assert typed == "".join(key for key in pulled if key in grammar.accepts)
    assert len(typed) <= grammar.maximum
    if heard is Heard.NO_INPUT:
        assert not typed
    if heard is Heard.ENTERED:
        assert typed
