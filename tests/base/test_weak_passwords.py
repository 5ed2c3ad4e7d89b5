"""Passwords that others guess."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.io.ids import SystemIds
from base.weak_passwords import weakness
from sip.digest.credentials import make_password


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", "shorter"),
        ("short-One-1", "shorter"),
        ("x" * 129, "longer"),
        ("bad\nline-Here-1", "typed"),
        ("aaaaaaaaaaaabb", "few"),
        ("Eva.Lopez-2026-go", "name"),
        ("my-1001-telephone", "name"),
        ("Lópezlopez-9271x", "name"),
        ("Pa$$w0rd-for-me-9", "attackers"),
        ("C0ntraseña-1973-x", "attackers"),
        ("Hasło-moje-1973-x", "attackers"),
        ("Adm1nistr@tor-77", "attackers"),
        ("123456789012", "row"),
        ("qwertz-uiop-asdf", "attackers"),
        ("asdfghjkl-poiuyt", "row"),
        ("abcdef-123456-fedcba", "row"),
        ("147258369-147258369", "row"),
    ],
)
def test_weak_ones_are_told_apart_and_not_repeated(password: str, why: str) -> None:
    found = weakness(password, ("eva.lopez", "1001"))
    assert found is not None
    assert why in found
    assert not password or password not in found


@pytest.mark.parametrize("password", ["tangerine-Boat-42", "blue-Kettle-47-harbour", "żółta łódź pod wodą"])
def test_good_ones_are_taken(password: str) -> None:
    assert weakness(password, ("eva.lopez", "Eva López", "1001")) is None


@given(st.integers(1, 99))
def test_short_names_stand_in_many_words_and_do_not_count(number: int) -> None:
    assert weakness("tangerine-Boat-42", (str(number), "Al", "de")) is None


def test_made_ones_are_never_weak() -> None:
    ids = SystemIds()
    assert not [made for made in (make_password(ids) for _ in range(2000)) if weakness(made, ("1001",))]
