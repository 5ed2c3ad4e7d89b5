"""A house whose callers come to menus, for one caller: prompts that are tones, and the sandbox card system."""

from __future__ import annotations

import asyncio
import textwrap
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from calls.destination import Menu
from ivr import phrases
from ivr.io.application import MenuApplication
from ivr.io.back_end.settings import ClientSettings
from ivr.io.back_end.transactions import Transactions
from ivr.load import load_menu
from ivr.scene import CallerFacts
from media.catalogue import Tone, load
from media.prompts import PromptLibrary
from sip.events import SessionAnswered
from tests.kit.party import House, Party, until

if TYPE_CHECKING:
    from pathlib import Path

    from base.document import Fault
    from calls.contact import Contact
    from calls.destination import Destination
    from sip.session.session import Session

TONES = {"options": (700, 1300), "ask": (560, 1150), "note": (620, 1040)}
CARD, PAYING, BIRTH = "4111111111111111", "5555555555554444", "01021980"

MENUS = """\
schema: ivr/1
menu_set: {name}
languages: [en]
defaults:
  noinput: note
  nomatch: note
  on_max_timeouts: {{queue: people}}
  on_max_failures: {{queue: people}}
steps:
  start:
    type: menu
    prompt: options
    timeout: {timeout}
    choices: {{"1": activate, "2": pay, "8": speak, "9": {{menu: {other}}}, "0": {{queue: people}}}}
  speak: {{type: voicemail, prompt: note, beep: note, next: {{queue: people}}, failed: {{queue: security}}}}
  activate:
    type: form
    secure: true
    fields:
      - {{name: card, type: card_number, prompt: ask}}
      - {{name: birth, type: date, prompt: ask}}
    submit: {{action: card.activate, timeout: 1}}
    results:
      ok: {{say: note, goto: start}}
      already: {{say: note, queue: people, priority: 7}}
      no_match: {{retry: true, say: note}}
      locked: {{queue: security}}
      fraud: {{queue: security}}
      unavailable: {{queue: people}}
    on_cancel: {{goto: start}}
  pay:
    type: form
    secure: true
    fields:
      - {{name: amount, type: amount, currency: EUR, prompt: ask}}
      - {{name: card, type: card_number, prompt: ask}}
      - {{name: expiry, type: expiry, prompt: ask}}
      - {{name: cvv, type: cvv, prompt: ask}}
    confirm: read_amount
    submit: {{action: payment.charge, timeout: 8}}
    results:
      approved: {{say: note, goto: start}}
      declined: {{retry: true, say: note}}
      locked: {{queue: security}}
      fraud: {{queue: security}}
      unavailable: {{queue: people}}
      unknown: {{queue: people}}
"""


class Desk:
    """A house whose callers come to menus; one caller."""

    def __init__(self, house: House, party: Party, folder: Path, *, timeout: float = 5.0) -> None:
        self.house, self.party, self.folder = house, party, folder
        faults: list[Fault] = []
        prompts = folder / "prompts"
        prompts.mkdir()
        lines = [f"  {name}: {{tone: {list(tones)}, seconds: 0.3}}" for name, tones in TONES.items()]
        (prompts / "tones.yaml").write_text(
            "\n".join(["schema: prompts/1", "language: any", "prompts:", *lines])
        )
        self.catalogue = catalogue = load([prompts], faults)
        catalogue.add("en", "read_amount", "{money:amount}")
        beep = Tone(tone=(440.0,), seconds=0.05)
        catalogue.sounds["en"].update(dict.fromkeys(phrases.words("en"), beep))  # no voice is needed
        self.menus = {}
        for name, other in (("first", "second"), ("second", "first")):
            file = folder / f"{name}.yaml"
            file.write_text(textwrap.dedent(MENUS).format(name=name, other=other, timeout=timeout))
            found = load_menu(
                file, catalogue, faults, queues={"people", "security"}, menus={"first", "second"}
            )
            assert found is not None, "\n".join(map(str, faults))
            self.menus[name] = found
        self.voice = PromptLibrary(house.plane, catalogue, folder / "sounds")
        self.cards = Transactions(folder, lambda contact, kind, data: None)
        self.application = MenuApplication(
            lambda name: self.menus[name],
            self.voice,
            self.cards,
            lambda contact: CallerFacts(
                contact.id,
                contact.ani,
                contact.dnis,
                "banco_sol",
                datetime(2026, 11, 21, tzinfo=UTC),
                requests=contact.requests,
            ),
        )
        self.task: asyncio.Task[Destination | None] | None = None
        self.contact: Contact | None = None
        house.on_arrival = self._serve

    def _serve(self, contact: Contact) -> None:
        self.contact = contact
        contact.client = "banco_sol"
        self.task = asyncio.get_running_loop().create_task(self.visit(contact, "first"))

    async def visit(self, contact: Contact, name: str) -> Destination | None:
        """One stay in a menu set, and in those it leads to."""
        going: Destination | None = Menu(name)
        while isinstance(going, Menu):
            going = await self.application.serve(contact, going)
        return going

    async def called(self) -> Session:
        """The caller has dialled and is answered."""
        await asyncio.to_thread(self.voice.prepare, self.catalogue)
        await self.cards.start({"banco_sol": ClientSettings()})
        session = self.party.call(self.house, self.party.body())
        self.party.face((await self.party.hears(SessionAnswered)).description)
        return session

    def press(self, keys: str) -> None:
        for key in keys:
            self.party.far.press(key)

    def kinds(self, kind: str) -> list[dict[str, object]]:
        return [dict(row.data) for row in self.house.rows if row.kind == kind]

    async def captured(self, field: str, times: int = 1) -> None:
        """Wait until a field was understood."""
        await until(
            lambda: [row["field"] for row in self.kinds("field.captured")].count(field) >= times,
            f"{field}: {[(row.kind, row.data) for row in self.house.rows]}",
        )

    async def left(self) -> Destination | None:
        """Where the caller goes next."""
        assert self.task is not None
        return await asyncio.wait_for(self.task, 10)

    async def over(self) -> None:
        if self.contact is not None and self.contact.caller is not None:
            self.contact.caller.hang_up()
        await self.house.over()
