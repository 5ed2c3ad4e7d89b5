"""Numbers of cases can be said, and one that was misheard is known."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from base.ids import SequenceIds
from base.io.ids import SystemIds
from records.cases.numbering import DIGITS, draw, read, spoken


def test_a_number_is_nine_digits_in_groups_of_three() -> None:
    number = draw(SystemIds())
    assert (len(number), number.isdecimal(), number[0] != "0") == (DIGITS, True, True)
    assert read(spoken(number)) == number
    assert [len(each) for each in spoken(number).split()] == [3, 3, 3]


def test_numbers_do_not_tell_how_many_there_are() -> None:
    ids = SystemIds()
    drawn = [draw(ids) for _ in range(200)]
    assert len(set(drawn)) > 195
    assert drawn != sorted(drawn)


@given(start=st.integers(0, 10_000), place=st.integers(0, DIGITS - 1), other=st.integers(1, 9))
def test_one_wrong_digit_is_found(start: int, place: int, other: int) -> None:
    ids = SequenceIds()
    for _ in range(start % 7):
        ids.new()
    number = draw(ids)
    wrong = str((int(number[place]) + other) % 10)
    assert read(number[:place] + wrong + number[place + 1 :]) is None


@given(st.integers(0, DIGITS - 2))
def test_two_digits_that_changed_places_are_found(place: int) -> None:
    number = draw(SystemIds())
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert swapped == number or read(swapped) is None


def test_what_is_no_number_is_none() -> None:
    for text in ("", "12345678", "1234567890", "12345678x", "١٢٣٤٥٦٧٨٩", "C00017"):
        assert read(text) is None
