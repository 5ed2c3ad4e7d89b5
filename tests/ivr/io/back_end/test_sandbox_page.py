"""What docs/back-end.md says of the sandbox's people and cards is so."""

from __future__ import annotations

import re
from pathlib import Path

from ivr.io.back_end.sandbox_people import OTP, TEST_CARDS, TEST_PEOPLE

ROOT = Path(__file__).resolve().parents[4]
PAGE = (
    (ROOT / "docs" / "back-end.md")
    .read_text(encoding="utf-8")
    .partition("## The sandbox")[2]
    .partition("\n## ")[0]
)
BANK = {each.id: each for each in TEST_PEOPLE if each.client == "banco_sol" and "account" in each.elements}


def test_every_card_is_listed_with_its_owner() -> None:
    listed = re.findall(
        r"^\| (\d{15,16}) \| (\w+) \| (not active|active|reported lost)", PAGE, flags=re.MULTILINE
    )
    states = {"inactive": "not active", "active": "active", "blocked": "reported lost"}
    cards = [each for each in TEST_CARDS if each.person in BANK]
    assert listed == [(each.number, each.person.title(), states[each.state]) for each in cards]


def test_every_person_is_listed_with_what_proves_them() -> None:
    rows = re.findall(r"^\| (Ana|Luis|Ewa) \| (\d{4}-\d\d-\d\d) \| (.*) \|$", PAGE, flags=re.MULTILINE)
    assert [name.lower() for name, _, _ in rows] == list(BANK)
    for name, born, rest in rows:
        person = BANK[name.lower()]
        told = {born.replace("-", ""), person.phone, OTP}
        assert person.phone in rest
        assert {value for value in person.elements.values() if value not in rest} <= told
        assert set(re.findall(r"\d{4,}", rest)) <= {*person.elements.values(), person.phone.strip("+")}
