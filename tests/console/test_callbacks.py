"""Callbacks and the do-not-call list over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.console.interface import Api

NUMBER = "+34911222333"
ASKED = {"by": "joe", "number": NUMBER, "client": "banco", "queue": "q"}


async def promised(api: Api, **more: object) -> dict[str, Any]:
    status, found = await api.ask("POST", "/api/v1/callbacks", json={**ASKED, **more})
    assert status == 201
    return dict(found)


async def test_a_follow_up_is_promised_for_its_time_and_listed(api: Api) -> None:
    found = await promised(
        api, at="2026-03-10 14:00", until="2026-03-10 18:00", agent="ana", case="C7", reason="the card"
    )
    # By the clock of the centre, which is an hour ahead.
    assert (found["earliest"], found["latest"]) == (1773147600.0, 1773162000.0)
    assert (found["state"], found["number"], found["wish"]["case"]) == ("waiting", NUMBER, "C7")
    assert (found["wish"]["agent"], found["wish"]["note"], found["wish"]["by"]) == ("ana", "the card", "joe")
    status, listed = await api.ask("GET", "/api/v1/callbacks?open=true")
    assert (status, [each["id"] for each in listed["items"]]) == (200, [found["id"]])
    assert (await api.ask("GET", f"/api/v1/callbacks/{found['id']}"))[1]["id"] == found["id"]


async def test_one_is_cancelled_and_tried_again(api: Api) -> None:
    reference = (await promised(api))["id"]
    status, found = await api.ask("DELETE", f"/api/v1/callbacks/{reference}?by=joe")
    assert (status, found["state"], found["is_open"]) == (200, "cancelled", False)
    assert (await api.ask("GET", "/api/v1/callbacks?open=true"))[1] == {"items": [], "next": None}
    status, found = await api.ask("POST", f"/api/v1/callbacks/{reference}/retry", json={"by": "joe"})
    assert (status, found["state"]) == (200, "due")
    await api.ledger.flush()
    told = [each.type for each in api.reader.node_events()]
    assert told[:4] == ["callback.due", "callback.reopened", "callback.cancelled", "callback.due"]


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"number": "112"}, (409, "callback_refused")),
        ({"number": "+442079460001"}, (409, "callback_refused")),
        ({"number": "+34911000000"}, (409, "callback_refused")),
        ({"queue": "nobody"}, (409, "callback_refused")),
        ({"agent": "nobody"}, (404, "unknown_agent")),
        ({"client": "bnak"}, (404, "unknown_client")),
        ({"at": "yesterday"}, (422, "invalid_body")),
        ({"at": "2026-03-09 10:00"}, (422, "invalid_body")),
        ({"by": ""}, (422, "invalid_body")),
        ({"shoe_size": 45}, (422, "invalid_body")),
    ],
)
async def test_what_cannot_be_promised(
    api: Api, changed: dict[str, object], problem: tuple[int, str]
) -> None:
    assert await api.problem("POST", "/api/v1/callbacks", json={**ASKED, **changed}) == problem
    assert (await api.ask("GET", "/api/v1/callbacks"))[1] == {"items": [], "next": None}


async def test_one_that_is_none_and_one_twice(api: Api) -> None:
    for method, path in (("GET", ""), ("DELETE", "?by=joe")):
        assert await api.problem(method, f"/api/v1/callbacks/7{path}") == (404, "unknown_callback")
    assert await api.problem("POST", "/api/v1/callbacks/7/retry", json={"by": "joe"}) == (
        404,
        "unknown_callback",
    )
    await promised(api)
    assert await api.problem("POST", "/api/v1/callbacks", json=ASKED) == (409, "callback_refused")


async def test_a_moment_that_is_none_is_told_by_its_own_name(api: Api) -> None:
    for name in ("at", "until"):
        _, found = await api.ask("POST", "/api/v1/callbacks", json={**ASKED, name: "yesterday"})
        assert found["detail"].startswith(f"{name}: 'yesterday' is not a moment")


async def test_nobody_calls_for_a_company_by_the_queue_of_another(api: Api) -> None:
    asked = {**ASKED, "queue": "tills"}
    assert await api.problem("POST", "/api/v1/callbacks", json=asked) == (409, "foreign_queue")


async def test_a_list_of_a_company_that_is_none_is_refused(api: Api) -> None:
    put = {"by": "joe", "client": "bnak"}
    assert await api.problem("PUT", f"/api/v1/do-not-call/{NUMBER}", json=put) == (404, "unknown_client")


async def test_a_number_is_put_on_the_list_and_taken_off(api: Api) -> None:
    reference = (await promised(api))["id"]
    put = {"by": "joe", "reason": "asked for it"}
    status, listed = await api.ask("PUT", "/api/v1/do-not-call/911222333", json=put)
    assert (status, listed["number"], listed["client"]) == (200, NUMBER, None)
    found = (await api.ask("GET", f"/api/v1/callbacks/{reference}"))[1]
    assert (found["state"], found["why"]) == ("failed", "do_not_call")
    numbers = (await api.ask("GET", "/api/v1/do-not-call"))[1]["items"]
    assert [(each["number"], each["by"]) for each in numbers] == [(NUMBER, "joe"), ("+34911000000", None)]
    assert (await api.ask("DELETE", f"/api/v1/do-not-call/{NUMBER}?by=joe"))[0] == 200
    assert await api.problem("DELETE", f"/api/v1/do-not-call/{NUMBER}?by=joe") == (404, "unknown_number")
    assert await api.problem("PUT", "/api/v1/do-not-call/bob", json=put) == (409, "callback_refused")
    await promised(api)


async def test_a_disk_that_refuses_promises_nothing(api: Api) -> None:
    connection, api.store._connection = api.store._connection, None
    assert await api.problem("POST", "/api/v1/callbacks", json=ASKED) == (503, "not_kept")
    assert (await api.ask("GET", "/api/v1/callbacks"))[1] == {"items": [], "next": None}
    api.store._connection = connection
