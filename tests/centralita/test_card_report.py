"""`centralita records pci-report` searches the capture of SIP messages that the configuration asks for."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from centralita.commands import app
from centralita.state import LEDGER_FILE, SPILL_FOLDER
from records import Ledger
from sip.flow import Flow
from sip.io.capture import Capture
from tests.kit.builders import request
from tests.records.calls import BEGAN

CONFIG = Path(__file__).parents[2] / "config"
FLOW = Flow("UDP", ("192.0.2.1", 5060), ("192.0.2.2", 5070))


@pytest.fixture
def state(tmp_path: Path) -> Path:
    ledger = Ledger(tmp_path / LEDGER_FILE, spill=tmp_path / SPILL_FOLDER)
    ledger.start(now=BEGAN)
    assert ledger.close() == 0
    return tmp_path


def capture(file: Path, target: str) -> None:
    """As an earlier version wrote it."""
    taken = Capture(file=file)
    taken(request("INVITE", uri=f"sip:{target}@192.0.2.1"), FLOW, sent=False)
    taken.close()


@pytest.mark.parametrize(("target", "found"), [("900100", 0), ("4929831750632745", 1)])
def test_a_card_number_in_a_capture_is_reported(state: Path, target: str, found: int) -> None:
    config = shutil.copytree(CONFIG, state / "config")
    with (config / "centre.yaml").open("a", encoding="utf-8") as file:
        file.write("\ntracing: {pcap: ../messages.pcap}\n")
    capture(state / "messages.pcap", target)
    capture(state / "messages.pcap", "900100")  # the first one is put aside
    words = ["records", "pci-report", "--state", str(state), "--config", str(config), "--json"]
    done = CliRunner().invoke(app, words)
    told = json.loads(done.stdout)["scanned"]
    assert (told["files"], told["found"], done.exit_code) == (2, found, 3 if found else 0)
    assert "4929831750632745" not in done.stdout
