"""A plane of real threads and sockets, watched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from media.plane import Plane
from tests.kit.ports import free_ports
from tests.kit.rtp import Watch

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def plane() -> Iterator[Plane]:
    plane = Plane(address="127.0.0.1", ports=free_ports(40), threads=2)
    yield plane
    plane.close()


@pytest.fixture
def impatient() -> Iterator[Plane]:
    """A plane that tells of silence after a fifth of a second."""
    plane = Plane(address="127.0.0.1", ports=free_ports(4), threads=1, rtp_timeout=0.2)
    yield plane
    plane.close()


@pytest.fixture
def watch(plane: Plane) -> Watch:
    return Watch(plane)
