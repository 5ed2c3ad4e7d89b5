"""`centralita agent` and `centralita queue` against a running node: what they show and do, and what a restart keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from calls.contact import Inbox
from routing.agents.tables import Status
from routing.commands import Overflow
from routing.queues.entry import EntryJoin
from tests.kit.small_centre import small_node
from tests.kit.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from centralita.node import Node


@pytest.fixture
async def terminal(tmp_path: Path) -> AsyncIterator[Terminal]:
    node = small_node(tmp_path)
    (tmp_path / "config/skills.yaml").write_text("skills: {cards: Cards}\n")
    queues = tmp_path / "config/queues.yaml"
    queues.write_text(queues.read_text() + "  vip: {name: VIP}\n")
    agents = tmp_path / "config/agents.yaml"
    agents.write_text(agents.read_text().replace("[help]}", "[help, vip]}"))
    await node.start()
    yield Terminal(node)
    await node.stop()


def waits(node: Node, contact: str) -> Inbox[object]:
    inbox: Inbox[object] = Inbox()
    node.parts.distribution.join(EntryJoin(contact, contact, "help"), inbox)
    return inbox


async def test_an_agents_work_is_directed_and_shown(terminal: Terminal) -> None:
    shown = await terminal.json("agent", "not-ready", "ana", "--reason", "lunch", "--by", "marta")
    assert (shown["status"], shown["reason"], shown["by"]) == ("not_ready", "lunch", "marta")
    lines = (await terminal.run("agent", "show", "ana")).output.splitlines()
    assert ["reason", "lunch"] in [line.split() for line in lines]
    assert "no reason is called lnch" in await terminal.refused(
        "agent", "not-ready", "ana", "--reason", "lnch"
    )
    assert "*122" in (await terminal.run("agent", "reasons")).output
    assert "not in wrap-up" in await terminal.refused("agent", "extend", "ana")
    terminal.node.parts.distribution.carry_on_wrap_up("ana", 30)
    assert (await terminal.json("agent", "extend", "ana", "--seconds", "60"))["state"] == "wrap_up"
    assert (await terminal.json("agent", "wrap-up-over", "ana"))["state"] == "device_offline"
    assert "no contact yet" in await terminal.refused("agent", "disposition", "ana", "1")
    history = (await terminal.run("agent", "history", "ana")).output
    assert "marta directs agent ana: status not ready (lunch)" in history


async def test_queues_and_skills_are_given_and_survive_reload_and_restart(terminal: Terminal) -> None:
    given = await terminal.json("agent", "assign", "ana", "--queue", "vip", "--skill", "cards=4")
    assert (given["queues"], given["skills"], given["assigned"]) == (["vip"], {"cards": 4}, True)
    assert "NAME=0..5" in (await terminal.run("agent", "assign", "--help")).output
    assert "cards=3" in await terminal.refused("agent", "assign", "ana", "--skill", "cards", code=2)
    await terminal.node.reload()
    assert (await terminal.json("agent", "show", "ana"))["queues"] == ["vip"]
    await terminal.run("agent", "available", "ana")
    await terminal.node.stop()
    await terminal.node.start()
    again = await terminal.json("agent", "show", "ana")
    assert (again["queues"], again["status"], again["state"]) == (["vip"], "available", "device_offline")
    assert [each.id for each in terminal.node.parts.distribution.core.agents()] == ["ana", "john"]
    assert terminal.node.parts.distribution.core.queue("help", now=0.0).agents == {"logged_out": 1}
    back = await terminal.json("agent", "unassign", "ana")
    assert (back["queues"], back["skills"], back["assigned"]) == (["help", "vip"], {}, False)
    assert terminal.node.parts.distribution.core.agent("ana").status is Status.AVAILABLE


async def test_who_waits_is_shown_and_served_out_of_turn(terminal: Terminal) -> None:
    first, second = waits(terminal.node, "c1"), waits(terminal.node, "c2")
    queue = next(each for each in await terminal.json("queues") if each["id"] == "help")
    assert (queue["waiting"], queue["logged_in"]) == (2, 0)
    assert "help" in (await terminal.run("queues")).output
    assert "c1" in (await terminal.run("queue", "callers", "help")).output
    line = await terminal.json("queue", "prioritise", "help", "c2", "3")
    assert [each["contact"] for each in line] == ["c2", "c1"]
    assert await terminal.json("queue", "move", "help", "c2", "vip", "--by", "marta") != []
    assert isinstance(await second.next(0.0), Overflow)
    assert "logged_out" in await terminal.refused("queue", "pick", "help", "c1", "ana")
    assert "no menu is called nothing" in await terminal.refused(
        "queue", "withdraw", "help", "c1", "--menu", "nothing"
    )
    assert await terminal.json("queue", "withdraw", "help", "c1", "--menu", "main") == []
    assert isinstance(await first.next(0.0), Overflow)
    assert "no queue" in await terminal.refused("queue", "callers", "nothing")
    assert "does not wait" in await terminal.refused("queue", "pick", "help", "c1", "ana")
