"""Customers called back over real sockets: agent first, customer first, and whatever can go wrong in between."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from calls.destination import Queue
from routing.agents import State, Status
from routing.callbacks.callback import Missed, Order
from routing.callbacks.do_not_call import ALL, Listed
from routing.callbacks.settings import QueueCallbacks
from routing.opening import Openness
from routing.waiting.settings import Acknowledge
from sip.events import InviteReceived, SessionCancelled, SessionEnded
from tests.kit.callback_floor import GREETING, LINE, NUMBER, RINGING, SOON, WHISPER, CallbackFloor
from tests.kit.party import MUSIC, House, Party, until
from tests.kit.tone import hears, tone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

VOICE = frozenset({800, 1300})
AGENT_FIRST = QueueCallbacks(retry=SOON, ring_timeout=5)
CUSTOMER_FIRST = QueueCallbacks(order=Order.CUSTOMER_FIRST, retry=SOON, ring_timeout=5)


@asynccontextmanager
async def a_floor(
    folder: Path,
    callbacks: QueueCallbacks = AGENT_FIRST,
    *,
    status: Status = Status.AVAILABLE,
    **queue: object,
) -> AsyncIterator[CallbackFloor]:
    async with (
        House() as house,
        Party() as customer,
        Party() as ana,
        Party() as piotr,
        CallbackFloor(
            house, customer, {"ana": ana, "piotr": piotr}, folder, callbacks, status=status, **queue
        ) as floor,
    ):
        if status is Status.AVAILABLE:
            floor.distribution.choose_status("piotr", Status.NOT_READY)
        yield floor


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
        await floor.picked_up(floor.agents["ana"])
        assert (await floor.is_now("waiting", reference)).tries == ()
        await floor.over()


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


# --- the queue ---


async def test_nobody_is_called_while_no_agent_is_free(tmp_path: Path) -> None:
    async with a_floor(tmp_path, status=Status.NOT_READY) as floor:
        references = [await floor.promise(f"+3491122233{index}") for index in range(5)]
        await until(lambda: floor.desk.standing == 2)
        assert floor.distribution.core.queue("q", now=0).waiting == 2, "no more than there are agents"
        floor.distribution.choose_status("ana", Status.AVAILABLE)
        await floor.picked_up(floor.agents["ana"])
        await until(lambda: floor.desk.standing == 3)
        states = [floor.desk.book.find(each).state.value for each in references]
        assert states.count("due") == 4
        for each in references:
            await floor.desk.cancel(each, "joe")
        await floor.over()


async def test_whoever_asked_first_is_called_first(tmp_path: Path) -> None:
    async with a_floor(tmp_path, status=Status.NOT_READY) as floor:
        first = await floor.promise(joined=floor.wall() - 5)
        earlier = await floor.promise("+34911222334", joined=floor.wall() - 50)
        await until(lambda: floor.desk.standing == 2)
        floor.distribution.choose_status("ana", Status.AVAILABLE)
        await floor.is_now("reserved", earlier)
        assert floor.desk.book.find(first).state.value == "due"
        for each in (first, earlier):
            await floor.desk.cancel(each, "joe")
        await floor.over()


async def test_the_customers_own_agent_is_asked_and_another_only_after_a_while(tmp_path: Path) -> None:
    async with a_floor(tmp_path) as floor:
        floor.distribution.choose_status("piotr", Status.AVAILABLE)
        await floor.promise(agent="piotr")
        await floor.rung(floor.agents["piotr"])
        assert floor.state("ana") is State.IDLE
        await floor.desk.cancel(floor.desk.book.all()[0].id, "joe")
        await floor.over()
        floor.distribution.choose_status("piotr", Status.NOT_READY)
        reference = await floor.promise("+34911222334", agent="piotr")
        assert floor.desk.standing == 0, "it waits for him"
        floor.ahead = 601
        floor.desk._tick()
        await floor.rung(floor.agents["ana"])
        await floor.desk.cancel(reference, "joe")
        await floor.over()


async def test_an_agent_stranded_customer_goes_back_to_the_queue(tmp_path: Path) -> None:
    async with a_floor(tmp_path) as floor:
        await floor.promise()
        await floor.picked_up(floor.agents["ana"])
        await floor.picked_up(floor.customer)
        await until(lambda: "bridge.began" in floor.house.kinds())
        (leg,) = floor.called
        talk = leg.contact.talk
        assert talk is not None
        agent = next(each for each in leg.contact.legs if each is not leg)
        talk.strand(agent)
        agent.hang_up()
        await floor.over()
        assert floor.elsewhere.sent == [Queue("q")]


async def test_a_queue_that_is_closed_calls_nobody(tmp_path: Path) -> None:
    async with a_floor(tmp_path) as floor:
        floor.openness = Openness(is_open=False)
        reference = await floor.promise()
        await floor.is_now("waiting", reference)
        await floor.over()
        assert floor.house.row("contact.closed").data["outcome"] == "closed"


# --- stops and starts ---


async def test_a_node_that_stops_waits_for_talks_and_not_for_callbacks(tmp_path: Path) -> None:
    async with a_floor(tmp_path, status=Status.NOT_READY) as floor:
        reference = await floor.promise()
        await until(lambda: floor.desk.standing == 1)
        floor.desk.stop()
        assert await floor.dispatcher.drain(3.0) == 0
        await floor.over()
        assert floor.desk.book.find(reference).state.value == "due"


async def test_what_was_promised_is_kept_over_a_crash_in_the_middle_of_a_call(tmp_path: Path) -> None:
    async with House() as house, Party() as customer, Party() as ana:
        floor = CallbackFloor(house, customer, {"ana": ana}, tmp_path, AGENT_FIRST)
        async with floor:
            reference = await floor.promise()
            await floor.picked_up(ana)
            await floor.rung(customer)
            await floor.store.settled()
            # What is on disk at this moment is what a node finds after kill -9.
            again = CallbackFloor(house, customer, {"ana": ana}, tmp_path, AGENT_FIRST)
            async with again:
                found = again.desk.book.find(reference)
                assert found.state.value == "retry"
                assert found.not_before > again.wall() + 60, "the customer's phone may ring on"
                assert found.tries[-1].result is Missed.FAILED
        await floor.over()
