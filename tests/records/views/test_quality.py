from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.views.quality import mean_opinion


def sound(**counted: float) -> dict[str, float]:
    return {"packets_in": 1000, "lost": 0, "jitter_ms": 0.5, "round_trip_ms": 20.0} | counted


def test_sound_without_losses_is_as_good_as_the_telephone_can_be() -> None:
    assert mean_opinion("PCMA", sound()) == 4.39


@pytest.mark.parametrize(
    ("codec", "counted", "score"),
    [
        ("PCMA", {"lost": 10}, 4.31),
        ("PCMA", {"lost": 53}, 3.89),
        ("PCMA", {"lost": 250}, 2.59),
        ("PCMA", {"round_trip_ms": 600.0}, 3.58),
        ("G729", {}, 4.08),
        (None, {}, 4.39),
    ],
)
def test_losses_delay_and_codec_make_it_worse(
    codec: str | None, counted: dict[str, float], score: float
) -> None:
    assert mean_opinion(codec, sound(**counted)) == pytest.approx(score, abs=0.005)


def test_of_less_than_a_second_nothing_is_said() -> None:
    assert mean_opinion("PCMA", sound(packets_in=49)) is None
    assert mean_opinion("PCMA", {}) is None


anything = st.none() | st.integers() | st.floats() | st.text(max_size=3)


@given(st.dictionaries(st.sampled_from(["packets_in", "lost", "jitter_ms", "round_trip_ms"]), anything))
def test_whatever_was_counted_the_score_is_between_one_and_four_and_a_half(
    counted: dict[str, object],
) -> None:
    score = mean_opinion("PCMA", counted)
    assert score is None or 1.0 <= score <= 4.5
