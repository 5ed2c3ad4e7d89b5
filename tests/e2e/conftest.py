"""Servers and phones for calls over the loopback network."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.centre import AGENT_TONES, CALLER_TONES, make_centre
from tests.kit.tone import tone, write_wav

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.kit.server import Server

_strangers = count()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "e2e: calls by foreign phones through a real server")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("e2e")
            item.add_marker(pytest.mark.timeout(240))


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for the calls of a whole file."""
    folder = tmp_path_factory.mktemp("node")
    with make_centre(folder) as server:
        yield server


@pytest.fixture
def server(node: Server) -> Iterator[Server]:
    """The file's server, held to being at rest after each test."""
    before = node.held()  # what an earlier test left behind is that one's failure only
    yield node
    node.wait_for_rest(since=before)


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """A server that this one test may kill, drain or reload."""
    with make_centre(tmp_path / "node") as server:
        yield server


@pytest.fixture(scope="session")
def caller_sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What callers say."""
    return write_wav(tmp_path_factory.mktemp("sound") / "caller.wav", tone(CALLER_TONES, 20))


@pytest.fixture(scope="session")
def agent_sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What agents say."""
    return write_wav(tmp_path_factory.mktemp("sound") / "agent.wav", tone(AGENT_TONES, 20))


@pytest.fixture
def stranger() -> str:
    """A source address that no test has used before, since the server bans those that misbehave."""
    number = next(_strangers)
    return f"127.0.{number // 250 + 3}.{number % 250 + 2}"
