"""A ledger that is open, and where it stands."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from records import Ledger
from tests.records.calls import BEGAN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
def days_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger's own clock stands ten days after the calls: events may be of all days up to then."""
    monkeypatch.setattr("records.ledger.days.time", SimpleNamespace(time=lambda: BEGAN + 10 * 86_400.0))


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    ledger = Ledger(path, gather=0.0)
    ledger.start(now=BEGAN)
    yield ledger
    ledger.close()
