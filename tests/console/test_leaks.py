"""Who is limited to one client company learns no name of another: what is others' is answered as what is not there."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from base.errors import DocumentError
from calls.acts import LeadsNowhere
from calls.contact import Contact, Inbox
from calls.destination import Menu
from console.api.route import PUBLIC, ROUTES, Route
from records.event import LedgerEvent
from records.people.principal import NODE
from records.people.roles import GRANTABLE, PERMISSIONS, Role
from routing.hours.switches import Announcement, Closure
from routing.queues.entry import EntryJoin
from routing.settings import AgentSettings, NumberSettings, QueueSettings
from tests.records.calls import whole_call

if TYPE_CHECKING:
    from tests.console.interface import Api

MARK = "banco"
"""Stands in every name of the other client company."""
TIENDA = frozenset({"tienda"})
CONTACT, MINE = "01BANCOCONTACT", "01MINE"
NAMES = {
    "queue": (f"{MARK}_till", "nobody_till"),
    "agent": ("ana", "anx"),
    "account": ("1001", "1009"),
    "contact": (CONTACT, "01NOSUCHTHING1"),
    "menu": ("main", "mein"),
    "name": (f"client:{MARK}", "client:nobody"),
    "client": (MARK, "banka"),
    "person": (f"{MARK}.viewer", "nobody.viewer"),
}
"""By kind: what is the other company's, and what is nobody's."""
_HIDDEN = re.compile(MARK, re.IGNORECASE)


@pytest.fixture
async def tokens(api: Api) -> dict[str, str]:
    """A supervisor with all grants and a key with all permissions, both of tienda alone, beside a bank's things."""
    work, now = api.workplace, api.moment
    queues = {**work.routing.queues, f"{MARK}_till": QueueSettings(f"{MARK}_till", clients=(MARK,))}
    staff = dict(work.routing.agents)
    staff["bot"] = replace(staff["bot"], queues=("q", "tills", f"{MARK}_till"), team="norte")
    staff["ana"] = replace(staff["ana"], team="sur")
    staff["eva1"] = AgentSettings("eva1", account="1002", queues=("tills",), team="norte")
    staff["leo"] = AgentSettings("leo", account="1003", queues=("tills",), team="norte")
    routing = replace(
        work.routing,
        queues=queues,
        agents=staff,
        numbers=(NumberSettings("911", MARK, Menu("main")), NumberSettings("912", "tienda", Menu("shop"))),
    )
    file = work.present.now()
    work.present.configuration = replace(file, config=replace(file.config, routing=routing))
    work.assignments._file = routing
    work._take_over(routing)
    await api.board.announce(Announcement("outage", f"{MARK}_down", "joe", now, MARK, f"{MARK} is down"))
    await api.board.close(Closure(f"client:{MARK}", "joe", now, f"{MARK} has a strike", None))
    put = {"client": MARK, "reason": f"{MARK} was asked"}
    assert (await api.ask("PUT", "/api/v1/do-not-call/911222000", json=put))[0] == 200
    asked = {"number": "+34911222333", "client": MARK, "queue": "q", "reason": f"about {MARK}"}
    assert (await api.ask("POST", "/api/v1/callbacks", json=asked))[0] == 201
    for contact, client in ((CONTACT, MARK), (MINE, "tienda")):
        for each in whole_call(contact):
            data = {**each.data, "client": client} if each.type == "contact.routed" else each.data
            api.ledger.append(LedgerEvent(each.ts, each.contact, each.leg, each.type, data))
    await api.ledger.flush()
    for contact, client in ((MINE, "tienda"), (CONTACT, MARK)):
        made = Contact(contact, ani="600100200", display="", dnis="1", record=lambda *_: None)
        made.client = client
        work.contacts[contact] = made
    api.distribution.join(EntryJoin(MINE, MINE, "tills"), Inbox())
    people, limits = api.doorstep, {"clients": TIENDA, "teams": frozenset({"norte"})}
    await asyncio.to_thread(people.add, f"{MARK}.viewer", Role.VIEWER, clients=frozenset({MARK}))
    await asyncio.to_thread(
        people.add, "eva", Role.SUPERVISOR, grants=GRANTABLE[Role.SUPERVISOR], agent="eva1", **limits
    )
    may = sorted(PERMISSIONS.keys() - {"self:write", "people:write", "keys:write"})
    token, _ = await asyncio.to_thread(
        people.door.keys.make, NODE, "program", may, clients=TIENDA, now=people.now
    )
    return {"eva": (await people.enter("eva")).token, "key": token}


async def answer(api: Api, method: str, path: str, token: str, body: Any = None) -> tuple[int, str]:
    headers = {"Authorization": f"Bearer {token}"}
    async with api.client.request(method, path, headers=headers, json=body) as got:
        try:
            return got.status, await asyncio.wait_for(got.text(), 2.0)
        except TimeoutError:
            return got.status, ""


def bodies(given: int) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """Path and body of acts that name something in their bodies; `given` 0: the other company's, 1: nobody's."""
    name = {kind: pair[given] for kind, pair in NAMES.items()}
    line = f"/api/v1/queues/tills/callers/{MINE}"
    back = {"number": "+34911222444", "client": "tienda", "queue": "q"}
    call = {"number": "+34911222555", "client": "tienda"}
    case = {"client": "tienda", "title": "x"}
    return {
        "POST": [
            (f"{line}/move", {"queue": name["queue"]}),
            (f"{line}/withdraw", {"to": {"queue": name["queue"]}}),
            (f"{line}/withdraw", {"to": {"menu": name["menu"]}}),
            (f"{line}/withdraw", {"to": {"agent": name["agent"]}}),
            (f"{line}/pick", {"agent": name["agent"]}),
            ("/api/v1/callbacks", {**back, "queue": name["queue"]}),
            ("/api/v1/callbacks", {**back, "client": name["client"]}),
            ("/api/v1/callbacks", {**back, "agent": name["agent"]}),
            ("/api/v1/callbacks", {**back, "contact": name["contact"]}),
            ("/api/v1/calls/originate", {**call, "to": {"queue": name["queue"]}}),
            ("/api/v1/calls/originate", {**call, "to": {"menu": name["menu"]}}),
            ("/api/v1/calls/originate", {**call, "client": name["client"], "to": {"queue": "q"}}),
            ("/api/v1/calls", {"agent": name["agent"], "to": "1002"}),
            ("/api/v1/calls", {"agent": "bot", "to": "1002", "client": name["client"]}),
            ("/api/v1/cases", {**case, "client": name["client"]}),
            ("/api/v1/cases", {**case, "contact": name["contact"]}),
            ("/api/v1/webhooks", {"url": "https://203.0.113.1/", "clients": [name["client"]]}),
            (f"/api/v1/contacts/{name['contact']}/hold", {}),
            (f"/api/v1/contacts/{name['contact']}/monitor", {"supervisor": "1001"}),
            (f"/api/v1/contacts/{name['contact']}/notes", {"text": "x"}),
            ("/api/v1/customers", {"client": name["client"]}),
            ("/api/v1/persons/erase", {"number": "+34600111222", "client": name["client"]}),
        ],
        "PUT": [
            ("/api/v1/agents/bot/assignment", {"queues": ["tills", name["queue"]]}),
            ("/api/v1/announcements/outage", {"prompt": "cards_down", "client": name["client"]}),
            (f"/api/v1/closures/{name['name']}", {"reason": "strike"}),
            ("/api/v1/do-not-call/911222666", {"client": name["client"]}),
            (f"/api/v1/agents/{name['agent']}/status", {"status": "available"}),
        ],
    }


def routes(api: Api) -> list[Route]:
    app = api.client.app
    assert app is not None
    return [each for each in app[ROUTES] if each.permission != PUBLIC]


def _path(route: Route, names: dict[str, str]) -> str:
    """The path of a route with a value in each of its parts."""
    return re.sub(r"{(\w+)(:.+?)?}", lambda found: names.get(found[1], "zz"), route.path)


@pytest.mark.parametrize("who", ["eva", "key"])
async def test_nothing_that_is_read_names_another_company(api: Api, tokens: dict[str, str], who: str) -> None:
    shown = 0
    for route in routes(api):
        if route.method != "GET":
            continue
        for kinds in ({}, {"queue": "tills", "agent": "bot", "contact": MINE, "dataset": "queue_log"}):
            path = _path(route, kinds)
            status, body = await answer(api, "GET", path, tokens[who])
            assert not _HIDDEN.search(body), (path, status, body[:400])
            shown += status == 200
    assert shown > 30


@pytest.mark.parametrize("who", ["eva", "key"])
async def test_what_is_another_company_s_is_answered_as_what_is_not_there(
    api: Api, tokens: dict[str, str], who: str
) -> None:
    asked: list[tuple[str, str, str, Any]] = []
    for route in routes(api):
        parts = [each for each in route.signature.path.model_fields if each in NAMES]
        for kind in parts:
            paths = [_path(route, {name: pair[at] for name, pair in NAMES.items()}) for at in (0, 1)]
            assert kind in NAMES
            asked.append((route.method, paths[0], paths[1], None if route.method == "GET" else {}))
    for method, foreign in bodies(0).items():
        asked += [
            (method, path, other, (body, missing))
            for (path, body), (other, missing) in zip(foreign, bodies(1)[method], strict=True)
        ]
    for method, path, other, given in asked:
        if who == "key" and ("ana" in f"{path} {given}" or "1001" in path):
            continue  # it is limited to no team
        pair = given if isinstance(given, tuple) else (given, given)
        theirs = await answer(api, method, path, tokens[who], pair[0])
        nobodys = await answer(api, method, other, tokens[who], pair[1])
        assert _plain(theirs, 0) == _plain(nobodys, 1), (method, path, pair)
        if isinstance(given, tuple):
            assert theirs[0] in (403, 404, 409, 422), (method, path, theirs)


def _plain(got: tuple[int, str], at: int) -> tuple[int, str]:
    """An answer without the names that were asked for."""
    status, body = got
    for kind, pair in sorted(NAMES.items(), key=lambda each: -len(each[1][at])):
        body = body.replace(pair[at], f"<{kind}>" if kind not in ("name", "client") else "<c>")
    assert not _HIDDEN.search(body), body
    return status, re.sub(r"<c>|client:<c>", "<c>", body)


async def test_queues_of_others_stay_with_an_agent_who_is_given_queues_by_who_does_not_see_them(
    api: Api, tokens: dict[str, str]
) -> None:
    path = "/api/v1/agents/bot/assignment"
    key = {"Authorization": f"Bearer {tokens['key']}"}
    async with api.client.put(path, json={"queues": []}, headers=key) as got:
        assert got.status == 200, await got.text()
        assert (await got.json())["queues"] == []
    assert api.distribution.core.agent("bot").queues == ("q", f"{MARK}_till")


async def test_only_one_s_own_phone_or_that_of_an_agent_in_scope_is_called_into_a_conversation(
    api: Api, tokens: dict[str, str]
) -> None:
    for account, status in (("1001", 403), ("9999", 403), ("1002", 200), ("1003", 200)):
        for path, more in (("monitor", {"mode": "listen"}), ("take-over", {})):
            url, body = f"/api/v1/contacts/{MINE}/{path}", {"supervisor": account, **more}
            assert (await answer(api, "POST", url, tokens["eva"], body))[0] == status, (account, path)
            if status == 403:
                by_key = await answer(api, "POST", url, tokens["key"], body)  # which is limited to no team
                assert by_key[0] == (403 if account == "9999" else 200)
                assert (await api.ask("POST", url, json=body))[0] == 200


@pytest.mark.parametrize("who", ["eva", "key"])
async def test_what_other_parts_suggest_is_told_only_to_who_sees_all(
    api: Api, tokens: dict[str, str], monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    near = f'did you mean "{MARK}_till"?'
    fault = {"file": "menus/shop.yaml", "line": 3, "severity": "error", "what": "no queue till", "mend": near}
    theirs = {**fault, "file": f"clients/{MARK}.yaml", "what": f"{MARK} has no hours"}

    async def check(menu: str) -> dict[str, object]:
        return {"menu": menu, "version": None, "publishable": False, "faults": [fault, theirs]}

    monkeypatch.setattr(api.menus, "check", check)
    status, body = await answer(api, "GET", "/api/v1/menus/shop/check", tokens[who])
    assert status == 200
    assert "no queue till" in body
    assert not _HIDDEN.search(body)
    assert MARK in str(await api.ask("GET", "/api/v1/menus/shop/check"))
    for words in (f"no place is called till; {near}", f"no place (known: a, {MARK}_till)"):
        api.talks.refusal = LeadsNowhere(words)
        status, body = await answer(api, "POST", f"/api/v1/contacts/{MINE}/hold", tokens[who], {})
        assert status == 404
        assert "no place" in body
        assert not _HIDDEN.search(body)
    api.menus.refusal = DocumentError(f"clients/{MARK}.yaml:3: no hours are called {MARK}")
    wish = {"kind": "publish", "version": "a" * 64, "instead_of": None}
    status, body = await answer(api, "POST", "/api/v1/menus/shop/publications", tokens[who], wish)
    assert status == 409
    assert not _HIDDEN.search(body)
