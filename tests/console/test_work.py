"""Agents and queues directed over HTTP: what comes of each act, who is recorded, and every wrong request."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from calls.contact import Contact, Inbox
from records.timeline.facts import Facts
from records.timeline.sentences import sentence
from routing.agents.tables import State, Status
from routing.commands import Overflow, RingAgent
from routing.queues.entry import EntryJoin

if TYPE_CHECKING:
    from tests.console.interface import Api

BOT = "/api/v1/agents/bot"


def waits(api: Api, contact: str, queue: str = "q", number: str = "") -> Inbox[object]:
    inbox: Inbox[object] = Inbox()
    made = Contact(contact, ani=number, display="", dnis="1", record=lambda *_: None)
    made.client, made.language = "bank", "es"
    api.workplace.contacts[contact] = made
    api.distribution.join(EntryJoin(contact, contact, queue), inbox)
    return inbox


async def test_who_set_a_status_is_shown_and_since_when_it_may_last(api: Api) -> None:
    body = {"status": "not_ready", "reason": "lunch", "by": "marta"}
    status, shown = await api.ask("PUT", f"{BOT}/status", json=body)
    assert (status, shown["by"], shown["overdue"], shown["limit"]) == (200, "marta", False, None)


@pytest.mark.parametrize("reason", ["lnch", "", "ring_no_answer"])
async def test_a_reason_that_is_none_is_a_problem_and_changes_nothing(api: Api, reason: str) -> None:
    body = {"status": "not_ready", "reason": reason}
    assert await api.problem("PUT", f"{BOT}/status", json=body) == (422, "unknown_reason")
    assert api.distribution.core.agent("bot").status is Status.AVAILABLE


async def test_reasons_are_listed_with_their_codes(api: Api) -> None:
    status, body = await api.ask("GET", "/api/v1/reasons")
    assert status == 200
    assert [(each["id"], each["code"]) for each in body["items"]][:2] == [("break", "1"), ("lunch", "2")]
    assert body["required"] is False


async def test_wrap_up_is_made_longer_and_ended(api: Api) -> None:
    assert await api.problem("POST", f"{BOT}/wrap-up", json={}) == (409, "not_in_wrap_up")
    api.distribution.carry_on_wrap_up("bot", 30)
    end = api.distribution.core.agent("bot").wrap_up_until or 0.0
    status, shown = await api.ask("POST", f"{BOT}/wrap-up", json={"seconds": 90, "by": "marta"})
    assert (status, shown["state"]) == (200, "wrap_up")
    assert api.distribution.core.agent("bot").wrap_up_until == end + 90
    await api.ask("POST", f"{BOT}/wrap-up", json={"seconds": 5000})
    assert await api.problem("POST", f"{BOT}/wrap-up", json={}) == (409, "wrap_up_at_its_limit")
    status, shown = await api.ask("DELETE", f"{BOT}/wrap-up?by=marta")
    assert (status, shown["state"], shown["wrap_up_until"]) == (200, "idle", None)


@pytest.mark.parametrize("seconds", [0, -5, "soon", 1e9, True, [1]])
async def test_wrap_up_of_no_sensible_length_is_a_problem(api: Api, seconds: object) -> None:
    body = {"seconds": seconds}
    status, code = await api.problem("POST", f"{BOT}/wrap-up", json=body)
    assert (status, code) in ((422, "invalid_body"), (409, "not_in_wrap_up"))


async def test_a_call_is_given_its_result(api: Api) -> None:
    give = {"code": "1", "by": "marta"}
    assert await api.problem("PUT", f"{BOT}/disposition", json=give) == (409, "nothing_to_dispose")
    api.workplace.talks("bot", "c7", "q")
    assert await api.problem("PUT", f"{BOT}/disposition", json={"code": "9"}) == (422, "unknown_disposition")
    assert await api.problem("PUT", f"{BOT}/disposition", json={"code": "x"}) == (422, "invalid_body")
    assert (await api.ask("PUT", f"{BOT}/disposition", json=give))[0] == 200
    assert api.workplace.book.attendance["bot"].disposition == "1"
    nobody = "/api/v1/agents/nobody/disposition"
    assert await api.problem("PUT", nobody, json=give) == (404, "unknown_agent")


async def test_queues_and_skills_are_given_and_taken_back(api: Api) -> None:
    given = {"queues": ["vip"], "skills": {"cards": 4}, "by": "marta"}
    status, shown = await api.ask("PUT", f"{BOT}/assignment", json=given)
    assert (status, shown["queues"], shown["skills"], shown["assigned"]) == (200, ["vip"], {"cards": 4}, True)
    assert isinstance(await waits(api, "c1", "vip").next(0.0), RingAgent)
    status, shown = await api.ask("PUT", f"{BOT}/assignment", json={"skills": {}})
    assert (shown["queues"], shown["skills"]) == (["vip"], {})
    status, shown = await api.ask("DELETE", f"{BOT}/assignment?by=marta")
    assert (status, shown["queues"], shown["skills"], shown["assigned"]) == (200, ["q"], {}, False)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"queues": ["vpi"]}, "bad_assignment"),
        ({"skills": {"dance": 3}}, "bad_assignment"),
        ({"skills": {"cards": 9}}, "invalid_body"),
        ({"queues": "vip"}, "invalid_body"),
        ({}, "invalid_body"),
        ({"queues": ["vip"], "by": "two\nlines"}, "invalid_body"),
    ],
)
async def test_an_assignment_of_what_is_not_there_is_a_problem(api: Api, body: object, code: str) -> None:
    assert await api.problem("PUT", f"{BOT}/assignment", json=body) == (422, code)
    assert api.distribution.core.agent("bot").queues == ("q",)
    nobody = "/api/v1/agents/nobody/assignment"
    assert await api.problem("PUT", nobody, json={"queues": ["vip"]}) == (404, "unknown_agent")


async def test_a_queue_tells_how_it_does_and_who_waits(api: Api) -> None:
    await api.ask("PUT", f"{BOT}/status", json={"status": "logged_out"})
    waits(api, "c1", number="600100200")
    hidden = waits(api, "c2", number="600100201")
    api.workplace.contacts["c2"].is_private = True
    api.workplace.tally.left({"queue": "q", "reason": "answered", "waited": 3}, 20.0, "2026-03-10")
    api.workplace.tally.left({"queue": "q", "reason": "answered", "waited": 30}, 20.0, "2026-03-10")
    api.workplace.tally.left({"queue": "q", "reason": "abandoned", "waited": 30}, 20.0, "2026-03-10")
    api.workplace.tally.left({"queue": "q", "reason": "withdrawn", "waited": 30}, 20.0, "2026-03-10")
    status, queue = await api.ask("GET", "/api/v1/queues/q")
    assert status == 200
    assert (queue["waiting"], queue["ready"], queue["promise"]) == (2, 0, {"within": 20.0, "share": 0.8})
    assert queue["today"] == {
        "offered": 3,
        "answered": 2,
        "abandoned": 1,
        "service_level": pytest.approx(1 / 3),
        "average_wait": 16.5,
    }
    status, body = await api.ask("GET", "/api/v1/queues/q/callers")
    assert [(each["contact"], each["caller"], each["position"]) for each in body["items"]] == [
        ("c1", "600100200", 1),
        ("c2", None, 2),
    ]
    assert hidden is not None


async def test_a_caller_is_served_earlier_and_moved_and_taken_out(api: Api) -> None:
    await api.ask("PUT", f"{BOT}/status", json={"status": "logged_out"})
    first, second = waits(api, "c1"), waits(api, "c2")
    here = "/api/v1/queues/q/callers/c2"
    status, body = await api.ask("PUT", f"{here}/priority", json={"priority": 5, "by": "marta"})
    assert (status, [each["contact"] for each in body["items"]]) == (200, ["c2", "c1"])
    status, body = await api.ask("POST", f"{here}/move", json={"queue": "vip", "by": "marta"})
    assert (status, [each["contact"] for each in body["items"]]) == (200, ["c1"])
    moved = await second.next(0.0)
    assert isinstance(moved, Overflow)
    assert await api.problem("POST", f"{here}/move", json={"queue": "vip"}) == (404, "not_waiting")
    there = "/api/v1/queues/q/callers/c1/withdraw"
    status, body = await api.ask("POST", there, json={"to": {"queue": "vip"}, "by": "marta"})
    assert (status, body["items"]) == (200, [])
    assert isinstance(await first.next(0.0), Overflow)


async def test_an_agent_is_given_a_caller_out_of_turn(api: Api) -> None:
    api.distribution.choose_status("bot", Status.NOT_READY, "lunch")
    first, second = waits(api, "c1"), waits(api, "c2")
    pick = "/api/v1/queues/q/callers/c2/pick"
    assert (await api.ask("POST", pick, json={"agent": "bot", "by": "marta"}))[0] == 200
    assert isinstance(await second.next(0.0), RingAgent)
    assert await first.next(0.0) is None
    assert api.distribution.core.agent("bot").state is State.RESERVED
    other = "/api/v1/queues/q/callers/c1/pick"
    assert await api.problem("POST", other, json={"agent": "bot"}) == (409, "cannot_pick")
    assert await api.problem("POST", other, json={"agent": "nobody"}) == (404, "unknown_agent")


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("GET", "queues/nothing", None, (404, "unknown_queue")),
        ("GET", "queues/nothing/callers", None, (404, "unknown_queue")),
        ("PUT", "queues/q/callers/c9/priority", {"priority": 1}, (404, "not_waiting")),
        ("PUT", "queues/q/callers/c1/priority", {"priority": "high"}, (422, "invalid_body")),
        ("PUT", "queues/q/callers/c1/priority", {"priority": 10**9}, (422, "invalid_body")),
        ("POST", "queues/q/callers/c1/move", {"queue": "nothing"}, (404, "unknown_queue")),
        ("POST", "queues/q/callers/c1/move", {"queue": "q"}, (409, "same_queue")),
        ("POST", "queues/q/callers/c1/withdraw", {"to": {"queue": "q", "echo": True}}, (422, "invalid_body")),
        ("POST", "queues/q/callers/c1/move", {"queue": "tills"}, (409, "foreign_queue")),
        ("POST", "queues/q/callers/c1/withdraw", {"to": {"queue": "tills"}}, (409, "foreign_queue")),
        ("POST", "queues/q/callers/c1/withdraw", {"to": {"queue": "nothing"}}, (404, "unknown_queue")),
        ("POST", "queues/q/callers/c1/withdraw", {"to": {"menu": "nothing"}}, (404, "unknown_menu")),
        ("POST", "queues/q/callers/c1/pick", {}, (422, "invalid_body")),
    ],
)
async def test_what_cannot_be_done_with_a_caller_is_a_problem(
    api: Api, method: str, path: str, body: object, expected: tuple[int, str]
) -> None:
    await api.ask("PUT", f"{BOT}/status", json={"status": "logged_out"})
    inbox = waits(api, "c1")
    assert await api.problem(method, f"/api/v1/{path}", json=body) == expected
    assert await inbox.next(0.0) is None


async def test_every_act_is_in_the_ledger_with_who_did_it(api: Api) -> None:
    await api.ask("PUT", f"{BOT}/status", json={"status": "not_ready", "reason": "lunch", "by": "marta"})
    waits(api, "c1")
    await api.ask("PUT", "/api/v1/queues/q/callers/c1/priority", json={"priority": 2, "by": "marta"})
    await api.ledger.flush()
    history = await asyncio.to_thread(api.reader.agent_events, "bot", 100)
    told = [sentence(each.type, Facts(each.data)) for each in history if each.type == "agent.directed"]
    assert told == ["marta directs agent bot: status not ready (lunch)"]
    events = await asyncio.to_thread(api.reader.events, "c1")
    acts = [sentence(each.type, Facts(each.data)) for each in events if each.type == "queue.directed"]
    assert acts == ["marta directs queue q: priority 2"]
