"""base.durations: what administrators may write."""

from __future__ import annotations

import pytest

from base.durations import seconds


@pytest.mark.parametrize(
    ("written", "meant"),
    [(6, 6.0), (1.5, 1.5), ("20s", 20.0), ("500ms", 0.5), ("2m", 120.0), ("1h", 3600.0), ("7", 7.0)],
)
def test_the_forms_that_are_accepted(written: object, meant: float) -> None:
    assert seconds(written) == meant


@pytest.mark.parametrize("written", ["", "soon", "5 weeks", -1, True, None, "1:30"])
def test_anything_else_says_what_would_be_right(written: object) -> None:
    with pytest.raises(ValueError, match="duration"):
        seconds(written)
