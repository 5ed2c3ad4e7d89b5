"""Foreign phones that know one codec each, and SRTP or not, talk with a caller who knows G.711 alone."""

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

CODECS = "[PCMU, PCMA, G722, OPUS, L16_8000, L16_16000]"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("node")
    server = make_centre(folder, digest="MD5")
    phones = folder / "sip_profiles" / "internal.yaml"
    lines = [line for line in phones.read_text().splitlines() if not line.startswith("codecs:")]
    phones.write_text("\n".join([*lines, f"codecs: {CODECS}", "srtp: offered", ""]))
    with server:
        yield server


@pytest.mark.parametrize(
    ("codecs", "srtp", "agreed"),
    [
        ("PCMA", None, ("PCMA", None)),
        ("G722", None, ("G722", None)),
        ("opus", None, ("OPUS", None)),
        ("PCMU", "srtp", ("PCMU", "sdes")),
        ("opus", "srtp", ("OPUS", "sdes")),
    ],
)
def test_a_baresip_agent_and_a_caller_hear_each_other(
    codecs: str,
    srtp: str | None,
    agreed: tuple[str, str | None],
    server: Server,
    tmp_path: Path,
    caller_sound: Path,
    agent_sound: Path,
) -> None:
    baresip = BaresipPhone(
        server=server.sip,
        user=AGENTS["piotr"],
        folder=tmp_path,
        plays=agent_sound,
        password=PASSWORD,
        codecs=codecs,
        srtp=srtp,
    )
    a_caller_talks_with_piotr(server, tmp_path, baresip, caller_sound)
