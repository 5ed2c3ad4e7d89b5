from __future__ import annotations

import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.compact import compact_text
from records.card_numbers import is_doubtful, mask_text, masked, passes_luhn
from records.card_scan import clean_row, mask_line

PUBLISHED = ["4111111111111111", "5555555555554444", "378282246310005", "30569309025904", "6011111111111117"]


def with_check_digit(digits: str) -> str:
    return next(digits + check for check in "0123456789" if passes_luhn(digits + check))


card_numbers = (
    st.integers(12, 18)
    .flatmap(lambda length: st.text("0123456789", min_size=length, max_size=length).map(with_check_digit))
    .filter(lambda number: not number.startswith("00"))
)


def groups_of_four(digits: str, separator: str) -> str:
    return separator.join(digits[at : at + 4] for at in range(0, len(digits), 4))


@pytest.mark.parametrize("number", PUBLISHED)
def test_a_published_card_number_keeps_only_its_last_four_digits(number: str) -> None:
    assert mask_text(f"card {number}.") == (f"card {'*' * (len(number) - 4)}{number[-4:]}.", 1)


@given(card_numbers, st.sampled_from(["", " ", "-", "."]), st.sampled_from(["", "card ", "x=", "<sip:", "("]))
def test_any_card_number_is_found_in_any_usual_writing(number: str, separator: str, before: str) -> None:
    written = groups_of_four(number, separator) if separator else number
    text = f"{before}{written}@host"
    hidden, count = mask_text(text)
    assert count == 1
    assert number not in hidden.replace(separator, "") if separator else number not in hidden
    assert sum(letter.isdigit() for letter in hidden) == 4


@given(card_numbers, st.recursive(st.none() | st.booleans(), lambda inner: st.lists(inner, max_size=2)))
def test_the_cheap_look_at_the_encoded_event_misses_no_card_number(number: str, other: object) -> None:
    for text in (number, groups_of_four(number, " "), groups_of_four(number, "-")):
        assert is_doubtful(json.dumps({"deep": [{"k": other, "v": text}]}))


@pytest.mark.parametrize(
    "written",
    ["3782 822463 10005", "3056 930902 5904", "41 11 11 11 11 11 11 11", "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1"],
)
def test_other_groups_than_of_four_are_found(written: str) -> None:
    assert mask_text(written)[1] == 1


@pytest.mark.parametrize(
    "separator",
    ["\u00a0", "\u2009", "  ", "\n", "\r\n", "\t", "\u2013", " - ", " \u2013 ", "\u200b", "\u2212"],
)
def test_a_card_number_as_it_is_pasted_is_found(separator: str) -> None:
    text = groups_of_four(PUBLISHED[0], separator)
    assert is_doubtful(json.dumps({"note": text}))
    assert mask_text(f"card {text}.") == (f"card {groups_of_four('************1111', separator)}.", 1)
    assert clean_row("note", (text, json.dumps([text]))) == (
        groups_of_four("************1111", separator),
        compact_text([groups_of_four("************1111", separator)]),
    )


@pytest.mark.parametrize("separator", ["_", ",", ", ", "%20"])
def test_a_card_number_as_programs_write_it_is_found(separator: str) -> None:
    text = groups_of_four(PUBLISHED[0], separator)
    assert is_doubtful(json.dumps({"note": text}))
    assert mask_text(f"q={text}&") == (f"q={groups_of_four('************1111', separator)}&", 1)
    assert mask_line(f"q={text}&") == f"q={groups_of_four('************1111', separator)}&"


@pytest.mark.parametrize("before", ["x", "X", "card", "cardNo", "+", "_", "num=x"])
def test_a_card_number_right_behind_a_word_is_found(before: str) -> None:
    assert mask_text(f"{before}{PUBLISHED[0]};") == (f"{before}************1111;", 1)


HARD = {
    "ones": "1 ",
    "fours": "4 ",
    "dashes": "4-",
    "many spaces": "2   ",
    "two separators": "4-1 ",
    "groups": "1111-",
    "groups of cards": "4111 1111 1111 1111 ",
    "cards": "4111111111111111 ",
    "long groups": "4111111 ",
    "digits": "4",
    "words": "x1234567890123",
    "uuids": "01930000-1111-7222-8333-444455556666 ",
    "short runs": "4 4 4 4 4 4 4 4 4 4 4 4 4 4x",
    "commas": "4111,",
    "other scripts": "\u0664",
    "coded spaces": "4%20",
}


@pytest.mark.parametrize("text", HARD.values(), ids=list(HARD))
def test_no_text_of_a_stranger_makes_much_work(text: str) -> None:
    """Counted in calls, by the character; the patterns' own work is of the kind that never goes back far."""
    hard = (text * (16384 // len(text) + 1))[:16384]
    calls = 0

    def count(frame: object, what: str, called: object) -> None:
        nonlocal calls
        calls += what in ("call", "c_call")

    sys.setprofile(count)
    try:
        mask_text(hard)
    finally:
        sys.setprofile(None)
    assert calls < 5 * len(hard)


def test_a_card_number_over_two_lines_is_found() -> None:
    assert mask_text("4111 1111\n1111 1111") == ("**** ****\n**** 1111", 1)


def test_digits_of_other_scripts_are_found_too() -> None:
    number = "".join(chr(0xFF10 + int(digit)) for digit in PUBLISHED[0])
    assert is_doubtful(json.dumps(number))
    assert mask_text(number)[1] == 1


def test_a_card_number_is_found_in_nested_data_and_in_keys() -> None:
    data = {"a": [{"b": "nr 4111 1111 1111 1111"}], "4111111111111111": 5555555555554444}
    assert masked(data) == (
        {"a": [{"b": "nr **** **** **** 1111"}], "************1111": "************4444"},
        3,
    )


def test_a_card_number_with_more_digits_behind_it_is_found() -> None:
    assert mask_text("4111111111111111 1227 123")[0] == "************1111 1227 123"
    assert "4111111111111111" not in mask_text("41111111111111111227")[0]


@pytest.mark.parametrize(
    "text",
    [
        "34600111222",
        "+48600100200",
        "+4915112345676",  # thirteen digits that pass Luhn, but written as a telephone number
        "0034600111222",  # these pass it too, and are what is dialled from a country with the prefix 00
        "4111111111111112",  # wrong check digit
        "a4111111111111111",  # hexadecimal words are no digits
        "4111111111111111f00d@10.0.0.1",
        "7f4111111111111111",
        "550e8400-e29b-4111-8111-111111111111",
        "01JD4111111111111111ABCDEF",
        "1732222222-5060-1@192.168.100.200",
        "2026-11-21 20:45:44.123456",
        "z9hG4bK4111111111111111",  # a branch
        "as4111111111111111b",
        "id1732222222123456",
        "+378282246310005",  # fifteen digits behind a plus may be a telephone number
        "extensions 1001,1002,1003,1004,1005,1006,1007,1008,1009,1010",
        "4111,1111,1111,1111,2222",  # a list that goes on
        "5, 4, 3, 2, 1, 6, 7, 4, 4, 1, 2, 3, 5, 6, 3, 2, 2, 2",
        "192.168.100.200:5060",
        "m=audio 12242 RTP/AVP 0 8 9 111 112 113 101 110 114",  # these pass it, from 8 and from 111
        "",
    ],
)
def test_what_is_no_card_number_is_left_alone(text: str) -> None:
    assert mask_text(text) == (text, 0)


def test_times_in_microseconds_and_fractions_are_left_alone() -> None:
    data = {"at": [1_795_294_000_000_000 + n for n in range(50)], "share": 0.4111111111111111, "yes": True}
    assert masked(data) == (data, 0)


@given(st.uuids().map(str))
def test_a_uuid_is_left_alone(text: str) -> None:
    assert mask_text(text)[1] == 0 or text.replace("-", "").isdigit()
