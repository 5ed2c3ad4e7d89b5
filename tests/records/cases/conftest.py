"""The desk of customers and cases, on SQLite and on PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.records.cases.desk import Desk

if TYPE_CHECKING:
    from records.database import Database


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)
