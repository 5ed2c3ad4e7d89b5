"""Every route of the application with every role, with another client company's data, and with no credentials.

The routes are those that the application has: one that is added is tried here without being named.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from console.api.route import ANYBODY, PUBLIC, ROUTES, Route
from records.event import LedgerEvent
from records.people.principal import NODE
from records.people.roles import MAY, PERMISSIONS, Role
from tests.console.interface import AUTH, Api
from tests.records.calls import whole_call

FOREIGN = "01FOREIGNCONTACT"
"""A contact of banco, which nobody who is limited to tienda may see a trace of."""
FOREIGN_NUMBER = "34600111222"
CHANGES_WITHOUT_PERMISSION = {"log_in", "log_out", "accept_invitation", "make_ticket"}
"""What everybody may who has signed in; a ticket only lets a browser read the stream of events."""


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody with a token."""

    name: str
    role: Role
    permissions: frozenset[str]
    agent: str | None
    token: str


async def _enter(api: Api, person: str, role: Role, **parts: Any) -> Who:
    await asyncio.to_thread(api.doorstep.add, person, role, **parts)
    entered = await api.doorstep.enter(person)
    principal = entered.principal
    return Who(person, role, principal.permissions, principal.agent, entered.token)


TIENDA = frozenset({"tienda"})


@pytest.fixture
async def everybody(api: Api) -> list[Who]:
    """One of each role, limited to tienda where that can be."""
    found = [
        await _enter(api, "root", Role.ADMINISTRATOR),
        await _enter(api, "eva", Role.SUPERVISOR, clients=TIENDA, teams=frozenset({"norte"})),
        await _enter(api, "ana.person", Role.AGENT, clients=TIENDA, agent="ana"),
        await _enter(api, "vic", Role.VIEWER, clients=TIENDA),
    ]
    for each in whole_call(FOREIGN):
        data = {**each.data, "client": "banco"} if each.type == "contact.routed" else each.data
        api.ledger.append(LedgerEvent(each.ts, each.contact, each.leg, each.type, data))
    await api.ledger.flush()
    return found


def _routes(api: Api) -> list[Route]:
    app = api.client.app
    assert app is not None
    return [each for each in app[ROUTES] if isinstance(each, Route)]


def _url(route: Route, **names: str) -> str:
    """The path with a value for each of its parts."""
    path = route.path
    for name, field in route.signature.path.model_fields.items():
        words = get_args(field.annotation) if get_origin(field.annotation) is Literal else ("zz",)
        value = names.get(name, {"contact": FOREIGN, "agent": "bot", "queue": "q"}.get(name, words[0]))
        for form in (f"{{{name}}}", f"{{{name}:.+}}"):
            path = path.replace(form, value)
    return path.split("{")[0] + "zz" if "{" in path else path


async def _ask(api: Api, method: str, path: str, token: str | None) -> tuple[int, str]:
    headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
    body: Any = {} if method in ("POST", "PUT", "PATCH") else None
    async with api.client.request(method, path, headers=headers, json=body) as answer:
        try:
            return answer.status, await asyncio.wait_for(answer.text(), 1.0)
        except TimeoutError:  # a stream goes on
            return answer.status, ""


async def test_every_route_of_the_application_is_declared_with_its_permission(api: Api) -> None:
    app = api.client.app
    assert app is not None
    served = [route for route in app.router.routes() if route.method != "HEAD"]
    for each in served:
        owner = getattr(each.handler, "__self__", None)
        assert isinstance(owner, Route), f"{each.method} {each.resource}: not declared"
        assert owner.permission in (PUBLIC, ANYBODY, *PERMISSIONS)
    assert len(served) == len(_routes(api)) > 60


async def test_a_route_that_nobody_declared_is_not_served(api: Api) -> None:
    async def open_door(request: web.Request) -> web.Response:
        return web.Response(text=request.path)

    made = api.make()
    made.router.add_get("/api/v1/back-door", open_door)
    async with TestClient(TestServer(made)) as client:
        for headers, status in (({}, 401), (AUTH, 404)):
            async with client.get("/api/v1/back-door", headers=headers) as answer:
                assert answer.status == status


async def test_what_changes_something_asks_for_more_than_reading(api: Api) -> None:
    for route in _routes(api):
        if route.method != "GET" and route.name not in CHANGES_WITHOUT_PERMISSION:
            assert route.permission not in (PUBLIC, ANYBODY), route.name
            assert not route.permission.endswith(":read"), route.name


async def test_nobody_gets_in_without_credentials_or_with_wrong_ones(api: Api) -> None:
    revoked = await _enter(api, "gone", Role.ADMINISTRATOR)
    await asyncio.to_thread(api.doorstep.door.directory.disable, "gone", now=api.doorstep.now)
    for route in _routes(api):
        if route.permission == PUBLIC:
            continue
        for token in (None, "", "wrong", "ck_zz_zz", revoked.token):
            status, _ = await _ask(api, route.method, _url(route), token)
            assert status == 401, (route.name, token)


async def test_each_role_may_what_the_table_says_and_nothing_else(api: Api, everybody: list[Who]) -> None:
    for route in _routes(api):
        if route.permission == PUBLIC or route.name == "log_out":
            continue
        for who in everybody:
            status, body = await _ask(api, route.method, _url(route), who.token)
            told = (route.name, who.role, status, body[:200])
            may = route.permission == ANYBODY or route.permission in MAY[who.role]
            assert status != 401 or '"wrong_login"' in body, told
            assert may or status == 403, told
            assert not may or status != 403 or "needs the permission" not in body, told
            assert status < 500 or status == 503, told


async def test_an_agent_does_for_himself_what_he_may_not_for_others(api: Api, everybody: list[Who]) -> None:
    (agent,) = [each for each in everybody if each.role is Role.AGENT]
    own = [route for route in _routes(api) if route.own == "agent"]
    assert own
    for route in own:
        assert (await _ask(api, route.method, _url(route, agent="ana"), agent.token))[0] != 403, route.name
        status, _ = await _ask(api, route.method, _url(route, agent="bot"), agent.token)
        assert status == 403 or route.permission in agent.permissions, route.name


async def test_a_supervisor_of_a_team_finds_no_agent_of_another(api: Api, everybody: list[Who]) -> None:
    (eva,) = [each for each in everybody if each.role is Role.SUPERVISOR]
    for route in _routes(api):
        if "agent" in route.signature.path.model_fields and route.permission in eva.permissions:
            assert (await _ask(api, route.method, _url(route), eva.token))[0] in (404, 415), route.name


async def test_no_trace_of_another_client_s_contact_is_shown_to_who_is_limited(
    api: Api, everybody: list[Who]
) -> None:
    root = everybody[0]
    status, shown = await _ask(api, "GET", f"/api/v1/contacts/{FOREIGN}", root.token)
    assert status == 200
    assert FOREIGN_NUMBER in shown
    for route in _routes(api):
        if route.method != "GET" or route.permission == PUBLIC:
            continue
        for who in everybody[1:]:
            status, body = await _ask(api, "GET", _url(route), who.token)
            told = (route.name, who.role, status, body[:300])
            assert FOREIGN_NUMBER not in body, told
            if "contact" in route.signature.path.model_fields:
                assert status in (403, 404), told
            else:
                assert FOREIGN not in body, told


async def test_who_is_limited_acts_on_no_contact_of_another_client(api: Api, everybody: list[Who]) -> None:
    eva = everybody[1]
    for route in _routes(api):
        if route.method != "GET" and "contact" in route.signature.path.model_fields:
            status, body = await _ask(api, route.method, _url(route), eva.token)
            assert status in (403, 404, 409, 422), (route.name, status, body[:200])
    assert api.talks.asked == []


async def test_the_node_s_key_may_everything(api: Api) -> None:
    for route in _routes(api):
        if route.permission not in (PUBLIC, ANYBODY):
            assert NODE.may(route.permission), route.name
