from __future__ import annotations

import json
import math
from json import encoder as standard

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.compact import compact, compact_text, encoder

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(_VALUES)
def test_the_text_is_the_one_that_the_standard_encoder_writes(value: object) -> None:
    assert compact(value) == json.dumps(value, separators=(",", ":"))
    assert compact_text(value) == json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    assert encoder(sort_keys=True)(value) == json.dumps(value, separators=(",", ":"), sort_keys=True)


@pytest.mark.parametrize("value", [math.nan, math.inf, {1, 2}, {"a": object()}, b"bytes"])
@pytest.mark.parametrize("is_built_in", [True, False])
def test_what_json_cannot_hold_is_refused(
    value: object, monkeypatch: pytest.MonkeyPatch, *, is_built_in: bool
) -> None:
    if not is_built_in:
        monkeypatch.setattr(standard, "c_make_encoder", None)
    with pytest.raises((TypeError, ValueError)):
        encoder(allow_nan=False)(value)


def test_what_holds_itself_is_refused_and_the_encoder_goes_on() -> None:
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(RecursionError):
        compact(endless)
    assert compact([[], {}]) == "[[],{}]"
