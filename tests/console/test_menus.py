"""Menu sets over HTTP: what is asked for is passed on whole, what makes no sense is not, refusals say why."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ivr.errors import PublicationRefused, UnknownMenu, VersionsBroken
from records.people.roles import Role
from tests.kit.stored_menus import MENU, PUBLICATION

if TYPE_CHECKING:
    from base.errors import CentralitaError
    from tests.console.interface import Api


WISH = {"kind": "publish", "version": "a" * 64, "instead_of": "b" * 64, "by": "ana"}


async def test_menu_sets_are_listed_with_their_publications(api: Api) -> None:
    assert await api.ask("GET", "/api/v1/menus") == (200, {"items": [MENU], "next": None})
    assert await api.ask("GET", "/api/v1/menus/shop/publications") == (
        200,
        {"items": [PUBLICATION], "next": None},
    )
    assert await api.problem("GET", "/api/v1/menus/none/publications") == (404, "unknown_menu")


async def test_a_publication_is_asked_for_in_full(api: Api) -> None:
    wish = {**WISH, "note": "for the campaign", "effective_at": 1_800_000_000}
    status, body = await api.ask("POST", "/api/v1/menus/shop/publications", json=wish)
    assert (status, body["menu"], body["state"]) == (201, "shop", "live")
    ((asked, by),) = api.menus.asked
    assert (asked.model_dump(), by) == (wish, "ana")


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "delete"},
        {"version": "main"},
        {"version": None},
        {"instead_of": "abcd"},
        {"by": ""},
        {"by": "x" * 201},
        {"note": "x" * 501},
        {"effective_at": -1},
        {"effective_at": "tomorrow"},
        {"content": "steps"},
    ],
)
async def test_a_publication_that_makes_no_sense_is_not_made(api: Api, change: dict[str, object]) -> None:
    wish = {**WISH, **change}
    found = await api.problem("POST", "/api/v1/menus/shop/publications", json=wish)
    assert found == (422, "invalid_body")
    assert api.menus.asked == []


async def test_no_json_is_no_publication(api: Api) -> None:
    found = await api.problem("POST", "/api/v1/menus/shop/publications", data=b"\xff{")
    assert found == (400, "no_json")


@pytest.mark.parametrize(
    ("error", "status"),
    [(PublicationRefused("late"), 409), (VersionsBroken("the disk is full"), 503), (UnknownMenu("x"), 404)],
)
async def test_a_refused_publication_says_why(api: Api, error: CentralitaError, status: int) -> None:
    api.menus.refusal = error
    assert await api.problem("POST", "/api/v1/menus/shop/publications", json=WISH) == (status, error.code)


async def test_what_does_not_wait_cannot_be_taken_back(api: Api) -> None:
    found = await api.problem("DELETE", "/api/v1/menus/shop/publications/pending")
    assert found == (409, "publication_refused")


async def test_a_publication_that_did_not_come_to_be_is_a_warning_and_no_trouble(api: Api) -> None:
    api.menus.alarms = ["version 1 of shop was due"]
    status, body = await api.ask("GET", "/api/v1/health")
    assert (status, body["ok"], body["warnings"]) == (200, True, 1)


async def test_a_draft_is_checked_and_compared(api: Api) -> None:
    status, checked = await api.ask("GET", "/api/v1/menus/shop/check")
    assert (status, checked["publishable"], checked["faults"][0]["line"]) == (200, True, 3)
    status, found = await api.ask("GET", "/api/v1/menus/shop/diff?before=abcd")
    assert (status, found["before"], found["after"]) == (200, "abcd", "draft")
    assert found["changes"] == [{"where": "step abcd", "what": "is draft in shop"}]
    assert await api.problem("GET", "/api/v1/menus/shop/diff?after=main") == (422, "invalid_query")


async def test_who_is_limited_sees_no_menus_of_others_and_nothing_that_all_share(api: Api) -> None:
    clients = frozenset({"banco"})
    await asyncio.to_thread(api.doorstep.add, "eva", Role.SUPERVISOR, clients=clients)
    eva = {"Authorization": f"Bearer {(await api.doorstep.enter('eva')).token}"}
    assert (await api.ask("GET", "/api/v1/menus", headers=eva))[1]["items"] == []
    for path in ("menus/shop/check", "menus/shop/diff", "menus/shop/publications"):
        assert await api.problem("GET", f"/api/v1/{path}", headers=eva) == (404, "unknown_menu")
    assert await api.problem("GET", "/api/v1/prompts", headers=eva) == (403, "forbidden")
    assert (await api.ask("GET", "/api/v1/menus"))[1]["items"] == [MENU]
