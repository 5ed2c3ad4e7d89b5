"""The door of a small centre over a real database, a clock that stands until it is moved, and what was audited."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.kit.doorstep import Doorstep

if TYPE_CHECKING:
    from collections.abc import Iterator

    from records.database import Database


@pytest.fixture
def doorstep(database: Database) -> Iterator[Doorstep]:
    made = Doorstep(database)
    yield made
    made.door.close()
