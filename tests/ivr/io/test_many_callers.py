"""Two hundred callers in forms at once, their keys mixed, before one real sandbox: nobody is lost or mistaken."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from base.secret import Secret
from calls.destination import Hangup
from ivr.io.back_end.sandbox_people import generated
from ivr.io.back_end.settings import ClientSettings
from ivr.io.back_end.transactions import Transactions
from ivr.load import load_menus
from ivr.wording import load_wording
from tests.ivr.caller import Caller

if TYPE_CHECKING:
    from base.document import Fault
    from ivr.compiled import CompiledMenus
    from ivr.events import BackEndReplied

ROOT = Path(__file__).resolve().parents[3]
QUEUES = {"banco_atencion", "banco_seguridad", "tienda_atencion"}
CALLERS = 200
BIRTH = "01021980"


def demo() -> CompiledMenus:
    faults: list[Fault] = []
    wording = load_wording([ROOT / "prompts"], faults)
    return load_menus(ROOT / "config/menus", wording, faults, queues=QUEUES)["banco_sol"]


async def test_two_hundred_callers_at_once_are_all_served(tmp_path: Path) -> None:
    menus = demo()
    transactions = Transactions(tmp_path, lambda contact, kind, data: None)
    await transactions.start({"banco_sol": ClientSettings()})
    try:
        callers = [Caller(menus).listen() for _ in range(CALLERS)]  # the notice is heard to its end
        for each in callers:
            each.press("1").wait(10)  # the notice of the recording is heard whole
            assert each.session.step == "activate"
        cards = [f"{generated(100 + number % 100)}#" for number in range(CALLERS)]
        for keys in zip(*(f"{card}{BIRTH}" for card in cards), strict=True):
            for each, key in zip(callers, keys, strict=True):
                each.press(key)
        # Two hold the same card: one after the other, as two calls would come.
        half = CALLERS // 2
        first = await _answered(transactions, list(enumerate(callers))[:half])
        second = await _answered(transactions, list(enumerate(callers))[half:])
        assert [reply.result for reply in first] == ["ok"] * half
        assert [reply.result for reply in second] == ["already"] * half
        for number, (each, reply) in enumerate(zip(callers, first + second, strict=True)):
            assert reply.facts["last4"] == cards[number][-5:-1]
            each.reply(reply.result, **reply.facts).wait(30)
            each.press("2").wait(30)
    finally:
        await transactions.close()
    assert all(each.session.finished and each.left == Hangup(cause=16) for each in callers)
    assert all(len(each.records("field.captured")) == 2 for each in callers)


async def _answered(transactions: Transactions, callers: list[tuple[int, Caller]]) -> list[BackEndReplied]:
    return await asyncio.gather(*(_ask(transactions, number, each) for number, each in callers))


async def _ask(transactions: Transactions, number: int, caller: Caller) -> BackEndReplied:
    asked = caller.asked
    assert asked is not None
    typed = [each for each in asked.fields.values() if isinstance(each, Secret)]
    reply = await transactions.ask(
        asked.action,
        asked.fields,
        client="banco_sol",
        contact=f"c{number}",
        caller=f"+34611{number:06d}",
        request=asked.request,
    )
    assert typed
    assert not any(typed), "the secrets are taken away"
    return reply
