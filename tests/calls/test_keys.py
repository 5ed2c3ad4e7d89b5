"""One press that a phone tells in several ways is one."""

from __future__ import annotations

import pytest

from calls.keys import WINDOW, Keys

CASES = {
    "one way only": ("event:5@0 event:5@0.2 event:5@0.4", "555"),
    "event and tone": ("event:5@0 tone:5@0.06", "5"),
    "tone before its event": ("tone:5@0 event:5@0.05", "5"),
    "all three": ("event:5@0 tone:5@0.06 info:5@0.3", "5"),
    "the same key twice by two": ("event:5@0 event:5@0.15 info:5@0.2 info:5@0.3", "55"),
    "the same key twice, in turn": ("event:5@0 tone:5@0.06 event:5@0.2 tone:5@0.26", "55"),
    "another key between": ("event:5@0 event:6@0.1 info:5@0.2 info:6@0.25", "56"),
    "one way loses a key": ("event:1@0 tone:1@0.06 event:2@0.2 event:3@0.4 tone:3@0.46", "123"),
    "an info that was sent again is known below; a late one is another press": ("event:5@0 info:5@0.9", "55"),
    "two keys at once": ("tone:1@0 info:2@0", "12"),
}


@pytest.mark.parametrize(("told", "presses"), CASES.values(), ids=CASES.keys())
def test_a_press_counts_once(told: str, presses: str) -> None:
    keys = Keys()
    counted = ""
    for each in told.split():
        means, rest = each.split(":")
        key, at = rest.split("@")
        counted += key if keys.counts(key, means, now=float(at)) else ""
    assert counted == presses


def test_what_is_over_is_forgotten_and_never_shown() -> None:
    keys = Keys()
    for number in range(100):
        keys.counts("4", "event", now=number * 2 * WINDOW)
    assert len(keys._recent) == 1
    assert "4" not in repr(keys._recent).replace(str(keys._recent[0].at), "")
