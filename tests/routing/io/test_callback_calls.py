"""Customers called back over real sockets: agent first, customer first, and whatever can go wrong in between."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from calls.destination import Menu
from routing.agents.tables import State, Status
from routing.callbacks.callback import Missed
from routing.callbacks.do_not_call import ALL, Listed
from routing.waiting.settings import Acknowledge
from sip.events import InviteReceived, SessionCancelled, SessionEnded
from tests.kit.callback_floor import (
    AGENT_FIRST,
    CUSTOMER_FIRST,
    GREETING,
    LINE,
    NUMBER,
    RINGING,
    WHISPER,
    CallbackFloor,
    a_floor,
)
from tests.kit.party import MUSIC, until
from tests.kit.tone import hears, tone

if TYPE_CHECKING:
    from pathlib import Path

    from routing.callbacks.settings import QueueCallbacks

VOICE = frozenset({800, 1300})


async def both_hear(floor: CallbackFloor) -> None:
    """Customer and agent hear each other."""
    await until(lambda: "bridge.began" in floor.house.kinds())
    for speaker, listener in ((floor.customer, floor.agents["ana"]), (floor.agents["ana"], floor.customer)):
        listening = asyncio.create_task(listener.listens(40))
        await asyncio.to_thread(speaker.far.say, tone(VOICE, 1.0))
        assert hears(await listening, VOICE)


# --- agent first ---


async def test_the_agent_is_rung_then_the_customer_and_both_hear_each_other(tmp_path: Path) -> None:
    async with a_floor(tmp_path) as floor:
        reference = await floor.promise()
        invited = await floor.agents["ana"].hears(InviteReceived)
        assert (invited.caller.user, invited.caller.display) == (NUMBER, "Banco Sol")
        floor.agents["ana"].answer(invited.session)
        floor.agents["ana"].face(invited.session.offer)
        assert hears(await floor.agents["ana"].listens(20), WHISPER)
        asked = await floor.customer.hears(InviteReceived)
        assert asked.caller.user == LINE
        floor.customer.ring(asked.session)
        assert hears(await floor.agents["ana"].listens(30), RINGING)
        floor.customer.answer(asked.session)
        floor.customer.face(asked.session.offer)
        assert hears(await floor.customer.listens(20), GREETING)
        await both_hear(floor)
        assert floor.state() is State.TALKING
        kept = await floor.is_now("connected", reference)
        assert kept.kept_at is not None
        floor.customer.hang_up(asked.session)
        await floor.agents["ana"].hears(SessionEnded)
        await floor.over()
        assert floor.told() == ["promised", "due", "dialled", "kept"]
        assert floor.desk.book.find(reference).state.value == "kept"
        assert floor.state() is State.WRAP_UP, "they have talked"
        closed = floor.house.row("contact.closed").data
        assert closed["outcome"] == "answered"
        (kept_row,) = [each for each in floor.house.rows if each.kind == "callback.kept"]
        opened = floor.house.row("contact.opened")
        assert (kept_row.contact, kept_row.data["contact"]) == ("c1", opened.contact)
        assert opened.data["callback"] == reference, "each record names the other"


@pytest.mark.parametrize("callbacks", [AGENT_FIRST, CUSTOMER_FIRST])
async def test_a_customer_who_was_called_back_is_asked_how_it_was_once_the_agent_has_hung_up(
    tmp_path: Path, callbacks: QueueCallbacks
) -> None:
    async with a_floor(tmp_path, callbacks) as floor:
        floor.survey = Menu("encuesta")
        reference = await floor.promise()
        first, second = floor.agents["ana"], floor.customer
        if callbacks is CUSTOMER_FIRST:
            first, second = second, first
        sessions = {first: await floor.picked_up(first), second: await floor.picked_up(second)}
        await floor.is_now("connected", reference)
        await until(lambda: "bridge.began" in floor.house.kinds())
        floor.agents["ana"].hang_up(sessions[floor.agents["ana"]])
        await floor.customer.hears(SessionEnded)  # by the survey, which lets go
        await floor.over()
        assert floor.elsewhere.sent == [floor.survey]
        began = floor.house.row("survey.began")
        assert began.data == {"menu": "encuesta", "queue": "q", "agent": "ana"}
        assert floor.desk.book.find(reference).state.value == "kept"
        assert floor.house.row("contact.closed").data["outcome"] == "answered"


async def test_a_customer_who_was_called_back_and_hangs_up_is_asked_nothing(tmp_path: Path) -> None:
    async with a_floor(tmp_path) as floor:
        floor.survey = Menu("encuesta")
        reference = await floor.promise()
        await floor.picked_up(floor.agents["ana"])
        his = await floor.picked_up(floor.customer)
        await floor.is_now("connected", reference)
        await until(lambda: "bridge.began" in floor.house.kinds())
        floor.customer.hang_up(his)
        await floor.over()
        assert floor.elsewhere.sent == []
        assert "survey.began" not in floor.house.kinds()


async def test_a_busy_customer_sets_the_agent_free_at_once_and_is_tried_again(tmp_path: Path) -> None:
    async with a_floor(tmp_path) as floor:
        reference = await floor.promise()
        await floor.picked_up(floor.agents["ana"])
        floor.customer.refuse(await floor.rung(floor.customer), 486)
        await floor.agents["ana"].hears(SessionEnded)
        await until(lambda: floor.state() is not State.TALKING)
        assert floor.state() is not State.WRAP_UP, "there was nothing to be worked up"
        await floor.picked_up(floor.agents["ana"])
        his = await floor.picked_up(floor.customer)
        await floor.is_now("connected", reference)
        floor.customer.hang_up(his)
        await floor.over()
        tries = floor.desk.book.find(reference).tries
        assert [each.result for each in tries] == [Missed.BUSY, None]
        assert floor.told().count("missed") == 1


@pytest.mark.parametrize(
    ("status", "why"),
    [(480, Missed.UNREACHABLE), (404, Missed.UNREACHABLE), (603, Missed.BUSY), (500, Missed.FAILED)],
)
async def test_tries_have_a_limit(tmp_path: Path, status: int, why: Missed) -> None:
    async with a_floor(tmp_path, replace(AGENT_FIRST, tries=1)) as floor:
        reference = await floor.promise()
        await floor.picked_up(floor.agents["ana"])
        floor.customer.refuse(await floor.rung(floor.customer), status)
        failed = await floor.is_now("failed", reference)
        assert failed.tries[-1].result is why
        await floor.over()
        assert floor.told()[-2:] == ["missed", "failed"]
        await until(lambda: floor.state() is State.IDLE)


async def test_a_customer_who_does_not_answer_is_not_rung_for_ever(tmp_path: Path) -> None:
    async with a_floor(tmp_path, replace(AGENT_FIRST, tries=1, ring_timeout=0.3)) as floor:
        reference = await floor.promise()
        await floor.picked_up(floor.agents["ana"])
        await floor.rung(floor.customer)
        await floor.customer.hears(SessionCancelled)
        assert (await floor.is_now("failed", reference)).why == "no_answer"
        await floor.over()


async def test_an_agent_who_does_not_answer_costs_no_try(tmp_path: Path) -> None:
    async with a_floor(tmp_path) as floor:
        reference = await floor.promise()
        floor.agents["ana"].refuse(await floor.rung(floor.agents["ana"]), 486)
        floor.distribution.choose_status("piotr", Status.AVAILABLE)
        await floor.picked_up(floor.agents["piotr"])
        his = await floor.picked_up(floor.customer)
        assert (await floor.is_now("connected", reference)).agent == "piotr"
        floor.customer.hang_up(his)
        await floor.over()
        assert len(floor.desk.book.find(reference).tries) == 1


async def test_an_agent_who_hangs_up_while_the_customers_phone_rings(tmp_path: Path) -> None:
    async with a_floor(tmp_path, replace(AGENT_FIRST, tries=1)) as floor:
        reference = await floor.promise()
        hers = await floor.picked_up(floor.agents["ana"])
        await floor.rung(floor.customer)
        floor.agents["ana"].hang_up(hers)
        await floor.customer.hears(SessionCancelled)
        await floor.is_now("failed", reference)
        await floor.over()


async def test_an_agent_who_hangs_up_during_the_whisper_costs_no_try(tmp_path: Path) -> None:
    async with a_floor(tmp_path) as floor:
        reference = await floor.promise()
        floor.agents["ana"].hang_up(await floor.picked_up(floor.agents["ana"]))
        await floor.rung(floor.agents["ana"])  # the queue rings the next, and there is nobody else
        assert floor.desk.book.find(reference).tries == ()
        await floor.desk.cancel(reference, "joe")
        await floor.over()


async def test_where_a_key_takes_the_call_the_customer_is_called_after_it(tmp_path: Path) -> None:
    async with a_floor(tmp_path, acknowledge=Acknowledge("1", within=5)) as floor:
        await floor.promise()
        hers = await floor.picked_up(floor.agents["ana"])
        assert hears(await floor.agents["ana"].listens(20), WHISPER)
        assert [each for each in floor.customer.events if isinstance(each, InviteReceived)] == []
        floor.agents["ana"].info(hers, b"Signal=1\r\nDuration=160\r\n")
        his = await floor.picked_up(floor.customer)
        await until(lambda: "bridge.began" in floor.house.kinds())
        floor.customer.hang_up(his)
        await floor.over()


async def test_without_a_trunk_nobody_is_called_and_no_try_is_counted(tmp_path: Path) -> None:
    async with a_floor(tmp_path, replace(AGENT_FIRST, retry=dict.fromkeys(Missed, 60.0))) as floor:
        floor.no_way = True
        reference = await floor.promise()
        await until(lambda: "contact.closed" in floor.house.kinds())
        assert (await floor.is_now("waiting", reference)).tries == ()
        await floor.over()
        assert not [kind for kind in floor.house.kinds() if kind.startswith("leg.")], "no phone rings in vain"
        assert floor.state() is State.IDLE


async def test_whoever_is_put_on_the_list_meanwhile_is_not_called(tmp_path: Path) -> None:
    async with a_floor(tmp_path) as floor:
        reference = await floor.promise()
        session = await floor.rung(floor.agents["ana"])
        floor.never.add(Listed(NUMBER, ALL, "joe", 0.0))
        floor.agents["ana"].answer(session)
        assert (await floor.is_now("failed", reference)).why == "do_not_call"
        await floor.over()
        assert "leg.invited" in floor.house.kinds()
        assert [each for each in floor.customer.events if isinstance(each, InviteReceived)] == []


async def test_a_person_who_cancels_stops_the_customers_phone(tmp_path: Path) -> None:
    async with a_floor(tmp_path) as floor:
        reference = await floor.promise()
        await floor.picked_up(floor.agents["ana"])
        await floor.rung(floor.customer)
        await floor.desk.cancel(reference, "joe")
        await floor.customer.hears(SessionCancelled)
        await floor.agents["ana"].hears(SessionEnded)
        await floor.over()
        assert floor.told()[-1] == "cancelled"


async def test_one_that_waits_for_an_agent_is_cancelled_at_once(tmp_path: Path) -> None:
    async with a_floor(tmp_path, status=Status.NOT_READY) as floor:
        reference = await floor.promise()
        await until(lambda: floor.desk.standing == 1)
        await floor.desk.cancel(reference, "joe")
        await floor.over()


# --- customer first ---


async def test_the_customer_is_called_while_the_agent_is_held_and_the_agent_rung_then(tmp_path: Path) -> None:
    async with a_floor(tmp_path, CUSTOMER_FIRST) as floor:
        reference = await floor.promise()
        session = await floor.rung(floor.customer)
        assert floor.state() is State.RESERVED
        assert [each for each in floor.agents["ana"].events if isinstance(each, InviteReceived)] == []
        floor.customer.answer(session)
        floor.customer.face(session.offer)
        hers = await floor.rung(floor.agents["ana"])
        assert hears(await floor.customer.listens(20), GREETING)
        assert hears(await floor.customer.listens(40), MUSIC)
        floor.agents["ana"].answer(hers)
        floor.agents["ana"].face(hers.offer)
        await both_hear(floor)
        await floor.is_now("connected", reference)
        floor.agents["ana"].hang_up(hers)
        await floor.customer.hears(SessionEnded)
        await floor.over()
        assert floor.state() is State.WRAP_UP


async def test_a_customer_who_is_busy_sets_the_held_agent_free(tmp_path: Path) -> None:
    async with a_floor(tmp_path, replace(CUSTOMER_FIRST, tries=1)) as floor:
        reference = await floor.promise()
        floor.customer.refuse(await floor.rung(floor.customer), 486)
        await floor.is_now("failed", reference)
        await until(lambda: floor.state() is State.IDLE)
        await floor.over()
        assert [each for each in floor.agents["ana"].events if isinstance(each, InviteReceived)] == []


async def test_an_agent_who_does_not_answer_leaves_the_customer_to_the_next(tmp_path: Path) -> None:
    async with a_floor(tmp_path, CUSTOMER_FIRST) as floor:
        reference = await floor.promise()
        his = await floor.picked_up(floor.customer)
        floor.agents["ana"].refuse(await floor.rung(floor.agents["ana"]), 486)
        floor.distribution.choose_status("piotr", Status.AVAILABLE)
        await floor.picked_up(floor.agents["piotr"])
        assert (await floor.is_now("connected", reference)).agent == "piotr"
        floor.customer.hang_up(his)
        await floor.over()


async def test_a_customer_who_hangs_up_before_an_agent_is_there_is_called_again(tmp_path: Path) -> None:
    async with a_floor(tmp_path, CUSTOMER_FIRST) as floor:
        reference = await floor.promise()
        his = await floor.picked_up(floor.customer)
        await floor.rung(floor.agents["ana"])
        floor.customer.hang_up(his)
        await floor.agents["ana"].hears(SessionCancelled)
        his = await floor.picked_up(floor.customer)
        await floor.picked_up(floor.agents["ana"])
        found = await floor.is_now("connected", reference)
        assert [each.result for each in found.tries] == [Missed.NOT_CONNECTED, None]
        floor.customer.hang_up(his)
        await floor.over()


async def test_a_machine_is_hung_up_on_where_the_queue_wishes_it(tmp_path: Path) -> None:
    wary = replace(CUSTOMER_FIRST, tries=1, hangs_up_on_machines=True)
    async with a_floor(tmp_path, wary) as floor:
        reference = await floor.promise()
        await floor.picked_up(floor.customer)
        await floor.rung(floor.agents["ana"])
        await asyncio.to_thread(floor.customer.far.say, tone(VOICE, 0.4) + tone({1000}, 0.6))
        found = await floor.is_now("failed", reference)
        assert found.tries[-1].result is Missed.MACHINE
        await floor.customer.hears(SessionEnded)
        await floor.over()
        assert floor.house.row("leg.answerer").data["machine"] is True


async def test_the_next_trunk_is_tried_where_one_does_not_take_the_call(tmp_path: Path) -> None:
    async with a_floor(tmp_path, replace(AGENT_FIRST, tries=1)) as floor:
        floor.trunks = 2
        await floor.promise()
        await floor.picked_up(floor.agents["ana"])
        floor.customer.refuse(await floor.rung(floor.customer), 503)
        his = await floor.picked_up(floor.customer)
        await until(lambda: "bridge.began" in floor.house.kinds())
        floor.customer.hang_up(his)
        await floor.over()
        assert floor.told().count("dialled") == 1, "one try, by two ways"
        assert len(floor.called) == 2


async def test_a_network_that_speaks_before_the_answer_is_heard_by_the_agent(tmp_path: Path) -> None:
    async with a_floor(tmp_path, replace(AGENT_FIRST, tries=1)) as floor:
        await floor.promise()
        await floor.picked_up(floor.agents["ana"])
        session = (await floor.customer.hears(InviteReceived)).session
        customer = floor.customer
        customer.say(lambda now: customer.stack.ring(session, 183, customer.body(), now=now))
        customer.face(session.offer)
        await until(lambda: "leg.early_media" in floor.house.kinds())
        listening = asyncio.create_task(floor.agents["ana"].listens(40))
        await asyncio.to_thread(customer.far.say, tone(VOICE, 1.0))
        assert hears(await listening, VOICE)
        customer.refuse(session, 486)
        await floor.over()
