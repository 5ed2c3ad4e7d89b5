"""base.secret: a value that cannot be seen by any ordinary means."""

from __future__ import annotations

import copy
import pickle

import pytest

from base.secret import MASK, Secret

DIGITS = "4111111111111111"


@pytest.mark.parametrize(
    "show", [repr, str, "{}".format, "{:>20}".format, lambda secret: f"{secret!r}{[secret]}"]
)
def test_no_way_of_printing_shows_the_digits(show: object) -> None:
    shown = show(Secret(DIGITS))  # type: ignore[operator]
    assert DIGITS not in shown
    assert MASK in shown


def test_it_cannot_be_pickled_or_copied() -> None:
    for way in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            way(Secret(DIGITS))


def test_wiping_overwrites_the_very_buffer() -> None:
    secret = Secret(DIGITS)
    buffer = secret._buffer
    secret.wipe()
    assert bytes(buffer) == bytes(len(DIGITS))
    assert not secret


def test_digits_come_one_by_one_and_the_last_four_may_be_spoken() -> None:
    secret = Secret()
    for digit in DIGITS:
        secret.append(digit)
    assert secret.reveal() == DIGITS
    assert secret.last(4) == "1111"
    assert len(secret) == 16
