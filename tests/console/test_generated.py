"""A running node is asked whatever its own description allows, and much that it does not (schemathesis).

Whatever comes, it fails at nothing, answers as it says, and takes nothing that it should refuse.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from centralita.journal import Journal
from centralita.state import KEY_FILE
from tests.kit.small_centre import small_node

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from centralita.node import Node

PROGRAM = Path(sys.executable).with_name("schemathesis")
CONTACT = "01M81SDZ8CS697FYRTPQE6D7BV"
KNOWN = f"""
[parameters]
"path.contact" = "{CONTACT}"
"path.agent" = "ana"
"path.queue" = "help"
"path.menu" = "main"
"path.number" = "1"
"path.prompt" = "tone_main"
"path.language" = "any"
"path.trunk" = "carrier"
"""
"""What is there, so that more is reached than 404."""
UNFIT = (
    "positive_data_acceptance",  # a cursor is text, and yet not any text
    "ignored_auth",  # asked of every route with every role elsewhere
)
EXAMPLES = {"coverage": 1, "fuzzing": 4}
"""For each operation; the first phase makes as many as it needs."""


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Node]:
    made = small_node(tmp_path)
    await made.start()
    _have_lived(made)
    yield made
    await made.stop()


def _have_lived(node: Node) -> None:
    """One contact with something in every table."""
    note = Journal(node.parts.ledger)
    opened = {"ani": "+34600111222", "dnis": "910000001", "profile": "external", "trunk": "carrier"}
    note(CONTACT, None, "contact.opened", opened)
    note(CONTACT, None, "contact.routed", {"client": "acme", "destination": "queue help"})
    invited = {"role": "caller", "direction": "in", "peer": "sip:600@192.0.2.7", "call_id": "x"}
    note(CONTACT, "l1", "leg.invited", invited)
    note(CONTACT, None, "queue.joined", {"queue": "help", "position": 1, "priority": 0})
    recording = {"recording": "a.wav", "file": "acme/2026-03-10/a.wav"}
    note(CONTACT, "l1", "recording.started", recording)
    note(CONTACT, "l1", "recording.finished", {"recording": "a.wav", "seconds": 1.0})
    note(CONTACT, None, "queue.left", {"queue": "help", "reason": "abandoned", "waited": 3.0})
    note(CONTACT, None, "contact.closed", {"outcome": "abandoned", "status": 487, "cause": 16})


def _generated(node: Node, folder: Path, phase: str) -> subprocess.CompletedProcess[str]:
    host, port = node.parts.http_address
    (folder / "schemathesis.toml").write_text(KNOWN, encoding="utf-8")
    key = (node.options.state / KEY_FILE).read_text(encoding="ascii").strip()
    words = ["run", f"http://{host}:{port}/api/v1/openapi.json", "--phases", phase, "--seed", "1"]
    words += ["--header", f"Authorization: Bearer {key}", "--exclude-checks", ",".join(UNFIT)]
    words += ["--max-examples", str(EXAMPLES[phase]), "--suppress-health-check", "all", "--no-color"]
    words += ["--warnings", "off"]
    return subprocess.run(
        [str(PROGRAM), *words],
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.timeout(330)
@pytest.mark.parametrize("phase", EXAMPLES)
async def test_nothing_that_is_generated_breaks_the_interface(node: Node, tmp_path: Path, phase: str) -> None:
    done = await asyncio.to_thread(_generated, node, tmp_path, phase)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2000:]
    assert [each for each in node.checks() if each.problem] == []
