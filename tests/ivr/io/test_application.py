"""Menus over real calls: real prompts, keys as telephone events, the sandbox card system; nothing typed leaks."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import TYPE_CHECKING

import pytest

from calls.destination import Menu, Queue
from ivr.io.back_end.settings import ClientSettings
from media.catalogue import Catalogue
from media.prompts import PromptMissing
from sip.events import SessionAnswered, SessionEnded
from tests.ivr.io.desk import BIRTH, CARD, PAYING, TONES, Desk
from tests.kit.party import House, Party, until
from tests.kit.tone import hears

if TYPE_CHECKING:
    from pathlib import Path


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
