"""The demonstration's passwords, its live timeline, and the journal that feeds it."""

from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING

from rich.console import Console

from centralita.demo.accounts import FILE, demo_passwords
from centralita.demo.guide import guide
from centralita.demo.live import LiveTimeline
from centralita.journal import Journal
from records.event import LedgerEvent
from records.ledger.ledger import Ledger
from records.pci.scan import found_in
from records.reader import Reader
from sip.digest.credentials import HashedSecrets
from sip.io.credentials_file import load_credentials, save_credentials
from tests.kit.small_centre import small_node

if TYPE_CHECKING:
    from pathlib import Path


def test_passwords_are_made_once_and_readable_by_their_owner_only(tmp_path: Path) -> None:
    first = demo_passwords(tmp_path, "small", ["1001", "1002"])
    assert set(first) == {"1001", "1002"}
    assert len(set(first.values())) == 2
    assert demo_passwords(tmp_path, "small", ["1001", "1002"]) == first
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert not [word for word in first.values() if word in (tmp_path / "credentials.yaml").read_text()]


def test_a_password_that_was_set_otherwise_stays_and_is_not_known(tmp_path: Path) -> None:
    secrets = HashedSecrets()
    secrets.set_password("1001", "small", "a-Good-one-48")
    save_credentials(tmp_path / "credentials.yaml", secrets)
    before = load_credentials(tmp_path / "credentials.yaml").ha1("1001", "small", "MD5")
    assert set(demo_passwords(tmp_path, "small", ["1001", "1002"])) == {"1002"}
    assert load_credentials(tmp_path / "credentials.yaml").ha1("1001", "small", "MD5") == before


def test_a_new_account_gets_a_password_and_the_others_keep_theirs(tmp_path: Path) -> None:
    first = demo_passwords(tmp_path, "small", ["1001"])
    later = demo_passwords(tmp_path, "small", ["1001", "1002"])
    assert later["1001"] == first["1001"]
    assert set(later) == {"1001", "1002"}


async def test_what_newcomers_are_told_holds_nothing_that_looks_like_a_card_number(tmp_path: Path) -> None:
    node = small_node(tmp_path)
    await node.start()
    console = Console(file=io.StringIO(), width=1000)
    console.print(guide(node, {"1001": "blue-Kettle-47"}))
    await node.stop()
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "A test card: 4 and fifteen times 1" in text
    assert [line for line in text.splitlines() if found_in(line)] == []


def event(contact: str, kind: str, leg: str | None = None, **data: str) -> LedgerEvent:
    return LedgerEvent(1000.0, contact, leg, kind, data)


def test_the_live_timeline_follows_the_first_contact_without_its_messages() -> None:
    page = io.StringIO()
    live = LiveTimeline(Console(file=page, width=200))
    live.show(event("early", "leg.answered", "l0"))
    live.show(event("c1", "contact.opened", ani="600100200", dnis="100", profile="external"))
    live.show(event("c2", "contact.opened", ani="600999999", dnis="200", profile="external"))
    live.show(event("c1", "leg.invited", "l1", role="agent", direction="out", agent="ana", peer="sip:[x]"))
    live.show(event("c1", "leg.message", "l1", summary="INVITE sdp", peer="x"))
    live.show(event("c1", "leg.answered", "l1", codec="PCMU"))
    assert live.contact == "c1"
    shown = page.getvalue()
    assert "600100200" in shown
    assert "agent ana" in shown
    for absent in ("600999999", "INVITE sdp"):
        assert absent not in shown


async def test_the_journal_writes_and_tells_its_watchers_until_they_leave(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    ledger.start()
    journal = Journal(ledger)
    heard: list[LedgerEvent] = []
    journal.watch(heard.append)
    journal("c1", None, "contact.opened", {"ani": "600", "dnis": "100", "profile": "external"})
    journal.unwatch(heard.append)
    journal("c1", None, "contact.closed", {"outcome": "menu", "status": 200, "cause": 16})
    await ledger.flush()
    await asyncio.to_thread(ledger.close)
    assert [each.type for each in heard] == ["contact.opened"]
    assert heard[0].ts > 1_500_000_000
    found = Reader(tmp_path / "ledger.sqlite").contact("c1")
    assert [each.type for each in found.events] == ["contact.opened", "contact.closed"]
