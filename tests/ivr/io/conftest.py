from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.ivr.io.desk import Desk
from tests.kit.party import House, Party

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with House(ports=10) as house, Party() as party:
        made = Desk(house, party, tmp_path)
        yield made
        await made.cards.close()
        made.voice.close()
