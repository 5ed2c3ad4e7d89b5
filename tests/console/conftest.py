"""A running interface with its real parts."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.console.interface import Api

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    made = Api(tmp_path)
    await made.store.open()
    await made.webhooks.open()
    await made.client.start_server()
    yield made
    await made.hub.close()
    await made.webhooks.close()
    await made.client.close()
    made.workplace.close()
    made.callbacks.stop()
    await made.store.close()
    made.doorstep.door.close()
    await asyncio.to_thread(made.ledger.close)
