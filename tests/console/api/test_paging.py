"""Cursors that we never gave."""

from __future__ import annotations

import base64

import pytest

from console.api.paging import Paged, after, written
from console.problem import Refusal


def test_a_cursor_of_ours_is_read_again() -> None:
    assert after(Paged(cursor=written((1.5, "c1"))), float, str) == (1.5, "c1")


@pytest.mark.parametrize(
    "key",
    [
        '[NaN,"c1"]',
        '[Infinity,"c1"]',
        '[-1e300,"c1"]',
        '[1.0,"\\ud800"]',
        '[1.0,"a\\u0000"]',
        '[1,"c1"]',
        "[1.0]",
        "[" * 300,
    ],
)
def test_a_forged_cursor_is_refused_before_the_database_sees_it(key: str) -> None:
    forged = base64.urlsafe_b64encode(key.encode()).rstrip(b"=").decode()
    with pytest.raises(Refusal) as refused:
        after(Paged(cursor=forged), float, str)
    assert refused.value.status == 422
