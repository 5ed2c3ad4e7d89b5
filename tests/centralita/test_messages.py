"""`centralita messages`: what callers said for people to hear."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from typer.testing import CliRunner

from centralita.commands import app
from centralita.state import LEDGER_FILE
from records.event import LedgerEvent
from records.ledger.ledger import Ledger

if TYPE_CHECKING:
    from pathlib import Path

MESSAGE = {"mailbox": "changes", "seconds": 4.0, "recording": "spoken.wav"}


def ledger(folder: Path) -> None:
    """Two contacts of two client companies, the first with a message."""
    kept = Ledger(folder / LEDGER_FILE, gather=0.0)
    kept.start()
    for at, (contact, client) in enumerate((("c1", "bank"), ("c2", "shop"))):
        opened = {"ani": "+34911222333", "dnis": "100", "client": client}
        kept.append(LedgerEvent(1_795_000_000.0 + at, contact, None, "contact.opened", opened))
    kept.append(LedgerEvent(1_795_000_010.0, "c1", None, "message.recorded", MESSAGE))
    kept.close()


def test_each_is_listed_with_what_people_need(tmp_path: Path) -> None:
    ledger(tmp_path)
    listed = CliRunner().invoke(app, ["messages", "--state", str(tmp_path)])
    assert listed.exit_code == 0
    assert all(each in listed.output for each in ("changes", "4.0", "spoken.wav", "bank", "c1"))


def test_one_client_companys_alone_and_for_programs(tmp_path: Path) -> None:
    ledger(tmp_path)
    run = CliRunner()
    assert "c1" not in run.invoke(app, ["messages", "--state", str(tmp_path), "--client", "shop"]).output
    rows = json.loads(run.invoke(app, ["messages", "--state", str(tmp_path), "--json"]).output)
    assert [row["data"]["recording"] for row in rows] == ["spoken.wav"]


def test_messages_without_words_and_those_said_again_are_not_listed(tmp_path: Path) -> None:
    ledger(tmp_path)
    kept = Ledger(tmp_path / LEDGER_FILE, gather=0.0)
    kept.start()
    fates = {
        "empty.wav": ["empty"],
        "first.wav": ["kept", "discarded"],
        "second.wav": ["kept"],
        "cut.wav": [],
    }
    for name, results in fates.items():
        recorded = {"mailbox": "changes", "seconds": 4.0, "recording": name}
        kept.append(LedgerEvent(1_795_000_020.0, "c1", None, "message.recorded", recorded))
        for result in results:
            told = {"step": "say", "result": result, "seconds": 4.0, "recording": name}
            kept.append(LedgerEvent(1_795_000_021.0, "c1", None, "menu.message", told))
    kept.close()
    listed = CliRunner().invoke(app, ["messages", "--state", str(tmp_path)]).output
    assert [name for name in fates if name in listed] == ["second.wav", "cut.wav"]
