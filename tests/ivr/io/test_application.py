"""Menus over real calls: real prompts, keys as telephone events, the sandbox card system; nothing typed leaks."""

from __future__ import annotations

import asyncio
import sqlite3
import textwrap
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from calls.destination import Menu, Queue
from ivr import phrases
from ivr.events import BackEndReplied
from ivr.io.application import MenuApplication
from ivr.io.back_end.settings import ClientSettings
from ivr.io.back_end.transactions import Transactions
from ivr.load import load_menu
from ivr.scene import CallerFacts
from media.catalogue import Catalogue, Tone, load
from media.prompts import PromptLibrary, PromptMissing
from sip.events import SessionAnswered, SessionEnded
from tests.kit.party import House, Party, until
from tests.kit.tone import hears

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from base.document import Fault
    from base.secret import Secret
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
    choices: {{"1": {{goto: activate}}, "2": {{goto: pay}}, "9": {{menu: {other}}}, "0": {{queue: people}}}}
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


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with House(ports=10) as house, Party() as party:
        made = Desk(house, party, tmp_path)
        yield made
        await made.cards.close()
        made.voice.close()


async def test_the_prompt_is_heard_and_a_key_decides(desk: Desk) -> None:
    await desk.called()
    assert hears(await desk.party.listens(15), TONES["options"])
    desk.press("0")
    assert await desk.left() == Queue("people")
    assert desk.kinds("menu.entered")
    await desk.over()


async def test_silence_is_answered_and_at_last_leads_to_a_person(tmp_path: Path) -> None:
    async with House(ports=10) as house, Party() as party:
        desk = Desk(house, party, tmp_path, timeout=0.2)
        await desk.called()
        assert await desk.left() == Queue("people")
        assert desk.kinds("menu.noinput")
        await desk.over()
        await desk.cards.close()


async def test_a_card_is_activated_by_keys_typed_ahead_of_the_prompts(desk: Desk) -> None:
    await desk.called()
    desk.press("1")
    desk.press(f"{CARD}#{BIRTH}")
    await until(lambda: bool(desk.kinds("transaction.result")), str(desk.house.rows))
    assert desk.kinds("transaction.result") == [{"action": "card.activate", "result": "ok"}]
    desk.press("0")
    assert await desk.left() == Queue("people")
    kinds = [row.kind for row in desk.house.rows]
    assert kinds.index("secure.began") < kinds.index("field.captured") < kinds.index("secure.ended")
    await desk.over()


async def test_nothing_that_was_typed_is_in_the_records_or_in_the_store(desk: Desk) -> None:
    await desk.called()
    desk.press(f"1{CARD}#{BIRTH}")
    await until(lambda: bool(desk.kinds("transaction.result")))
    await until(lambda: "secure.ended" in desk.house.kinds())
    desk.press("1")
    desk.press(f"{CARD}#{BIRTH}")
    assert await desk.left() == Queue("people", 7)
    await desk.over()
    written = repr([row.data for row in desk.house.rows])
    assert desk.contact is not None
    for typed in (CARD, CARD[:12], BIRTH, "1980"):
        assert typed not in written
        assert typed not in repr((desk.contact.inbox._events, desk.task))
    for file in desk.folder.glob("*.sqlite*"):
        assert CARD.encode() not in file.read_bytes()


async def test_a_caller_who_hangs_up_in_the_middle_of_a_card_leaves_nothing(desk: Desk) -> None:
    session = await desk.called()
    desk.press(f"1{CARD[:9]}")
    await until(lambda: "secure.began" in desk.house.kinds())
    desk.party.hang_up(session)
    assert await desk.left() is None
    await desk.house.over()
    assert desk.contact is not None
    assert desk.contact.outcome == "menu"
    assert desk.kinds("transaction.result") == []
    assert CARD[:9] not in repr([row.data for row in desk.house.rows])


async def test_a_payment_under_way_is_finished_though_the_caller_has_gone(desk: Desk) -> None:
    session = await desk.called()
    desk.press("2")
    desk.press(f"23#{PAYING}#1240")
    await desk.captured("expiry")
    desk.press("907#")
    await desk.captured("cvv")
    desk.press("1")
    desk.party.hang_up(session)
    assert await desk.left() is None
    await desk.house.over()
    assert len(desk.kinds("transaction.result")) == len(await charges(desk))


async def charges(desk: Desk) -> list[tuple[int, str]]:
    """What the sandbox has charged."""

    def read() -> list[tuple[int, str]]:
        store = sqlite3.connect(desk.folder / "cards.sqlite")
        try:
            return store.execute("SELECT amount, result FROM charges ORDER BY rowid").fetchall()
        finally:
            store.close()

    return await asyncio.to_thread(read)


async def test_a_second_payment_in_another_menu_of_the_same_call_is_charged_too(desk: Desk) -> None:
    await desk.called()
    desk.press("2")
    desk.press(f"23#{PAYING}#1240907#")
    await desk.captured("cvv")
    desk.press("1")
    await until(lambda: len(desk.kinds("transaction.result")) == 1, str(desk.house.kinds()))
    await until(lambda: "secure.ended" in desk.house.kinds())
    desk.press("9")
    await until(lambda: [row["menu"] for row in desk.kinds("menu.entered")][-1] == "second")
    desk.press("2")
    desk.press(f"11#{PAYING}#1240907#")
    await desk.captured("cvv", times=2)
    desk.press("1")
    await until(lambda: len(desk.kinds("transaction.result")) == 2, str(desk.house.kinds()))
    assert await charges(desk) == [(2300, "approved"), (1100, "approved")]
    desk.press("0")
    assert await desk.left() == Queue("people")
    await desk.over()


class Hangs:
    """A back end that does not answer until it is let go."""

    def __init__(self) -> None:
        self.let_go = asyncio.Event()
        self.callers: list[str] = []
        self.forgotten: list[str] = []

    async def ask(
        self,
        action: str,
        fields: Mapping[str, Secret | str],
        *,
        client: str,
        contact: str,
        caller: str,
        request: int,
        attestation: str | None,
    ) -> BackEndReplied:
        self.callers.append(caller)
        await self.let_go.wait()
        return BackEndReplied(request, "ok")

    def forget(self, contact: str) -> None:
        self.forgotten.append(contact)


async def test_a_caller_does_not_wait_in_silence_for_a_back_end_that_hangs(desk: Desk) -> None:
    await desk.called()
    desk.application.back_end = back_end = Hangs()
    desk.press(f"1{CARD}#{BIRTH}")
    assert await desk.left() == Queue("people")
    assert desk.kinds("transaction.result") == []
    back_end.let_go.set()
    await until(lambda: bool(desk.kinds("transaction.result")))
    assert desk.kinds("transaction.result") == [{"action": "card.activate", "result": "ok"}]
    await until(lambda: not desk.application.late)
    assert back_end.forgotten == []
    await desk.over()
    assert desk.contact is not None
    assert back_end.forgotten == [desk.contact.id], "whoever was identified has gone"


class Slow(Hangs):
    """A back end that answers each question when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[asyncio.Future[str]] = []

    async def ask(
        self,
        action: str,
        fields: Mapping[str, Secret | str],
        *,
        client: str,
        contact: str,
        caller: str,
        request: int,
        attestation: str | None,
    ) -> BackEndReplied:
        self.asked.append(asyncio.get_running_loop().create_future())
        return BackEndReplied(request, await self.asked[-1])


async def test_a_late_answer_of_one_menu_is_none_to_a_question_of_the_next(desk: Desk) -> None:
    await desk.called()
    desk.application.back_end = back_end = Slow()
    desk.press(f"1{CARD}#{BIRTH}")
    assert await desk.left() == Queue("people"), "it did not answer in time"
    assert desk.contact is not None
    desk.task = asyncio.get_running_loop().create_task(desk.visit(desk.contact, "second"))
    await until(lambda: [row["menu"] for row in desk.kinds("menu.entered")][-1] == "second")
    desk.press(f"1{CARD}#{BIRTH}")
    await until(lambda: len(back_end.asked) == 2)
    back_end.asked[0].set_result("ok")
    await until(lambda: len(desk.kinds("transaction.result")) == 1)
    back_end.asked[1].set_result("already")
    assert await desk.left() == Queue("people", 7)
    assert [row["result"] for row in desk.kinds("menu.result")] == ["unavailable", "already"]
    await desk.over()


async def test_a_number_that_the_caller_keeps_back_is_told_to_no_company(desk: Desk) -> None:
    await desk.called()
    desk.application.back_end = back_end = Hangs()
    assert desk.contact is not None
    desk.contact.is_private = True
    desk.press(f"1{CARD}#{BIRTH}")
    await until(lambda: bool(back_end.callers))
    assert back_end.callers == ["anonymous"]
    back_end.let_go.set()
    await until(lambda: "secure.ended" in desk.house.kinds())
    desk.press("0")
    assert await desk.left() == Queue("people")
    await desk.over()


async def test_a_card_system_that_is_closed_leads_to_a_person_and_breaks_nothing(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    await desk.called()
    await desk.cards.sandbox.close()
    desk.press(f"1{CARD}#{BIRTH}")
    await until(lambda: bool(desk.kinds("transaction.result")), str(desk.house.kinds()))
    assert desk.kinds("transaction.result") == [{"action": "card.activate", "result": "unavailable"}]
    assert await desk.left() == Queue("people")
    assert "never retrieved" not in caplog.text
    await desk.over()


async def test_a_prompt_that_is_missing_is_an_error_of_that_call_alone(desk: Desk) -> None:
    desk.voice.adopt(Catalogue())
    desk.party.call(desk.house, desk.party.body())
    await desk.party.hears(SessionAnswered)
    with pytest.raises(PromptMissing):
        await desk.left()
    await desk.cards.start({"banco_sol": ClientSettings()})
    await desk.over()
    await desk.party.hears(SessionEnded)


async def test_a_caller_already_gone_enters_no_menu(desk: Desk) -> None:
    desk.house.on_arrival = lambda contact: None
    desk.party.call(desk.house, desk.party.body())
    contact, leg = await desk.house.arrival()
    leg.refuse(486)
    assert await desk.application.serve(contact, Menu("first")) is None
    assert desk.kinds("menu.entered") == []
    await desk.cards.start({"banco_sol": ClientSettings()})
    await desk.house.over()
