"""Whoever calls again soon gets the old place back: once, in the same queue, from the same number."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from routing.queues.returning import MOST, KeptPlace, Returning

WHO = ("acme", "help", "+34600111222")


def test_a_place_is_given_back_once() -> None:
    places = Returning()
    place = KeptPlace(joined=100.0, until=500.0)
    places.keep(*WHO, place, now=200.0)
    assert places.claim(*WHO, now=300.0) == place
    assert places.claim(*WHO, now=300.0) is None


def test_a_place_is_given_back_in_its_queue_of_its_client_to_its_number() -> None:
    places = Returning()
    places.keep(*WHO, KeptPlace(100.0, 500.0), now=200.0)
    for other in (("other", *WHO[1:]), (WHO[0], "sales", WHO[2]), (*WHO[:2], "+34600111223")):
        assert places.claim(*other, now=300.0) is None
    assert places.claim(*WHO, now=300.0) is not None


def test_a_place_is_kept_so_long_and_no_longer() -> None:
    places = Returning()
    places.keep(*WHO, KeptPlace(100.0, 500.0), now=200.0)
    assert places.claim(*WHO, now=500.0) is None
    assert len(places) == 0


def test_withheld_numbers_and_queues_that_keep_nothing_leave_nothing() -> None:
    places = Returning()
    places.keep("acme", "help", "", KeptPlace(100.0, 500.0), now=200.0)
    places.keep(*WHO, KeptPlace(100.0, 200.0), now=200.0)
    assert len(places) == 0


def test_of_two_places_the_better_counts() -> None:
    places = Returning()
    places.keep(*WHO, KeptPlace(100.0, 500.0, is_first=True), now=200.0)
    places.keep(*WHO, KeptPlace(300.0, 900.0), now=400.0)
    assert places.claim(*WHO, now=600.0) == KeptPlace(100.0, 900.0, is_first=True)


def test_a_place_whose_time_is_over_makes_no_later_one_better() -> None:
    places = Returning()
    places.keep(*WHO, KeptPlace(100.0, 500.0, is_first=True), now=200.0)
    places.keep(*WHO, KeptPlace(600.0, 900.0), now=700.0)
    assert places.claim(*WHO, now=800.0) == KeptPlace(600.0, 900.0)


def test_the_memory_has_bounds_and_forgets_the_oldest() -> None:
    places = Returning()
    for each in range(MOST + 5):
        places.keep("acme", "help", str(each), KeptPlace(0.0, 1000.0), now=0.0)
    assert len(places) == MOST
    assert places.claim("acme", "help", "4", now=1.0) is None
    assert places.claim("acme", "help", "5", now=1.0) is not None


@given(st.lists(st.tuples(st.booleans(), st.sampled_from("abc"), st.floats(0, 50)), max_size=60))
def test_nobody_gets_a_place_that_was_not_left(steps: list[tuple[bool, str, float]]) -> None:
    places, now = Returning(), 0.0
    left: dict[str, list[float]] = {}
    for comes, number, later in steps:
        now += later
        if comes:
            found = places.claim("c", "q", number, now=now)
            mine = left.pop(number, [])
            assert found is None or (found.joined in mine and found.until > now)
            assert found is not None or all(each + 100.0 <= now for each in mine)
        else:
            places.keep("c", "q", number, KeptPlace(now, now + 100.0), now=now)
            left.setdefault(number, []).append(now)
