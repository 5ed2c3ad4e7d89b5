from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ivr.collect import COLLECT, CollectInput, Collector, CollectState, Grammar, Heard
from ivr.keys import MOST_AHEAD, KeyBuffer


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


@given(st.text("0123456789*#", max_size=20), st.integers(1, 6))
def test_no_key_is_lost_or_doubled(pressed: str, longest: int) -> None:
    keys = KeyBuffer()
    entries: list[str] = []
    collector = Collector(Grammar(maximum=longest, accepts="0123456789*#"), keys)
    collector.begin(playing=False, bargein=True, now=0.0)
    for key in pressed:
        keys.push(key, now=0.0)
        if collector.take(now=0.0) is Heard.ENTERED:
            entries.append(collector.typed.reveal())
            collector = Collector(Grammar(maximum=longest, accepts="0123456789*#"), keys)
            collector.begin(playing=False, bargein=True, now=0.0)
    assert "".join([*entries, collector.typed.reveal()]) == pressed
    assert all(len(each) == longest for each in entries)
