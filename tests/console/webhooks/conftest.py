"""A desk of webhooks, and a receiver for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.kit.webhook_house import House
from tests.kit.webhook_receiver import Receiver

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from records.database import Database


@pytest.fixture
async def house(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.setattr("console.webhooks.delivery.LINGER", 0.0)
    made = House(database, tmp_path)
    await made.desk.open()
    yield made
    await made.hub.close()
    await made.desk.close()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as made:
        yield made
