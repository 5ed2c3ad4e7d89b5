"""What holds for every type: the entries of each are in test_entries.py."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from base.secret import Secret
from ivr.fields import FIELD_TYPES, AnyField
from ivr.manners import Manners
from tests.ivr.fields.made import GOOD, SENSITIVE, bare, field, setting

if TYPE_CHECKING:
    from ivr.fields import BaseField

MENUS = Path(__file__).parents[3] / "docs/menus.md"
LANGUAGES = ("en", "es", "pl")


def test_the_table_of_types_is_whole() -> None:
    assert set(FIELD_TYPES) == set(GOOD)
    assert len(FIELD_TYPES) == len(get_args(get_args(AnyField)[0]))


@pytest.mark.parametrize("kind", FIELD_TYPES)
def test_each_type_is_documented(kind: str) -> None:
    rows = MENUS.read_text(encoding="utf-8")
    assert f"\n| `{kind}` |" in rows
    row = rows.split(f"\n| `{kind}` |")[1].split("\n")[0]
    assert all(f"`{reason}`" in row for reason in field(kind).reasons)
    assert ("always" in row) is field(kind).sensitive_type


@pytest.mark.parametrize("kind", SENSITIVE)
def test_what_identifies_or_pays_cannot_be_made_harmless(kind: str) -> None:
    assert field(kind).is_sensitive
    assert field(kind, sensitive=True).is_sensitive
    with pytest.raises(ValidationError, match="always sensitive"):
        field(kind, sensitive=False)


@pytest.mark.parametrize("kind", sorted(set(GOOD) - set(SENSITIVE)))
def test_any_other_type_is_sensitive_where_the_administrator_says_so(kind: str) -> None:
    assert not field(kind).is_sensitive
    secret = field(kind, sensitive=True)
    entry = Secret(GOOD[kind])
    assert secret.is_sensitive
    assert (secret.attributes(), secret.spoken(entry, setting())) == ({}, {})
    values = secret.submitted(entry, setting())
    assert isinstance(values["it"], Secret)
    assert bare(values) == bare(field(kind).submitted(entry, setting()))


@pytest.mark.parametrize("kind", FIELD_TYPES)
def test_a_good_entry_is_accepted_and_sets_what_was_promised(kind: str) -> None:
    made, entry = field(kind), Secret(GOOD[kind])
    assert made.refusal(entry, setting()) is None
    assert made.spoken(entry, setting()).keys() == made.attributes().keys()
    assert entry.reveal() == GOOD[kind]


@pytest.mark.parametrize("kind", FIELD_TYPES)
def test_a_good_entry_fits_its_grammar(kind: str) -> None:
    grammar = field(kind).grammar(Manners(), setting())
    assert len(GOOD[kind]) <= grammar.maximum
    assert set(GOOD[kind]) <= set(grammar.accepts)
    assert grammar.terminator == "#"


@pytest.mark.parametrize("kind", ["card_number", "cvv", "otp", "expiry", "pesel", "ssn_last4"])
def test_what_needs_no_rewriting_is_never_copied(kind: str) -> None:
    entry = Secret(GOOD[kind])
    assert field(kind).submitted(entry, setting()) == {"it": entry}


@settings(deadline=None)  # the rules of all countries are read with the first telephone number
@given(
    kind=st.sampled_from(FIELD_TYPES),
    typed=st.text("0123456789", max_size=20),
    language=st.sampled_from(LANGUAGES),
)
def test_no_digits_break_a_field_and_each_refusal_has_a_known_reason(
    kind: str, typed: str, language: str
) -> None:
    _holds(field(kind), typed, language)


@settings(deadline=None)  # the rules of all countries are read with the first telephone number
@given(
    kind=st.sampled_from(FIELD_TYPES),
    swaps=st.lists(st.tuples(st.integers(0, 18), st.sampled_from("0123456789")), max_size=2),
    language=st.sampled_from(LANGUAGES),
)
def test_slips_in_good_entries_break_nothing_either(
    kind: str, swaps: list[tuple[int, str]], language: str
) -> None:
    typed = list(GOOD[kind])
    for at, digit in swaps:
        typed[at % len(typed)] = digit
    _holds(field(kind), "".join(typed), language)


def _holds(made: BaseField, typed: str, language: str) -> None:
    """Refused for a reason it has; or accepted, submitted whole, and secret where it must be."""
    around, entry = setting(language), Secret(typed)
    reason = made.refusal(entry, around)
    assert entry.reveal() == typed
    if reason is not None:
        assert reason in made.reasons
        return
    values = made.submitted(entry, around)
    spoken = made.spoken(entry, around)
    assert all(bare(values).values())
    assert bare(made.submitted(Secret(typed), around)) == bare(values)
    assert spoken.keys() == made.attributes().keys()
    if made.is_sensitive:
        assert isinstance(values["it"], Secret)
        assert all(len(each) <= 4 and each != typed for each in spoken.values())
        assert typed not in repr((made, entry, values, spoken))
