"""What many tests of a whole node begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.kit.small_centre import small_node

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from centralita.node import Node


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Node]:
    """The smallest one, started; a file whose nodes need more makes its own."""
    made = small_node(tmp_path)
    await made.start()
    yield made
    await made.stop()
