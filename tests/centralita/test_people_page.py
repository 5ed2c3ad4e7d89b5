"""What docs/people.md says in numbers is what the program does; docs/roles.md is made from it."""

from __future__ import annotations

from pathlib import Path

from base.weak_passwords import MIN_LENGTH
from records.people import door, lockout, proofs
from records.people.passwords import Cost

PAGE = (Path(__file__).resolve().parents[2] / "docs/people.md").read_text(encoding="utf-8")


def test_the_numbers_of_the_page_are_those_of_the_program() -> None:
    assert Cost() == (3, 64 * 1024, 1)
    assert f"At least {MIN_LENGTH} characters" in PAGE
    assert f"After {door.FREE_OF_PERSON} wrong attempts for a person, or {door.FREE_OF_SOURCE} from" in PAGE
    assert f"{lockout.KEPT:,} persons" in PAGE
    assert lockout.LONGEST == 15 * 60
    assert f"within {proofs.INVITATION_LASTS / 3600:g} hours" in PAGE
