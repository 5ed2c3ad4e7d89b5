"""What a node tells those who watch over it: balancers, and whoever starts dead nodes anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import ClientSession

from tests.kit.metric_names import families, lint, value

if TYPE_CHECKING:
    from centralita.node import Node


async def test_the_interface_tells_the_truth_about_the_node(node: Node) -> None:
    host, port = node.parts.http_address
    async with ClientSession() as client:
        async with client.get(f"http://{host}:{port}/api/v1/counters") as answer:
            assert set((await answer.json()).values()) == {0}
        async with client.get(f"http://{host}:{port}/api/v1/health") as answer:
            assert (answer.status, await answer.json()) == (200, {"ok": True, "trouble": [], "warnings": 0})
        async with client.get(f"http://{host}:{port}/api/v1/ready") as answer:
            found = await answer.json()
            assert (answer.status, [each["name"] for each in found["checks"]]) == (
                200,
                ["draining", "ledger", "plane", "listeners"],
            )
        async with client.get(f"http://{host}:{port}/metrics") as answer:
            page = families(await answer.text())
            assert list(lint(page)) == []
            assert value(page, "centralita_legs", state="up", direction="in") == 0
            assert value(page, "centralita_ledger_writing") == 1
    assert node.ready_line().startswith("ready sip=127.0.0.1:")


async def test_a_node_that_drains_gets_no_calls_and_is_not_taken_for_dead(node: Node) -> None:
    await node.drain()
    host, port = node.parts.http_address
    why = "no new calls are taken: the node is to stop"
    async with ClientSession() as client:
        async with client.get(f"http://{host}:{port}/api/v1/ready") as answer:
            draining = {"name": "draining", "ok": False, "problem": why}
            assert (answer.status, (await answer.json())["checks"][0]) == (503, draining)
        async with client.get(f"http://{host}:{port}/api/v1/health") as answer:
            found = await answer.json()
            assert (answer.status, found["ok"], found["trouble"]) == (200, False, [f"draining: {why}"])
