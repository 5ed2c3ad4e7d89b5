"""Codes that agents key in conversations, told from keys for the far end; in virtual time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.in_call_keys import GAP, LONGEST_TARGET, Begun, Broken, Complete, Decision, InCallKeys, Loose
from routing.feature_codes import ACTS, CODES, IN_CALL

PLAIN, TARGETED = ("*32", "*36"), ("*30", "*31")


def typed(keys: str, machine: InCallKeys | None = None, *, pace: float = 0.3) -> list[Decision | None]:
    """What comes of each key."""
    machine = machine or InCallKeys(PLAIN, TARGETED)
    return [machine.press(key, now=number * pace) for number, key in enumerate(keys)]


def test_a_plain_code_is_whole_with_its_last_key() -> None:
    assert typed("*32") == [Begun(), None, Complete("*32")]


def test_behind_a_code_with_a_target_the_hash_key_ends_the_number() -> None:
    assert typed("*301002#") == [Begun(), *[None] * 6, Complete("*30", "1002")]


def test_the_number_may_be_that_of_a_whole_code() -> None:
    assert typed("*3032#")[-1] == Complete("*30", "32")


def test_keys_without_a_star_are_for_the_far_end() -> None:
    assert typed("123#0") == [None] * 5


def test_a_star_that_begins_no_code_is_given_back_with_what_follows() -> None:
    assert typed("*9") == [Begun(), Loose("9")]
    assert typed("*38") == [Begun(), None, Loose("38")]
    assert typed("*3#") == [Begun(), None, Loose("3#")]


def test_keys_after_a_code_are_for_the_far_end_again() -> None:
    machine = InCallKeys(PLAIN, TARGETED)
    typed("*32", machine)
    assert not machine.is_typing
    assert machine.press("7", now=9.0) is None
    assert not machine.is_typing


def test_a_second_star_begins_again() -> None:
    assert typed("*3*32") == [Begun(), None, None, None, Complete("*32")]
    assert typed("*3010*36")[-1] == Complete("*36")


def test_a_pause_ends_what_may_have_been_a_code() -> None:
    machine = InCallKeys(PLAIN, TARGETED)
    typed("*3", machine, pace=1.0)
    assert machine.next_timeout() == 1.0 + GAP
    assert machine.handle_timeout(now=GAP) is None
    assert machine.handle_timeout(now=1.0 + GAP) == Loose("3")
    assert machine.next_timeout() is None


def test_a_number_that_is_not_ended_is_never_called() -> None:
    machine = InCallKeys(PLAIN, TARGETED)
    typed("*301002", machine, pace=1.0)
    assert machine.handle_timeout(now=6.0 + GAP) == Broken()
    assert typed("*30#")[-1] == Broken()
    assert typed("*30" + "1" * (LONGEST_TARGET + 1))[-1] == Broken()


def test_nothing_that_is_keyed_can_be_printed() -> None:
    assert "1002" not in repr(Complete("*30", "1002"))
    assert "77" not in repr(Loose("77"))


def test_a_code_that_begins_another_is_refused() -> None:
    with pytest.raises(ValueError, match="begins another"):
        InCallKeys(("*3",), ("*30",))


def test_the_codes_of_the_house_are_all_different_and_none_is_dialled() -> None:
    assert len(ACTS) == len(IN_CALL)
    assert not ACTS.keys() & CODES.keys()
    InCallKeys(ACTS.keys(), ())


@given(st.lists(st.tuples(st.sampled_from("0123456789*#"), st.floats(0.0, 6.0)), max_size=60))
def test_no_key_is_lost_and_none_is_held_for_ever(presses: list[tuple[str, float]]) -> None:
    """Keys that are given back are those keyed since the last star, and what is held has a time to be decided."""
    machine, now, held = InCallKeys(PLAIN, TARGETED), 0.0, ""
    for key, pause in presses:
        now += pause
        due = machine.next_timeout()
        late = machine.handle_timeout(now=now)
        assert (late is not None) == (due is not None and due <= now)
        if late is not None:
            assert late in (Loose(held), Broken())
            held = ""
        was_typing = machine.is_typing
        decision = machine.press(key, now=now)
        held = "" if key == "*" else held + key if was_typing else ""
        match decision:
            case Begun():
                assert key == "*"
                assert not was_typing
            case Complete(code=code, target=target):
                assert code in (PLAIN if not target else TARGETED)
                assert "*" + held == (code + target + "#" if target else code)
            case Loose(keys=keys):
                assert keys == held
            case _:
                pass
        held = held if machine.is_typing else ""
        assert (machine.next_timeout() is not None) == machine.is_typing
