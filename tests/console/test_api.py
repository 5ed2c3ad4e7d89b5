"""The HTTP interface over a real ledger and a real distribution: who may, what comes back, every wrong request."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from calls.contact import Inbox
from centralita.journal import Journal
from console.access import key_of
from console.app import HttpServer
from console.telling import Check
from routing.agents.tables import Status
from routing.queues.entry import EntryJoin
from tests.console.interface import ANA_AT_HOME, KEY, Api

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer wrong"},
        {"Authorization": KEY},
        {"Authorization": f"Basic {KEY}"},
        {"Authorization": f"Bearer {KEY}x"},
        {"Authorization": "Bearer clé"},
    ],
)
@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/agents",
        "/api/v1/contacts",
        "/api/v1/queues",
        "/api/v1/bans",
        "/api/v1/guard",
        "/api/v1/hours",
        "/api/v1/closures",
        "/api/v1/announcements",
        "/nothing",
        "/",
    ],
)
async def test_without_the_key_there_is_nothing_but_401(api: Api, header: dict[str, str], path: str) -> None:
    async with api.client.get(path, headers=header) as answer:
        assert answer.status == 401
        assert answer.content_type == "application/problem+json"
        assert KEY not in await answer.text()


async def test_a_key_that_is_no_text_is_refused(api: Api) -> None:
    server = api.client.server
    reader, writer = await asyncio.open_connection(server.host, server.port)
    writer.write(
        b"GET /api/v1/agents HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \xff\xfe\r\nConnection: close\r\n\r\n"
    )
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    assert answer.split()[1] in (b"401", b"400")


async def test_counters_and_health_are_open_and_hold_only_numbers(api: Api) -> None:
    async with api.client.get("/api/v1/counters") as answer:
        assert (answer.status, await answer.json()) == (200, {"contacts": 0, "legs": 2})
    async with api.client.get("/api/v1/health") as answer:
        assert (answer.status, await answer.json()) == (200, {"ok": True, "trouble": [], "warnings": 0})


@pytest.mark.parametrize(("needs_restart", "status"), [(False, 200), (True, 503)])
async def test_a_node_in_trouble_says_so_and_with_503_where_a_new_start_mends_it(
    api: Api, *, needs_restart: bool, status: int
) -> None:
    api.checks = [Check("ledger", None), Check("plane", "it has stopped", needs_restart=needs_restart)]
    async with api.client.get("/api/v1/health") as answer:
        assert (answer.status, await answer.json()) == (
            status,
            {"ok": False, "trouble": ["plane: it has stopped"], "warnings": 0},
        )


async def test_agents_are_listed_in_the_order_of_the_file(api: Api) -> None:
    status, body = await api.ask("GET", "/api/v1/agents")
    assert status == 200
    assert [each["id"] for each in body["items"]] == ["ana", "bot"]
    status, ana = await api.ask("GET", "/api/v1/agents/ana")
    assert status == 200
    assert datetime.fromisoformat(ana.pop("since")) == datetime.fromisoformat(ana.pop("state_since"))
    assert ana == {
        "id": "ana",
        "name": "Ana García",
        "account": "1001",
        "status": "logged_out",
        "reason": None,
        "state": "device_offline",
        "reachable": False,
        "queues": ["q"],
        "skills": {},
        "by": "system",
        "limit": None,
        "overdue": False,
        "wrap_up_until": None,
        "contact": None,
        "client": None,
        "disposition": None,
        "disposition_needed": False,
        "calls_today": 0,
        "assigned": False,
    }


async def test_a_status_is_set_and_shown(api: Api) -> None:
    body = {"status": "not_ready", "reason": "lunch"}
    status, shown = await api.ask("PUT", "/api/v1/agents/bot/status", json=body)
    assert (status, shown["status"], shown["reason"]) == (200, "not_ready", "lunch")
    status, shown = await api.ask("PUT", "/api/v1/agents/bot/status", json={"status": "available"})
    assert (status, shown["status"], shown["reason"]) == (200, "available", None)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/agents/nobody"),
        ("PUT", "/api/v1/agents/nobody/status"),
        ("DELETE", "/api/v1/agents/nobody/wrap-up"),
        ("GET", "/api/v1/agents/%F0%9F%92%A3"),
    ],
)
async def test_an_unknown_agent_is_a_problem_404(api: Api, method: str, path: str) -> None:
    body = {"status": "available"} if method == "PUT" else None
    assert await api.problem(method, path, json=body) == (404, "unknown_agent")


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"null",
        b'{"status": "asleep"}',
        b'{"status": 7}',
        b'{"reason": "lunch"}',
        b'{"status": "available", "since": "today"}',
        b'{"status": "available", "reason": 3}',
    ],
)
async def test_a_body_that_is_no_status_is_a_problem_422_and_changes_nothing(api: Api, body: bytes) -> None:
    assert await api.problem("PUT", "/api/v1/agents/bot/status", data=body) == (422, "invalid_body")
    assert api.distribution.core.agent("bot").status is Status.AVAILABLE


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 5000, b"nul", b"{'status': 'available'}"])
async def test_a_body_that_is_no_json_is_a_problem_400_and_changes_nothing(api: Api, body: bytes) -> None:
    assert await api.problem("PUT", "/api/v1/agents/bot/status", data=body) == (400, "no_json")
    assert api.distribution.core.agent("bot").status is Status.AVAILABLE


async def test_a_body_too_large_is_a_problem_413(api: Api) -> None:
    status, _ = await api.problem("PUT", "/api/v1/agents/bot/status", data=b" " * 100_000)
    assert status == 413


@pytest.mark.parametrize("limit", ["0", "1001", "-1", "ten", "", "1.5", "٣", "1e3", "+5", "9" * 5000])
async def test_a_limit_that_is_none_is_a_problem_422(api: Api, limit: str) -> None:
    assert await api.problem("GET", "/api/v1/contacts", params={"limit": limit}) == (422, "invalid_query")


async def test_contacts_are_listed_as_soon_as_they_were_recorded(api: Api) -> None:
    for number in range(3):
        contact = f"c{number}"
        Journal(api.ledger)(
            contact, None, "contact.opened", {"ani": "600", "dnis": "100", "profile": "external"}
        )
        Journal(api.ledger)(contact, None, "contact.routed", {"client": "banco", "destination": "menu x"})
        Journal(api.ledger)(contact, None, "contact.closed", {"outcome": "menu", "status": 200, "cause": 16})
    status, body = await api.ask("GET", "/api/v1/contacts", params={"limit": "2"})
    assert status == 200
    assert [each["id"] for each in body["items"]] == ["c2", "c1"]
    refused = await api.problem("GET", "/api/v1/contacts", params={"client": "nobody"})
    assert refused == (422, "invalid_query")
    status, body = await api.ask("GET", "/api/v1/contacts/c1")
    assert status == 200
    assert body["contact"]["outcome"] == "menu"
    assert [each["type"] for each in body["events"]] == ["contact.opened", "contact.routed", "contact.closed"]


async def test_why_a_contact_got_its_agent_is_told(api: Api) -> None:
    record = Journal(api.ledger)
    explained = {"strategy": "longest-idle", "chosen": {"agent": "bot", "by": "ranking"}, "idle": ["bot"]}
    record("c1", None, "contact.opened", {"ani": "600", "dnis": "100", "profile": "external"})
    record("c1", None, "queue.joined", {"queue": "shop", "position": 1})
    record("c1", None, "reservation.created", {"reservation": "r1", "agent": "bot", "explained": explained})
    status, body = await api.ask("GET", "/api/v1/contacts/c1/why")
    assert status == 200
    assert body["contact"] == "c1"
    ((decision,),) = [stay["decisions"] for stay in body["stays"]]
    assert (decision["agent"], decision["why"], decision["result"]) == (
        "bot",
        "the only one free and able",
        None,
    )
    assert await api.problem("GET", "/api/v1/contacts/nothing/why") == (404, "contact_not_found")


async def test_no_name_has_a_nul_in_it(api: Api) -> None:
    assert (await api.problem("GET", "/api/v1/contacts/%00"))[0] == 400


@pytest.mark.parametrize("name", ["nothing", "%25", "_", "c'--"])
async def test_an_unknown_contact_is_a_problem_404(api: Api, name: str) -> None:
    Journal(api.ledger)("c1", None, "contact.opened", {"ani": "600", "dnis": "100", "profile": "external"})
    status, code = await api.problem("GET", f"/api/v1/contacts/{name}")
    assert status == 404
    assert code.startswith("contact") or code == "unknown_contact"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/api/v1/agents", 405),
        ("DELETE", "/api/v1/contacts/c1", 405),
        ("GET", "/api/v1/agents/ana/status", 405),
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/api/v2/agents", 404),
        ("GET", "/", 404),
    ],
)
async def test_a_wrong_method_or_path_is_a_problem_too(api: Api, method: str, path: str, status: int) -> None:
    assert (await api.problem(method, path))[0] == status


async def test_our_own_mistake_is_a_problem_500_that_quotes_nothing(
    api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    api.broken = True
    assert await api.problem("GET", "/api/v1/counters") == (500, "internal_error")
    printed = capsys.readouterr()
    assert "RuntimeError" in printed.out + printed.err
    assert "4111" not in printed.out + printed.err


async def test_queues_show_who_waits(api: Api) -> None:
    api.distribution.choose_status("bot", Status.NOT_READY)
    api.distribution.join(EntryJoin("c1", "c1", "q"), Inbox())
    status, body = await api.ask("GET", "/api/v1/queues")
    assert status == 200
    queue = body["items"][0]
    assert (queue["id"], queue["name"], queue["waiting"]) == ("q", "Questions", 1)


async def test_wrap_up_is_ended_over_http(api: Api) -> None:
    status, shown = await api.ask("DELETE", "/api/v1/agents/bot/wrap-up")
    assert (status, shown["state"]) == (200, "idle")


async def test_the_server_says_where_it_listens_and_lets_go_of_it(api: Api) -> None:
    server = HttpServer(api.make())
    host, port = await server.start("127.0.0.1", 0)
    async with api.client.session.get(f"http://{host}:{port}/api/v1/health") as answer:
        assert answer.status == 200
    await server.close()
    with pytest.raises(OSError, match=r".*"):
        await asyncio.open_connection(host, port)


def test_the_key_is_made_once_and_kept_for_its_owner_only(tmp_path: Path) -> None:
    assert key_of(tmp_path / "api-key", lambda: "first") == "first"
    assert key_of(tmp_path / "api-key", lambda: "second") == "first"
    assert (tmp_path / "api-key").stat().st_mode & 0o777 == 0o600


def test_an_empty_key_file_is_no_open_door(tmp_path: Path) -> None:
    (tmp_path / "api-key").write_text("\n")
    assert key_of(tmp_path / "api-key", lambda: "made") == "made"
    assert (tmp_path / "api-key").read_text().strip() == "made"


async def test_a_broken_request_is_refused_and_quoted_in_no_log(
    api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    server = HttpServer(api.make())
    host, port = await server.start("127.0.0.1", 0)
    try:
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(b"GET /" + b"k" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await reader.readline()).startswith(b"HTTP/1.0 400")
        writer.close()
    finally:
        await server.close()
    assert caplog.records == []


async def test_bans_are_listed_while_they_last_and_can_be_lifted(api: Api) -> None:
    api.guard.scan("203.0.113.7", now=0.0)
    api.guard.scan("2001:db8:1:2::3", now=50.0)
    api.guard.scan("198.51.100.9", now=-300.0)
    assert await api.ask("GET", "/api/v1/bans") == (
        200,
        {
            "items": [
                {"source": "203.0.113.7", "why": "scanner", "seconds_left": 200.0},
                {"source": "2001:db8:1:2::/64", "why": "scanner", "seconds_left": 250.0},
            ],
            "next": None,
        },
    )
    assert (await api.ask("DELETE", "/api/v1/bans/2001:db8:1:2::%2F64"))[0] == 200
    assert (await api.ask("DELETE", "/api/v1/bans/203.0.113.7"))[0] == 200
    assert await api.problem("DELETE", "/api/v1/bans/203.0.113.7") == (404, "unknown_ban")
    assert (await api.ask("GET", "/api/v1/bans"))[1] == {"items": [], "next": None}


async def test_what_was_turned_away_is_counted_by_reason(api: Api) -> None:
    api.guard.scan("203.0.113.7", now=0.0)
    api.guard.is_banned("203.0.113.7", now=1.0)
    status, found = await api.ask("GET", "/api/v1/guard")
    assert (status, found["turned_away"]) == (200, {"banned": 1, "bans": 1, "scanner": 1})


async def test_phones_are_listed_and_asked_for_by_account(api: Api) -> None:
    assert await api.ask("GET", "/api/v1/phones") == (200, {"items": [ANA_AT_HOME], "next": None})
    assert await api.ask("GET", "/api/v1/phones/1001") == (200, ANA_AT_HOME)
    assert await api.problem("GET", "/api/v1/phones/1002") == (404, "no_phone")
