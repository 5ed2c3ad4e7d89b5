"""What is derived of persons is cleared with their keys."""

from __future__ import annotations

from sqlalchemy import Text

from records.personal.columns import DERIVED
from records.personal.fields import NAMES
from records.views import tables


def test_no_derived_column_has_a_personal_name_without_being_cleared() -> None:
    cleared = {(each.table.name, name) for each in DERIVED for name in each.columns}
    found = {
        (table.name, column.name)
        for table in tables.ALL
        for column in table.columns
        if isinstance(column.type, Text) and column.name in NAMES
    }
    assert found - cleared == set()
    assert all(name in each.table.columns for each in DERIVED for name in (each.contact, *each.columns))
