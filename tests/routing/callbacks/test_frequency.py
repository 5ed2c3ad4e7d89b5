"""How often something was done within a day: counted, freed again, and not remembered for ever."""

from __future__ import annotations

from routing.callbacks.frequency import SLACK, Frequency
from routing.callbacks.settings import DAY


def test_what_was_done_counts_for_a_day_and_then_frees_the_number() -> None:
    often = Frequency()
    for at in (100.0, 0.0, 50.0):
        often.note("a", at)
    assert often.count("a", now=100.0) == 3
    assert often.count("a", now=DAY) == 2
    assert often.frees("a", 2, now=DAY + 20.0) == DAY + 50.0
    assert often.frees("a", 3, now=DAY + 20.0) == DAY + 20.0


def test_numbers_that_nobody_asks_for_again_are_forgotten() -> None:
    often = Frequency()
    for day in range(4):
        for each in range(SLACK):
            often.note(f"{day}-{each}", day * DAY + each / SLACK)
    assert len(often) <= 3 * SLACK + 1
    assert often.count(f"3-{SLACK - 1}", now=3 * DAY + 1.0) == 1
