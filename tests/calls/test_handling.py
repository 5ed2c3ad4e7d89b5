"""What agents do in conversations: transfers, holds, keys on the wire, acts asked from outside; told by tones."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from calls import acts, calling, in_call_keys
from calls.acts import ActRefused
from calls.destination import Echo, Hangup, Menu, Queue
from sip.events import SessionCancelled
from tests.kit.party import PATIENCE

if TYPE_CHECKING:
    from calls.acts import Act
    from tests.kit.handled import Handled

TALKING = {"alice": {"bob"}, "bob": {"alice"}}


# --- transfers ---------------------------------------------------------------------------------------------------


async def test_an_agent_sends_the_caller_on_by_keys(handled: Handled) -> None:
    await handled.key("*307#")
    await handled.told("act.refused")  # nobody has that number
    handled.board.parties["77"] = handled.party("carol")
    handled.board.addresses["77"] = handled.party("carol").uri
    await handled.key("*3077#")
    carols = await handled.board.rings("77")
    await handled.settles(alice={"music"}, bob={"ringing"})
    handled.party("carol").answer(carols)
    handled.party("carol").face(carols.offer)
    await handled.gone("bob")
    handled.sessions["carol"] = carols
    await handled.settles(alice={"carol"}, carol={"alice"})
    assert handled.house.row("transfer.completed").data["to"] == "extension 77"
    await handled.over()


@pytest.mark.parametrize("status", [486, 491, 603, 404, 500])
async def test_a_target_that_refuses_gives_the_caller_back(handled: Handled, status: int) -> None:
    await handled.ask(acts.TransferTo("carol"))
    handled.party("carol").refuse(await handled.rings("carol"), status)
    await handled.told("transfer.failed")
    await handled.settles(**TALKING)
    assert handled.rules.said[-1] == "agent_not_answered"
    await handled.over()


async def test_a_target_that_does_not_answer_gives_the_caller_back(
    handled: Handled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "RING_TIMEOUT", 0.2)
    await handled.ask(acts.TransferTo("carol"))
    await handled.rings("carol")
    await handled.party("carol").hears(SessionCancelled)
    await handled.settles(**TALKING)
    await handled.over()


async def test_a_transfer_can_be_broken_off(handled: Handled) -> None:
    await handled.ask(acts.TransferTo("carol"))
    await handled.rings("carol")
    await handled.key("*35")
    await handled.party("carol").hears(SessionCancelled)
    await handled.settles(**TALKING)
    await handled.over()


@pytest.mark.parametrize("destination", [Menu("shop"), Queue("sales"), Echo()])
async def test_what_answers_at_once_takes_the_caller(
    handled: Handled, destination: Menu | Queue | Echo
) -> None:
    handled.board.elsewhere["900"] = destination
    await handled.key("*30900#")
    await handled.gone("bob")
    found = await asyncio.wait_for(handled.board.tasks[0], PATIENCE)
    assert found == destination
    await handled.over()


async def test_the_agent_who_sends_a_caller_to_a_queue_is_not_asked_again(handled: Handled) -> None:
    handled.board.elsewhere["900"] = Queue("sales", priority=3)
    handled.board.contacts[0].legs[1].agent = "bob"
    await handled.ask(acts.TransferTo("900"))
    assert await asyncio.wait_for(handled.board.tasks[0], PATIENCE) == Queue(
        "sales", priority=3, avoid=("bob",)
    )
    await handled.over()


@pytest.mark.parametrize(("destination", "status"), [(403, 403), (404, 404), (Hangup(), 404), (Echo(), 404)])
async def test_whom_the_agent_may_not_dial_is_not_consulted(
    handled: Handled, destination: int | Hangup | Echo, status: int
) -> None:
    handled.board.elsewhere["900"] = destination
    with pytest.raises(ActRefused) as refused:
        await handled.ask(acts.Consult("900"))
    assert refused.value.status == status
    await handled.settles(**TALKING)
    await handled.over()


# --- hold, keys, the rest ----------------------------------------------------------------------------------------


async def test_a_hold_by_keys(handled: Handled) -> None:
    await handled.key("*36")
    await handled.told("hold.began")
    await handled.settles(alice={"music"}, bob=set())
    with pytest.raises(ActRefused):
        await handled.ask(acts.Hold())
    await handled.key("*37")
    await handled.settles(**TALKING)
    with pytest.raises(ActRefused):
        await handled.ask(acts.Resume())
    await handled.over()


async def test_a_caller_on_hold_can_be_handed_over(handled: Handled) -> None:
    await handled.ask(acts.Hold())
    await handled.consulting()
    await handled.ask(acts.Complete())
    await handled.settles(alice={"carol"}, carol={"alice"})
    await handled.over()


@pytest.mark.parametrize("name", ["alice", "bob"])
async def test_a_call_may_end_in_a_hold(handled: Handled, name: str) -> None:
    await handled.ask(acts.Hold())
    handled.hang_up(name)
    await handled.gone("bob" if name == "alice" else "alice")
    await handled.over()


async def test_a_callers_keys_are_never_codes(handled: Handled) -> None:
    await handled.key("*36", "alice")
    await handled.key("1", "bob")
    assert "hold.began" not in handled.house.kinds()
    await handled.settles(**TALKING)
    await handled.over()


async def test_nothing_of_a_code_but_its_star_reaches_the_caller(handled: Handled) -> None:
    alice = handled.party("alice").far
    await handled.key("*36", pace=0.2)
    await handled.told("hold.began")
    events = {each.payload[0] for each in alice.hear(60, patience=0.3) if each.payload_type == 101}
    assert events <= {10}, "a star is event 10"
    await handled.over()


async def test_keys_that_are_no_code_reach_the_far_end(
    handled: Handled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_call_keys, "GAP", 0.3)
    alice = handled.party("alice").far
    await handled.key("*9")
    heard = await asyncio.to_thread(alice.hear, 60, patience=1.5)
    assert 9 in {each.payload[0] for each in heard if each.payload_type == 101}
    await handled.settles(**TALKING)
    await handled.over()


async def test_the_agent_ends_the_call_by_keys(handled: Handled) -> None:
    await handled.consulting()
    await handled.key("*43")
    await handled.gone("alice", "bob", "carol")
    await handled.over()


@pytest.mark.parametrize(
    "act",
    [acts.Complete(), acts.Toggle(), acts.Conference(), acts.Cancel(), acts.Resume(), acts.HandBack()],
)
async def test_an_act_that_fits_nothing_is_refused_and_changes_nothing(handled: Handled, act: Act) -> None:
    with pytest.raises(ActRefused) as refused:
        await handled.ask(act)
    assert refused.value.status == 491
    await handled.settles(**TALKING)
    await handled.over()


async def test_one_thing_at_a_time(handled: Handled) -> None:
    await handled.consulting()
    for act in (acts.Consult("dave"), acts.TransferTo("dave"), acts.Hold(), acts.CallSupervisor()):
        with pytest.raises(ActRefused):
            await handled.ask(act)
    handled.party("bob").transfer(handled.sessions["bob"], handled.board.at("dave"))
    assert await handled.party("bob").outcome() == 491
    await handled.settles(alice={"music"}, bob={"carol"}, carol={"bob"})
    await handled.over()


async def test_whoever_asks_and_no_longer_waits_breaks_no_conversation(
    handled: Handled, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, goes_on, really = asyncio.Event(), asyncio.Event(), calling.Calling.call

    async def slowly(self: calling.Calling) -> object:
        began.set()
        await goes_on.wait()
        return await really(self)

    monkeypatch.setattr(calling.Calling, "call", slowly)
    asking = asyncio.create_task(handled.ask(acts.Consult("carol")))
    await began.wait()
    asking.cancel()
    await asyncio.wait([asking])
    goes_on.set()
    await handled.answers("carol")
    await handled.settles(alice={"music"}, bob={"carol"}, carol={"bob"})
    await handled.over()
