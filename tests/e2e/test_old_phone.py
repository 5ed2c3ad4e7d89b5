"""baresip 1.0 as the agent who answers; it knows MD5 alone and gives up where more is offered beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.centre import AGENTS, PASSWORD, make_centre
from tests.e2e.telephones import a_caller_talks_with_piotr
from tests.kit.foreign_baresip import BaresipPhone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.kit.server import Server


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with make_centre(tmp_path_factory.mktemp("node"), digest="MD5") as server:
        yield server


def test_a_baresip_agent_and_a_caller_hear_each_other(
    server: Server, tmp_path: Path, caller_sound: Path, agent_sound: Path
) -> None:
    baresip = BaresipPhone(
        server=server.sip, user=AGENTS["piotr"], folder=tmp_path, plays=agent_sound, password=PASSWORD
    )
    a_caller_talks_with_piotr(server, tmp_path, baresip, caller_sound)
