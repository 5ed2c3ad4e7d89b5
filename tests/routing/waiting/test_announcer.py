"""Announcements to one waiting caller in virtual time: what is said when, and never two at once."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.waiting.announcer import Announcer, Where
from routing.waiting.sayings import Saying, of_wait, rounded
from routing.waiting.settings import NOTHING_SAID, Announcements, Comfort, Standing, When

NOWHERE = Where(None, None)
COMFORT = Comfort(("a", "b"), first=10, every=20)
STANDING = Standing(position=True, wait=True, first=5, every=30)


def live(
    settings: Announcements, where: dict[float, Where], *, until: float, lasts: float = 3.0
) -> list[tuple[float, tuple[str, ...]]]:
    """(when, prompts) of all that a caller hears; `where` holds how he or she stands from each moment on."""
    announcer, now, heard = Announcer(settings, now=0.0), 0.0, []
    while (due := announcer.next_due()) is not None and due <= until:
        now = max(now, due)
        stands = where[max(moment for moment in where if moment <= now)] if where else NOWHERE
        sayings = announcer.speak(partial(Where, *stands), now=now)
        if sayings:
            assert announcer.next_due() is None
            heard.append((now, tuple(_words(each) for each in sayings)))
            now += lasts
            announcer.ended(now=now)
    return heard


def _words(saying: Saying) -> str:
    return " ".join((saying.prompt, *(value for _, value in saying.values)))


def test_nothing_is_said_and_nobody_is_woken_unless_asked_for() -> None:
    assert Announcer(NOTHING_SAID, now=0.0).next_due() is None


def test_comfort_is_spoken_in_turn_and_timed_from_the_end_of_the_last() -> None:
    heard = live(Announcements(comfort=COMFORT), {}, until=60)
    assert heard == [(10, ("a",)), (33, ("b",)), (56, ("a",))]


def test_the_greeting_comes_at_once_and_only_once() -> None:
    heard = live(Announcements(greeting=("hello", "stay")), {}, until=600)
    assert heard == [(0, ("hello", "stay"))]


def test_a_greeting_that_comes_by_a_reload_greets_nobody_who_waits() -> None:
    announcer = Announcer(NOTHING_SAID, now=0.0)
    announcer.settings = Announcements(greeting=("hello",))
    assert announcer.next_due() is None


def test_two_that_are_due_at_once_have_music_between_them() -> None:
    settings = Announcements(
        greeting=("hello",), comfort=Comfort(("a",), 0, 60), standing=replace(STANDING, first=0), pause=5
    )
    heard = live(settings, {0: Where(2, None)}, until=30)
    assert heard == [(0, ("hello",)), (8, ("queue_position 2",)), (16, ("a",))]


@pytest.mark.parametrize(
    ("when", "told"),
    [
        (When.ALWAYS, ["3", "3", "4", "2"]),
        (When.CHANGED, ["3", "4", "2"]),
        (When.IMPROVED, ["3", "2"]),
    ],
)
def test_a_position_is_told_again_as_wished(when: When, told: list[str]) -> None:
    settings = Announcements(standing=Standing(position=True, first=5, every=30, when=when))
    where = {0.0: Where(3, None), 60.0: Where(4, None), 90.0: Where(2, None)}
    heard = live(settings, where, until=120, lasts=1)
    assert [words for _, words in heard] == [(f"queue_position {each}",) for each in told]


def test_whoever_is_the_next_is_told_so() -> None:
    assert live(Announcements(standing=Standing(position=True)), {0: Where(1, None)}, until=20) == [
        (15, ("queue_next",))
    ]


def test_a_place_beyond_the_limit_is_not_told_until_it_is_within() -> None:
    settings = Announcements(standing=Standing(position=True, first=5, every=30, limit=10))
    heard = live(settings, {0: Where(11, None), 60: Where(10, None)}, until=120)
    assert heard == [(65, ("queue_position 10",))]


def test_a_wait_that_nobody_can_tell_is_silence() -> None:
    settings = Announcements(standing=STANDING)
    heard = live(settings, {0: Where(4, None), 60: Where(4, 200.0)}, until=120)
    assert heard == [(5, ("queue_position 4",)), (68, ("queue_wait 3",))]


def test_place_and_wait_are_told_in_one_go() -> None:
    assert live(Announcements(standing=STANDING), {0: Where(2, 61.0)}, until=30) == [
        (5, ("queue_position 2", "queue_wait 1"))
    ]


def test_new_settings_count_from_what_was_said_last() -> None:
    announcer = Announcer(Announcements(comfort=COMFORT), now=0.0)
    assert announcer.speak(lambda: NOWHERE, now=10.0)
    announcer.ended(now=12.0)
    announcer.settings = Announcements(comfort=replace(COMFORT, every=100))
    assert announcer.next_due() == 112.0
    announcer.settings = NOTHING_SAID
    assert announcer.next_due() is None


def test_one_asked_too_early_says_nothing() -> None:
    announcer = Announcer(Announcements(comfort=COMFORT), now=0.0)
    assert announcer.speak(lambda: NOWHERE, now=9.99) == ()
    assert announcer.next_due() == 10.0


@pytest.mark.parametrize(
    ("seconds", "minutes"),
    [
        (None, None), (float("nan"), None), (float("inf"), None), (-5, 0), (0, 0), (59.9, 0), (60, 1), (89, 1),
        (90, 2), (600, 10), (660, 10), (760, 15), (27 * 60, 25), (28 * 60, 30), (34 * 60, 30), (36 * 60, 40),
        (60 * 60, 60), (64 * 60, 60), (70 * 60, 61), (1e9, 61),
    ],
)  # fmt: skip
def test_waits_are_rounded_as_people_say_them(seconds: float | None, minutes: int | None) -> None:
    assert rounded(seconds) == minutes


def test_the_shortest_and_the_longest_have_words_of_their_own() -> None:
    assert (of_wait(0).prompt, of_wait(61).prompt) == ("queue_wait_short", "queue_wait_long")


@given(st.floats(0, 10_000), st.floats(0, 10_000))
def test_a_longer_wait_never_sounds_shorter(one: float, other: float) -> None:
    short, long = sorted((one, other))
    assert (rounded(short) or 0) <= (rounded(long) or 0)


@given(
    st.lists(st.tuples(st.floats(0.1, 50), st.integers(1, 30), st.one_of(st.none(), st.floats(0, 5000))), max_size=60),
    st.sampled_from(When),
    st.floats(0, 20),
)  # fmt: skip
def test_announcements_keep_their_distance_whatever_happens(
    steps: list[tuple[float, int, float | None]], when: When, pause: float
) -> None:
    settings = Announcements(("hello",), COMFORT, replace(STANDING, when=when), pause)
    announcer, now, ended = Announcer(settings, now=0.0), 0.0, float("-inf")
    for step, position, wait in steps:
        if announcer.is_speaking:
            now += step
            announcer.ended(now=now)
            ended = now
        due = announcer.next_due()
        assert due is not None
        assert due >= ended + pause or ended == float("-inf")
        now = max(now, due)
        spoken = announcer.speak(partial(Where, position, wait), now=now)
        assert announcer.is_speaking == bool(spoken)
        assert spoken or (announcer.next_due() or now) > now - 1e-9
