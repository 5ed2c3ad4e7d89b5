"""Consultations, warm hand-over and conferences: who hears whom is told by tones, and nobody is left alone."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from calls import acts, in_call_keys
from calls.acts import ActRefused
from calls.destination import Queue
from sip.events import SessionCancelled
from tests.kit.handled import VOICES
from tests.kit.party import PATIENCE, until

if TYPE_CHECKING:
    from tests.kit.handled import Handled

TALKING = {"alice": {"bob"}, "bob": {"alice"}}


# --- consultations -----------------------------------------------------------------------------------------------


async def test_a_warm_hand_over_by_keys(handled: Handled) -> None:
    """The caller waits, the two talk aside, then the agent leaves."""
    handled.board.addresses["77"] = handled.party("carol").uri
    handled.board.parties["77"] = handled.party("carol")
    contact = handled.board.contacts[0]
    contact.attributes["order"] = "17"
    await handled.key("*3177#")
    handled.sessions["carol"] = await handled.board.rings("77")
    await handled.settles(alice={"music"}, bob={"ringing"})
    handled.party("carol").answer(handled.sessions["carol"])
    handled.party("carol").face(handled.sessions["carol"].offer)
    await handled.told("consult.answered")
    await handled.settles(alice={"music"}, bob={"carol"}, carol={"bob"})
    await handled.key("*33")
    await handled.settles(alice={"bob"}, bob={"alice"}, carol={"music"})
    await handled.key("*33")
    await handled.settles(alice={"music"}, bob={"carol"}, carol={"bob"})
    await handled.key("*32")
    await handled.gone("bob")
    await handled.settles(alice={"carol"}, carol={"alice"})
    assert contact.attributes == {"order": "17"}
    await handled.over()


async def test_who_is_consulted_hears_no_code_but_keys_that_are_none(
    handled: Handled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_call_keys, "GAP", 0.3)
    await handled.consulting()
    carol = handled.party("carol").far
    await handled.key("*7")
    heard = await asyncio.to_thread(carol.hear, 80, patience=1.5)
    assert 7 in {each.payload[0] for each in heard if each.payload_type == 101}
    await handled.key("*33", pace=0.2)
    heard = await asyncio.to_thread(carol.hear, 80, patience=0.5)
    assert {each.payload[0] for each in heard if each.payload_type == 101} <= {10}, "a star is event 10"
    await handled.settles(alice={"bob"}, bob={"alice"}, carol={"music"})
    await handled.over()


async def test_who_comes_after_an_agent_begins_codes_anew(handled: Handled) -> None:
    await handled.consulting()
    await handled.key("*3")
    await handled.ask(acts.Complete())
    await handled.gone("bob")
    await handled.key("6", "carol")
    await handled.settles(alice={"carol"}, carol={"alice"})
    assert "hold.began" not in handled.house.kinds()
    await handled.key("*36", "carol")
    await handled.told("hold.began")
    await handled.over()


@pytest.mark.parametrize("way", ["keys", "ask"])
async def test_a_consultation_is_cancelled(handled: Handled, way: str) -> None:
    await handled.consulting()
    if way == "keys":
        await handled.key("*35")
    else:
        await handled.ask(acts.Cancel())
    await handled.gone("carol")
    await handled.settles(**TALKING)
    await handled.over()


@pytest.mark.parametrize("status", [486, 491, 603])
async def test_whom_the_agent_wants_to_consult_refuses(handled: Handled, status: int) -> None:
    await handled.ask(acts.Consult("carol"))
    handled.party("carol").refuse(await handled.rings("carol"), status)
    await handled.told("consult.ended")
    await handled.settles(**TALKING)
    assert handled.house.row("consult.failed").data["status"] == status
    assert handled.rules.said[-1] == "agent_not_answered"
    await handled.over()


async def test_who_is_consulted_and_hangs_up_leaves_the_two_together(handled: Handled) -> None:
    await handled.consulting()
    handled.hang_up("carol")
    await handled.told("consult.ended")
    await handled.settles(**TALKING)
    await handled.over()


async def test_an_agent_who_leaves_while_it_rings_has_handed_over(handled: Handled) -> None:
    await handled.ask(acts.Consult("carol"))
    carols = await handled.rings("carol")
    await handled.key("*32")
    await handled.gone("bob")
    handled.party("carol").answer(carols)
    handled.party("carol").face(carols.offer)
    await handled.settles(alice={"carol"}, carol={"alice"})
    await handled.over()


@pytest.mark.parametrize("toggles", [0, 1])
async def test_an_agent_whose_phone_dies_leaves_caller_and_consulted_together(
    handled: Handled, toggles: int
) -> None:
    await handled.consulting()
    for _ in range(toggles):
        await handled.ask(acts.Toggle())
    handled.hang_up("bob")
    await handled.told("transfer.completed")
    await handled.settles(alice={"carol"}, carol={"alice"})
    await handled.over()


async def test_a_caller_without_agent_and_consulted_party_is_stranded(handled: Handled) -> None:
    await handled.ask(acts.Consult("carol"))
    carols = await handled.rings("carol")
    handled.hang_up("bob")
    await until(lambda: handled.board.contacts[0].legs[1].has_ended)
    handled.party("carol").refuse(carols, 486)
    await handled.gone("alice")
    assert handled.board.contacts[0].outcome == "transfer_failed"
    await handled.over()


async def test_a_caller_who_hangs_up_while_it_rings_ends_all(handled: Handled) -> None:
    await handled.ask(acts.Consult("carol"))
    await handled.rings("carol")
    handled.hang_up("alice")
    await handled.party("carol").hears(SessionCancelled)
    await handled.gone("bob")
    await handled.over()


async def test_two_who_consult_finish_what_they_say_when_the_caller_goes(handled: Handled) -> None:
    await handled.consulting()
    handled.hang_up("alice")
    await handled.told("consult.ended")
    await handled.settles(bob={"carol"}, carol={"bob"})
    handled.hang_up("carol")
    await handled.gone("bob")
    await handled.over()


@pytest.mark.parametrize("first", ["alice", "bob", "carol"])
async def test_all_hanging_up_at_once_leave_nothing(handled: Handled, first: str) -> None:
    await handled.consulting()
    for name in (first, *(each for each in ("alice", "bob", "carol") if each != first)):
        handled.hang_up(name)
    await handled.over()


async def test_supervisors_are_called_one_after_the_other(handled: Handled) -> None:
    handled.rules.helpers = ["nobody", "carol", "dave"]
    await handled.key("*39")
    handled.party("carol").refuse(await handled.rings("carol"), 486)
    await handled.answers("dave")
    await handled.told("consult.answered")
    await handled.settles(alice={"music"}, bob={"dave"}, dave={"bob"})
    await handled.over()


async def test_a_supervisor_who_is_in_the_conference_already_is_not_rung(handled: Handled) -> None:
    await handled.conferring()
    handled.rules.helpers = ["carol", "dave"]
    handled.leg("carol").account = "carol"  # as registered phones have it
    await handled.ask(acts.CallSupervisor())
    await handled.rings("dave")
    await handled.over()


async def test_a_queue_is_consulted_by_its_free_agents(handled: Handled) -> None:
    handled.board.elsewhere["900"] = Queue("repairs")
    with pytest.raises(ActRefused) as refused:
        await handled.ask(acts.Consult("900"))
    assert refused.value.status == 404
    handled.rules.helpers = ["carol", "dave"]
    await handled.key("*31900#")
    handled.party("carol").refuse(await handled.rings("carol"), 603)
    await handled.answers("dave")
    await handled.told("consult.answered")
    await handled.ask(acts.Complete())
    await handled.settles(alice={"dave"}, dave={"alice"})
    await handled.over()


async def test_an_agent_without_supervisor_is_told_so(handled: Handled) -> None:
    await handled.key("*39")
    await handled.told("act.refused")
    assert handled.rules.said[-1] == "agent_not_possible"
    await handled.over()


# --- conferences -------------------------------------------------------------------------------------------------


async def test_in_a_conference_each_hears_the_two_others(handled: Handled) -> None:
    await handled.conferring()
    await handled.settles(alice={"bob", "carol"}, bob={"alice", "carol"}, carol={"alice", "bob"})
    await handled.over()


@pytest.mark.parametrize(
    ("gone", "left"), [("alice", ("bob", "carol")), ("bob", ("alice", "carol")), ("carol", ("alice", "bob"))]
)
async def test_each_may_leave_a_conference(handled: Handled, gone: str, left: tuple[str, str]) -> None:
    await handled.conferring()
    handled.hang_up(gone)
    await handled.told("conference.ended")
    one, other = left
    await handled.settles(**{one: {other}, other: {one}})
    holder = handled.party(one)
    holder.say(lambda now: holder.stack.reinvite(handled.sessions[one], holder.body("sendonly"), now=now))
    await handled.settles(**{other: {"music"}})  # as in any conversation of two
    handled.hang_up(one)
    await handled.gone(other)
    await handled.over()


async def test_an_agent_who_called_out_leaves_the_contact_to_the_customer(handled: Handled) -> None:
    """Alice works for the house here, has called Bob, and brings Carol in, who sends him on."""
    contact = handled.board.contacts[0]
    alice, bob = handled.leg("alice"), handled.leg("bob")
    handled.rules.agents = (alice.number, "carol")
    await handled.conferring()
    handled.hang_up("alice")
    await handled.told("conference.ended")
    assert contact.caller is bob
    handled.board.elsewhere["900"] = Queue("repairs")
    await handled.ask(acts.TransferTo("900"))
    assert await asyncio.wait_for(handled.board.tasks[0], PATIENCE) == Queue("repairs")
    assert bob.is_up
    await handled.over()


async def test_an_agent_leaves_a_conference_by_keys(handled: Handled) -> None:
    await handled.conferring()
    await handled.key("*32")
    await handled.gone("bob")
    await handled.settles(alice={"carol"}, carol={"alice"})
    await handled.over()


async def test_a_fourth_comes_into_a_conference(handled: Handled) -> None:
    await handled.conferring()
    await handled.consulting("dave")
    await handled.settles(alice={"carol"}, carol={"alice"}, bob={"dave"}, dave={"bob"})
    await handled.ask(acts.Conference())
    everybody = set(VOICES)
    await handled.settles(**{name: everybody - {name} for name in everybody})
    handled.hang_up("alice")
    await handled.told("conference.left")
    await handled.settles(bob={"carol", "dave"}, carol={"bob", "dave"}, dave={"bob", "carol"})
    await handled.over()


async def test_who_holds_in_a_conference_hears_nobody_and_the_others_go_on(handled: Handled) -> None:
    await handled.conferring()
    await handled.key("*36")
    await handled.settles(alice={"carol"}, carol={"alice"}, bob=set())
    await handled.key("*37")
    await handled.settles(alice={"bob", "carol"}, bob={"alice", "carol"}, carol={"alice", "bob"})
    await handled.over()


async def test_music_of_a_phone_that_holds_is_not_heard_in_a_conference(handled: Handled) -> None:
    await handled.conferring()
    bob = handled.party("bob")
    bob.say(lambda now: bob.stack.reinvite(handled.sessions["bob"], bob.body("sendonly"), now=now))
    await handled.told("leg.held")
    await handled.settles(alice={"carol"}, carol={"alice"}, bob=set())
    bob.say(lambda now: bob.stack.reinvite(handled.sessions["bob"], bob.body(), now=now))
    await handled.told("leg.resumed")
    await handled.settles(alice={"bob", "carol"}, bob={"alice", "carol"}, carol={"alice", "bob"})
    await handled.over()
