"""Callbacks in their queue: who is called when and by whom, closed queues, stops and crashes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calls.destination import Queue
from routing.agents.tables import State, Status
from routing.callbacks.callback import Missed
from routing.hours.opening import Openness
from tests.kit.callback_floor import AGENT_FIRST, CallbackFloor, a_floor
from tests.kit.party import House, Party, until

if TYPE_CHECKING:
    from pathlib import Path


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


async def test_a_customer_whose_agents_phone_dies_goes_first_in_the_queue(tmp_path: Path) -> None:
    async with a_floor(tmp_path) as floor:
        await floor.promise()
        await floor.picked_up(floor.agents["ana"])
        await floor.picked_up(floor.customer)
        await until(lambda: "bridge.began" in floor.house.kinds())
        (leg,) = floor.called
        agent = next(each for each in leg.contact.legs if each is not leg)
        agent.hang_up(by="timeout")
        await floor.over()
        assert floor.elsewhere.sent == [Queue("q")]
        rescued = floor.house.row("queue.rescued").data
        assert (rescued["agent"], rescued["first"]) == ("ana", True)


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
