"""People over HTTP: signing in, what pages of other sites cannot do, the directory, keys, the log."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pyotp
import pytest

from console.access import COOKIE, HEADER
from records.people.roles import Role
from records.people.sessions import SessionRules
from tests.kit.doorstep import PASSWORD

if TYPE_CHECKING:
    from tests.console.interface import Api

OTHER = "walnut-Ferry-81"
LOGIN = "/api/v1/login"


async def sign_in(api: Api, person: str = "eva", **more: object) -> tuple[int, Any, str]:
    """Status, body and cookie of an attempt."""
    body = {"person": person, "password": PASSWORD, **more}
    async with api.client.post(LOGIN, json=body) as answer:
        return answer.status, await answer.json(content_type=None), answer.headers.get("Set-Cookie", "")


async def plain(api: Api, method: str, path: str, token: str | None = None, **parts: Any) -> tuple[int, Any]:
    """Without the node's key."""
    headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
    async with api.client.request(
        method, path, headers={**headers, **parts.pop("headers", {})}, **parts
    ) as got:
        text = await got.text()
        return got.status, json.loads(text) if text else None


async def with_token(api: Api, person: str, role: Role, **parts: Any) -> str:
    await asyncio.to_thread(api.doorstep.add, person, role, **parts)
    return (await api.doorstep.enter(person)).token


async def test_a_page_signs_in_by_a_cookie_that_scripts_and_other_sites_cannot_use(api: Api) -> None:
    await asyncio.to_thread(api.doorstep.add, "eva")
    status, body, cookie = await sign_in(api)
    assert (status, body["id"], body["token"]) == (200, "eva", None)
    name, _, rest = cookie.partition("=")
    token, *flags = rest.split("; ")
    assert name == COOKIE == "__Host-centralita"
    assert {"Path=/", "HttpOnly", "Secure", "SameSite=Strict", "Max-Age=43200"} == set(flags)
    kept = {"Cookie": f"{COOKIE}={token}"}
    assert (await plain(api, "GET", "/api/v1/me", headers=kept))[1]["role"] == "supervisor"
    change = {"old": PASSWORD, "new": OTHER}
    status, body = await plain(api, "PUT", "/api/v1/me/password", json=change, headers=kept)
    assert (status, body["code"]) == (403, "foreign_page")
    here = f"http://{api.client.host}:{api.client.port}"
    for origin, expected in (("https://evil.example", 403), (here, 204)):
        headers = {**kept, HEADER: "1", "Origin": origin}
        assert (await plain(api, "PUT", "/api/v1/me/password", json=change, headers=headers))[0] == expected
    status, _ = await plain(api, "GET", "/api/v1/me", headers={**kept, "Origin": "https://evil.example"})
    assert status == 403
    status, _ = await plain(api, "POST", "/api/v1/logout", headers={**kept, HEADER: "1"})
    assert status == 204
    assert (await plain(api, "GET", "/api/v1/me", headers=kept))[0] == 401


async def test_a_program_asks_for_the_token_and_gets_no_cookie(api: Api) -> None:
    await asyncio.to_thread(api.doorstep.add, "eva")
    status, body, cookie = await sign_in(api, cookie=False)
    assert (status, cookie) == (200, "")
    assert (await plain(api, "GET", "/api/v1/me", body["token"]))[1]["id"] == "eva"


async def test_wrong_ones_are_refused_alike_and_too_many_wait(api: Api) -> None:
    await asyncio.to_thread(api.doorstep.add, "eva")
    told = set()
    for person in ("eva", "nobody"):
        status, body, _ = await sign_in(api, person, password=OTHER)
        assert status == 401
        told.add((body["code"], body["detail"]))
    assert len(told) == 1
    for _ in range(4):
        await sign_in(api, password=OTHER)
    async with api.client.post(LOGIN, json={"person": "eva", "password": PASSWORD}) as answer:
        assert answer.status == 429
        assert int(answer.headers["Retry-After"]) >= 1


async def test_a_second_factor_is_set_up_asked_for_and_taken_away(api: Api) -> None:
    api.doorstep.rules = SessionRules(second_factor=frozenset({Role.SUPERVISOR}))
    token = await with_token(api, "eva", Role.SUPERVISOR)
    assert (await plain(api, "GET", "/api/v1/me", token))[1]["second_factor_needed"] is True
    assert (await plain(api, "GET", "/api/v1/queues", token))[0] == 403
    status, begun = await plain(api, "POST", "/api/v1/me/second-factor", token)
    assert status == 200
    app = pyotp.parse_uri(begun["uri"])
    assert isinstance(app, pyotp.TOTP)
    assert app.secret == begun["secret"]
    code = {"code": app.at(int(api.doorstep.now))}
    status, codes = await plain(api, "PUT", "/api/v1/me/second-factor", token, json=code)
    assert (status, len(codes["recovery_codes"])) == (200, 10)
    assert (await plain(api, "GET", "/api/v1/queues", token))[0] == 200
    assert (await plain(api, "POST", "/api/v1/me/second-factor", token))[0] == 409
    status, body, _ = await sign_in(api)
    assert (status, body["code"]) == (401, "code_needed")
    assert (await sign_in(api, **code))[0] == 401  # used
    assert (await sign_in(api, code=codes["recovery_codes"][0]))[0] == 200
    removal = "/api/v1/me/second-factor/removal"
    assert (await plain(api, "POST", removal, token, json={"password": OTHER}))[0] == 401
    assert (await plain(api, "POST", removal, token, json={"password": PASSWORD}))[0] == 204
    assert (await sign_in(api))[0] == 200


async def test_an_administrator_takes_people_in_and_lets_them_go(api: Api) -> None:
    root = await with_token(api, "root", Role.ADMINISTRATOR)
    new = {"id": "eva", "name": "Eva", "role": "supervisor", "clients": ["banco"], "agent": "ana"}
    status, body = await plain(api, "POST", "/api/v1/people", root, json=new)
    assert (status, body["clients"], body["active"]) == (201, ["banco"], True)
    assert (await plain(api, "POST", "/api/v1/people", root, json=new))[0] == 409
    for wrong in (
        {"agent": "anna"},
        {"clients": ["bank"]},
        {"role": "viewer", "clients": None},
        {"id": "A B"},
    ):
        status, body = await plain(api, "POST", "/api/v1/people", root, json={**new, **wrong})
        assert (status, body["code"]) == (422, "bad_person"), wrong
    status, invited = await plain(api, "POST", "/api/v1/people/eva/invitation", root)
    chosen = {"invitation": invited["invitation"], "password": PASSWORD}
    assert (await plain(api, "POST", "/api/v1/invitations/accept", json=chosen))[0] == 200
    assert (await plain(api, "POST", "/api/v1/invitations/accept", json=chosen))[0] == 404
    _, entered, _ = await sign_in(api, cookie=False)
    status, body = await plain(api, "PATCH", "/api/v1/people/eva", root, json={"clients": None, "name": "E"})
    assert (status, body["clients"], body["name"], body["agent"]) == (200, None, "E", "ana")
    assert (await plain(api, "GET", "/api/v1/me", entered["token"]))[1]["clients"] is None
    assert (await plain(api, "PATCH", "/api/v1/people/eva", root, json={"role": None}))[0] == 422
    sessions = (await plain(api, "GET", "/api/v1/people/eva/sessions", root))[1]
    assert [each["person"] for each in sessions] == ["eva"]
    assert (await plain(api, "POST", "/api/v1/people/root/disable", root))[0] == 409
    assert (await plain(api, "POST", "/api/v1/people/eva/disable", root))[1]["active"] is False
    assert (await plain(api, "GET", "/api/v1/me", entered["token"]))[0] == 401
    listed = (await plain(api, "GET", "/api/v1/people?limit=1", root))[1]
    assert [each["id"] for each in listed["items"]] == ["eva"]
    listed = (await plain(api, "GET", f"/api/v1/people?cursor={listed['next']}", root))[1]
    assert [each["id"] for each in listed["items"]] == ["root"]


async def test_a_key_does_what_it_was_made_for_as_long_as_its_owner_may(api: Api) -> None:
    root = await with_token(api, "root", Role.ADMINISTRATOR)
    asked = {"name": "wall", "permissions": ["queues:read"], "clients": ["tienda"]}
    status, made = await plain(api, "POST", "/api/v1/keys", root, json=asked)
    assert status == 201
    assert (await plain(api, "GET", "/api/v1/queues", made["key"]))[0] == 200
    assert (await plain(api, "GET", "/api/v1/agents", made["key"]))[0] == 403
    assert (await plain(api, "GET", "/api/v1/me", made["key"]))[1]["clients"] == ["tienda"]
    assert (await plain(api, "POST", "/api/v1/logout", made["key"]))[0] == 404
    for wrong in ({"permissions": ["keys:write"]}, {"permissions": ["x"]}, {"clients": ["bank"]}):
        assert (await plain(api, "POST", "/api/v1/keys", root, json={**asked, **wrong}))[0] == 422
    listed = (await plain(api, "GET", "/api/v1/keys", root))[1]["items"]
    assert made["key"] not in json.dumps(listed)
    assert (await plain(api, "DELETE", f"/api/v1/keys/{made['id']}", root))[1]["revoked_at"] is not None
    assert (await plain(api, "GET", "/api/v1/queues", made["key"]))[0] == 401
    assert (await plain(api, "DELETE", "/api/v1/keys/zzz", root))[0] == 404


async def test_the_log_tells_what_was_done_and_refused_by_whom(api: Api) -> None:
    ana = await with_token(api, "ana.person", Role.AGENT, agent="ana")
    await api.ask("PUT", "/api/v1/agents/ana/status", json={"status": "available", "by": "joe"})
    await plain(api, "PUT", "/api/v1/agents/bot/status", ana, json={"status": "available"})
    await plain(api, "PUT", "/api/v1/do-not-call/+34911222333", ana, json={})
    for _ in range(3):
        await plain(api, "DELETE", "/api/v1/bans/192.0.2.1")
    found = (await api.ask("GET", "/api/v1/audit"))[1]["items"]
    told = [(each["by"], each["act"], each["result"], each["code"]) for each in found]
    assert told == [
        ("", "DELETE /api/v1/bans/{source}", "refused", "unauthorized"),
        ("ana.person", "PUT /api/v1/do-not-call/{number}", "refused", "forbidden"),
        ("ana.person", "PUT /api/v1/agents/{agent}/status", "refused", "forbidden"),
        ("node:joe", "PUT /api/v1/agents/{agent}/status", "done", None),
        ("ana.person", "login", "done", None),
    ]
    assert [each["on"] for each in found][:3] == [
        {"source": "192.0.2.1"},
        {"number": "*333"},
        {"agent": "bot"},
    ]
    assert {each["source"] for each in found} == {"127.0.0.1", "192.0.2.7"}
    mine = (await api.ask("GET", "/api/v1/audit?by=ana.person&result=refused&limit=1"))[1]
    assert mine["items"][0]["on"] == {"number": "*333"}
    more = (await api.ask("GET", f"/api/v1/audit?by=ana.person&result=refused&cursor={mine['next']}"))[1]
    assert [each["on"] for each in more["items"]] == [{"agent": "bot"}]


async def test_the_log_tells_what_was_made_and_of_whose_number_the_end(api: Api) -> None:
    await api.ask("POST", "/api/v1/people", json={"id": "eva", "name": "Eva", "role": "agent"})
    made = (await api.ask("POST", "/api/v1/keys", json={"name": "wall", "permissions": ["figures:read"]}))[1]
    held = {"kind": "client", "subject": "banco", "reason": "audit"}
    hold = (await api.ask("POST", "/api/v1/holds", json=held))[1]
    erased = {"number": "+34 600 111 222", "dry_run": True}
    await api.ask("POST", "/api/v1/persons/erase", json=erased)
    found = (await api.ask("GET", "/api/v1/audit?limit=4"))[1]["items"]
    assert [each["on"] for each in reversed(found)] == [
        {"person": "eva"},
        {"key": made["id"]},
        {"hold": hold["id"]},
        {"number": "*222"},
    ]


async def test_only_the_node_s_own_key_writes_what_commands_did(api: Api) -> None:
    root = await with_token(api, "root", Role.ADMINISTRATOR)
    body = {"by": "joe", "act": "people add", "on": {"person": "eva"}}
    assert (await plain(api, "POST", "/api/v1/audit", root, json=body))[0] == 403
    assert (await api.ask("POST", "/api/v1/audit", json=body))[0] == 201
    entry = (await api.ask("GET", "/api/v1/audit?limit=1"))[1]["items"][0]
    assert (entry["by"], entry["act"], entry["on"]) == ("node:joe", "people add", {"person": "eva"})


async def test_no_secret_reaches_log_ledger_or_database(
    api: Api, capfd: pytest.CaptureFixture[str], tmp_path: Any
) -> None:
    token = await with_token(api, "eva", Role.SUPERVISOR)
    root = await with_token(api, "root", Role.ADMINISTRATOR)
    _, invited = await plain(api, "POST", "/api/v1/people/eva/invitation", root)
    _, made = await plain(
        api, "POST", "/api/v1/keys", root, json={"name": "k", "permissions": ["queues:read"]}
    )
    _, begun = await plain(api, "POST", "/api/v1/me/second-factor", token)
    secrets = [PASSWORD, token, root, invited["invitation"], made["key"], begun["secret"]]
    bodies = ({"person": PASSWORD, "password": OTHER}, {"person": 1, "password": [OTHER]}, OTHER, [OTHER])
    answers = [await plain(api, "POST", LOGIN, json=body) for body in bodies]
    await plain(api, "DELETE", f"/api/v1/keys/{made['key']}", root)  # pasted whole
    for bad in (f"{token}x", f"{made['key']}x"):
        answers.append(await plain(api, "GET", "/api/v1/me", bad))
        answers.append(await plain(api, "DELETE", f"/api/v1/keys/{made['key']}", bad))
    assert {status for status, _ in answers} <= {401, 422}
    await api.ledger.flush()
    text = json.dumps(answers) + "".join(capfd.readouterr())
    for each in (*secrets, OTHER):
        assert each not in text
        assert all(
            each.encode() not in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()
        ), each


async def test_without_the_database_people_are_told_so_and_the_node_s_key_still_works(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    from records.errors import StoreUnavailable

    def away(token: str, *, now: float) -> None:
        raise StoreUnavailable("postgresql://canary@inside/records: refused")

    token = await with_token(api, "eva", Role.SUPERVISOR)
    monkeypatch.setattr(
        type(api.doorstep.door.sessions), "principal", lambda _, token, *, now: away(token, now=now)
    )
    status, body = await plain(api, "GET", "/api/v1/queues", token)
    assert (status, body["code"]) == (503, "store_unavailable")
    assert "canary" not in str(body), "a stranger can ask this too"
    assert (await plain(api, "GET", "/api/v1/health", token))[0] == 200
    assert (await api.ask("GET", "/api/v1/queues"))[0] == 200


@pytest.mark.parametrize(
    ("proxies", "told", "expected"),
    [
        ((), "198.51.100.9", "127.0.0.1"),
        (("127.0.0.0/8",), "198.51.100.9", "198.51.100.9"),
        (("127.0.0.0/8",), "203.0.113.5, 198.51.100.9", "198.51.100.9"),
        (("127.0.0.0/8", "198.51.100.0/24"), "203.0.113.5, 198.51.100.9", "203.0.113.5"),
        (("127.0.0.0/8",), "rubbish", "127.0.0.1"),
        (("10.0.0.0/8",), "198.51.100.9", "127.0.0.1"),
    ],
)
async def test_a_proxy_s_word_is_believed_where_it_is_ours(
    api: Api, proxies: tuple[str, ...], told: str, expected: str
) -> None:
    from ipaddress import ip_network

    api.proxies = [ip_network(each) for each in proxies]
    await asyncio.to_thread(api.doorstep.add, "eva")
    async with api.client.post(
        LOGIN, json={"person": "eva", "password": PASSWORD}, headers={"X-Forwarded-For": told}
    ) as answer:
        assert answer.status == 200
    assert api.doorstep.audited[-1]["source"] == expected
