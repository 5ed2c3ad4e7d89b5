"""Contacts whose segments do not add up are told as they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from records import Ledger
from tests.records.calls import BEGAN, event

if TYPE_CHECKING:
    from pathlib import Path

    from records.database import Database


def test_a_contact_whose_sums_are_off_is_told_once_and_counted(database: Database, tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []
    ledger = Ledger(
        database,
        gather=0.0,
        spill=tmp_path / "spill",
        unbalanced=lambda contact, off: told.append((contact, off)),
    )
    ledger.start(now=BEGAN)
    for contact, length in (("well", 9.0), ("off", 60.0)):
        ledger.append(event(0, contact, None, "contact.opened", ani="1"))
        ledger.append(event(9, contact, None, "contact.closed", outcome="menu", length=length))
        ledger.append(event(10, contact, None, "contact.closed", outcome="menu", length=length))
    assert ledger.close() == 0
    assert told == [("off", 51.0)]
    assert ledger.health().unbalanced == 1
