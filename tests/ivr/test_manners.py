from __future__ import annotations

import pytest

from ivr.manners import ACCESSIBLE, Asking, Defaults, Floor, Manners, manners_of, worded


def test_what_nothing_says_is_the_houses() -> None:
    assert manners_of((), Defaults()) == Manners()


def test_the_innermost_word_counts() -> None:
    defaults = Defaults(timeout="8s", max_timeouts=4, noinput="a", terminator="*", cancel_key="#")
    step = Asking(timeout="9s", nomatch=("b", "c"), bargein=False)
    field = Asking(timeout="11s", terminator="none", cancel_key="none", last_try="d")
    found = manners_of((step, field), defaults)
    assert found == Manners(
        timeout=11.0,
        max_timeouts=4,
        noinput=("a",),
        nomatch=("b", "c"),
        last_try=("d",),
        bargein=False,
        terminator="",
        cancel_key="",
    )
    assert (manners_of((step,), defaults).terminator, manners_of((step,), defaults).cancel_key) == ("*", "#")


def test_one_key_cannot_end_and_erase() -> None:
    with pytest.raises(ValueError, match='"#" cannot both end an entry and erase it'):
        Asking(terminator="#", cancel_key="#")
    assert Asking(terminator="none", cancel_key="none")


def test_a_floor_gives_more_time_and_one_more_try() -> None:
    found = manners_of((Asking(timeout="12s", max_failures=10),), Defaults(), floor=ACCESSIBLE)
    assert (found.timeout, found.inter_digit_timeout) == (12.0, 5.0)
    assert (found.max_timeouts, found.max_failures) == (3, 10)
    assert manners_of((), Defaults(), floor=ACCESSIBLE).timeout == 10.0
    assert manners_of((), Defaults(), floor=Floor()) == Manners()


@pytest.mark.parametrize(("count", "words"), [(1, ("a",)), (2, ("b",)), (3, ("b",)), (9, ("b",))])
def test_the_last_wording_serves_from_then_on(count: int, words: tuple[str, ...]) -> None:
    assert worded(("a", "b"), count) == words
    assert worded((), count) == ()
