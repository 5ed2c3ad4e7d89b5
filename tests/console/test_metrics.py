"""Who may read figures, and what a balancer is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.telling import Check

if TYPE_CHECKING:
    from tests.console.interface import Api


async def test_programs_of_the_same_machine_read_figures_without_a_key(api: Api) -> None:
    async with api.client.get("/metrics") as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert await answer.text() == "centralita_contacts 0\n"


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
async def test_whoever_comes_through_a_proxy_needs_the_permission(api: Api, header: str) -> None:
    async with api.client.get("/metrics", headers={header: "203.0.113.7"}) as answer:
        assert answer.status == 401
    status, _ = await api.text("/metrics", headers={header: "203.0.113.7"})
    assert status == 200


@pytest.mark.parametrize(
    "host",
    [
        "attacker.example",
        "attacker.example:8080",
        "127.0.0.1.attacker.example",
        "[::1",
        "192.0.2.1",
        "localhost.x",
    ],
)
async def test_a_page_whose_name_was_made_to_lead_here_reads_no_figures(api: Api, host: str) -> None:
    async with api.client.get("/metrics", headers={"Host": host}) as answer:
        assert answer.status == 401
    assert (await api.text("/metrics", headers={"Host": host}))[0] == 200


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8080", "127.0.0.1:8080", "[::1]:8080", "127.8.9.1"])
async def test_this_machine_goes_by_its_own_names(api: Api, host: str) -> None:
    async with api.client.get("/metrics", headers={"Host": host}) as answer:
        assert answer.status == 200


async def test_the_page_can_be_opened_to_everybody(api: Api) -> None:
    api.is_open = True
    async with api.client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.7"}) as answer:
        assert answer.status == 200


async def test_a_node_is_ready_while_all_it_needs_is_well(api: Api) -> None:
    status, found = await api.ask("GET", "/api/v1/ready")
    assert (status, found) == (
        200,
        {"ready": True, "checks": [{"name": "ledger", "ok": True, "problem": None}]},
    )


async def test_a_node_that_is_not_ready_says_why(api: Api) -> None:
    api.checks = [Check("draining", "it is to stop"), Check("ledger", None)]
    status, found = await api.ask("GET", "/api/v1/ready")
    assert status == 503
    assert found["ready"] is False
    assert found["checks"][0] == {"name": "draining", "ok": False, "problem": "it is to stop"}
