"""Calls that the interface begins: what is passed on, what is refused, and that a repeated request calls once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from calls.acts import LeadsNowhere, NotNow
from calls.destination import Menu, Queue
from centralita.agents.conversations import NoPhone
from centralita.outside.tolls import NotAllowedOut

if TYPE_CHECKING:
    from base.errors import CentralitaError
    from tests.console.interface import Api

CALL = {"agent": "ana", "to": "+34600111222"}
CUSTOMER = {"number": "+34600111222", "client": "banco", "to": {"queue": "q"}}


async def test_an_agent_is_rung_and_a_number_called(api: Api) -> None:
    assert await api.ask("POST", "/api/v1/calls", json=CALL) == (202, {"contact": "c1"})
    body = {**CALL, "client": "banco", "by": "marta"}
    assert await api.ask("POST", "/api/v1/calls", json=body) == (202, {"contact": "c2"})
    assert api.placed.asked == [
        ("ana", "+34600111222", None, "node"),
        ("ana", "+34600111222", "banco", "marta"),
    ]


async def test_a_request_that_is_sent_again_calls_once(api: Api) -> None:
    key = {"Idempotency-Key": "6ba7b810"}
    first = await api.ask("POST", "/api/v1/calls", json=CALL, headers=key)
    assert await api.ask("POST", "/api/v1/calls", json=CALL, headers=key) == first
    assert len(api.placed.asked) == 1


async def test_a_customer_is_called_and_led_on(api: Api) -> None:
    assert (await api.ask("POST", "/api/v1/calls/originate", json={**CUSTOMER, "language": "es"}))[0] == 202
    to_menu = {**CUSTOMER, "to": {"menu": "main"}}
    assert (await api.ask("POST", "/api/v1/calls/originate", json=to_menu))[0] == 202
    assert api.placed.asked == [
        ("+34600111222", "banco", Queue("q"), "es", "node"),
        ("+34600111222", "banco", Menu("main"), None, "node"),
    ]


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("calls", {**CALL, "agent": ""}, (422, "invalid_body")),
        ("calls", {**CALL, "to": "6 00"}, (422, "invalid_body")),
        ("calls", {**CALL, "to": ""}, (422, "invalid_body")),
        ("calls", {**CALL, "client": "bonco"}, (404, "unknown_client")),
        ("calls", {**CALL, "colour": "red"}, (422, "invalid_body")),
        ("calls/originate", {**CUSTOMER, "client": "bonco"}, (404, "unknown_client")),
        ("calls/originate", {**CUSTOMER, "to": {}}, (422, "invalid_body")),
        ("calls/originate", {**CUSTOMER, "to": {"menu": "main", "queue": "q"}}, (422, "invalid_body")),
        ("calls/originate", {**CUSTOMER, "to": {"menu": "none"}}, (404, "unknown_menu")),
        ("calls/originate", {**CUSTOMER, "to": {"queue": "none"}}, (404, "unknown_queue")),
        ("calls/originate", {**CUSTOMER, "to": {"queue": "tills"}}, (409, "foreign_queue")),
        ("calls/originate", {**CUSTOMER, "language": "Spanish"}, (422, "invalid_body")),
    ],
)
async def test_what_cannot_be_called_is_not(
    api: Api, path: str, body: object, expected: tuple[int, str]
) -> None:
    assert await api.problem("POST", f"/api/v1/{path}", json=body) == expected
    assert api.placed.asked == []


@pytest.mark.parametrize(
    ("refusal", "status"),
    [(NotNow("n"), 409), (NoPhone("n"), 409), (LeadsNowhere("n"), 404), (NotAllowedOut("n"), 403)],
)
async def test_a_refusal_says_why(api: Api, refusal: CentralitaError, status: int) -> None:
    api.placed.refusal = refusal
    assert await api.problem("POST", "/api/v1/calls", json=CALL) == (status, refusal.code)
