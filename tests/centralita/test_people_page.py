"""What docs/people.md says in numbers is what the program does; docs/roles.md is made from it."""

from __future__ import annotations

from pathlib import Path

from base import buckets
from base.weak_passwords import MIN_LENGTH
from records.people import lockout, proofs, sessions
from records.people.passwords import Cost

PAGE = (Path(__file__).resolve().parents[2] / "docs/people.md").read_text(encoding="utf-8")


def test_the_numbers_of_the_page_are_those_of_the_program() -> None:
    assert Cost() == (3, 64 * 1024, 1)
    assert f"At least {MIN_LENGTH} characters" in PAGE
    assert f"After {lockout.FREE} wrong attempts at a person from one source" in PAGE
    assert lockout.LONGEST == 15 * 60
    assert lockout.FORGOTTEN == 86_400
    assert f"{lockout.OF_SOURCE} wrong attempts at anybody, then one in {lockout.SOURCE_EVERY:g} s" in PAGE
    assert f"{lockout.OF_STRANGERS}, then one in {lockout.STRANGER_EVERY:g} s" in PAGE
    assert f"{buckets.KEPT:,} of each" in PAGE
    assert sessions.KEPT == 90 * 86_400
    assert f"within {proofs.INVITATION_LASTS / 3600:g} hours" in PAGE
