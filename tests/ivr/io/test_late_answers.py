"""Back ends that answer late or never: callers are led on, and no answer is taken for another's."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from calls.destination import Queue
from ivr.events import BackEndReplied
from tests.ivr.io.desk import BIRTH, CARD
from tests.kit.party import until

if TYPE_CHECKING:
    from collections.abc import Mapping

    from base.secret import Secret
    from tests.ivr.io.desk import Desk


class Hangs:
    """A back end that does not answer until it is let go."""

    def __init__(self) -> None:
        self.let_go = asyncio.Event()
        self.callers: list[str] = []
        self.numbers: list[str | None] = []
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
        number: str | None,
    ) -> BackEndReplied:
        self.callers.append(caller)
        self.numbers.append(number)
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
        number: str | None,
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
    assert back_end.numbers == [desk.contact.ani], "failures are counted by it all the same"
    back_end.let_go.set()
    await until(lambda: "secure.ended" in desk.house.kinds())
    desk.press("0")
    assert await desk.left() == Queue("people")
    await desk.over()
