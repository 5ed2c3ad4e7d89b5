"""A contact keeps the version of each menu set that it has entered, by whatever way it comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calls.contact import Contact
from ivr.io.application import MenuApplication
from tests.ivr.caller import FACTS, menus

if TYPE_CHECKING:
    from pathlib import Path

    from ivr.compiled import CompiledMenus


def published(folder: Path, prompt: str) -> CompiledMenus:
    return menus(folder, f"start: {{type: hangup, say: {prompt}}}\n")


def test_what_is_published_meanwhile_is_for_others(tmp_path: Path) -> None:
    live = {"shop": published(tmp_path, "hello"), "bank": published(tmp_path, "bye")}
    application = MenuApplication(live.__getitem__, None, None, lambda contact: FACTS)  # type: ignore[arg-type]

    def version(contact: Contact, name: str) -> str:
        return application._version(contact, name).version

    def caller(name: str) -> Contact:
        return Contact(name, ani="1", display="", dnis="2", record=lambda *event: None)

    first = caller("first")
    before = version(first, "shop")
    live.update(shop=published(tmp_path, "again"), bank=published(tmp_path, "retry"))
    assert version(first, "shop") == before
    assert version(first, "bank") == live["bank"].version, "it had not been there yet"
    assert version(caller("second"), "shop") == live["shop"].version != before
