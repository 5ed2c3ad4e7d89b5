"""`centralita webhook` against a running node and a real receiver."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner, Result

from centralita.commands import app
from centralita.commands.parameters import login
from tests.kit.small_centre import small_node
from tests.kit.webhook_receiver import Receiver

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from centralita.node import Node


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Node]:
    made = small_node(tmp_path)
    centre = tmp_path / "config/centre.yaml"
    centre.write_text(centre.read_text() + "webhooks: {networks: [127.0.0.0/8]}\n")
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as made:
        yield made


async def run(node: Node, *words: str) -> Result:
    line = ["webhook", *words, "--state", str(node.options.state)]
    return await asyncio.to_thread(lambda: CliRunner().invoke(app, line))


async def shown(node: Node, *words: str) -> Any:
    done = await run(node, *words, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


async def test_a_webhook_from_its_making_to_its_end(node: Node, receiver: Receiver) -> None:
    done = await run(node, "add", receiver.url, "--type", "queue.*", "--about", "the wall[red]board")
    assert done.exit_code == 0, done.output
    which, receiver.secret = done.stdout.split()
    assert receiver.secret.startswith("whsec_")
    (listed,) = await shown(node, "list")
    assert (listed["id"], listed["types"], listed["about"]) == (which, ["queue.*"], "the wall[red]board")
    assert listed["made_by"] == f"node:{login()}"
    assert "wall[red]" in (await run(node, "show", which)).stdout
    table = (await run(node, "list")).stdout
    assert which in table
    assert "well" in table
    assert receiver.url in (await run(node, "show", which)).stdout
    assert (await run(node, "test", which)).stdout.startswith("it arrived: it answered 204")
    assert (await shown(node, "pause", which))[0]["paused"].startswith("somebody paused it")
    assert "paused" in (await run(node, "list")).stdout
    assert (await shown(node, "resume", which))[0]["paused"] is None
    assert (await shown(node, "change", which, receiver.url, "--batch", "5"))[0]["batch"] == 5
    assert (await shown(node, "rotate", which))["secret"] != receiver.secret
    assert await shown(node, "dead", which) == []
    assert "nothing was given up" in (await run(node, "dead", which)).stdout
    assert await shown(node, "replay", which) == {"delivered": 0, "left": 0}
    assert (await run(node, "remove", which)).exit_code == 0
    assert await shown(node, "list") == []
    assert "nobody is told" in (await run(node, "list")).stdout
    secrets = node.options.state / "webhook-secrets.yaml"
    assert which not in secrets.read_text(encoding="ascii")
    audit = ["audit", "--act", "webhooks", "--state", str(node.options.state), "--json"]
    entries = json.loads((await asyncio.to_thread(CliRunner().invoke, app, audit)).stdout)
    assert {each["by"] for each in entries} == {f"node:{login()}"}
    assert len(entries) == 8


async def test_a_change_leaves_what_was_not_said(node: Node, receiver: Receiver) -> None:
    words = (
        "--type",
        "queue.*",
        "--client",
        "acme",
        "--personal",
        "--batch",
        "7",
        "--about",
        "the wallboard",
    )
    done = await run(node, "add", receiver.url, *words)
    which, _ = done.stdout.split()
    fields = ("url", "types", "clients", "personal", "batch", "about")

    async def changed(*words: str) -> tuple[Any, ...]:
        (found,) = await shown(node, "change", which, *words)
        return tuple(found[name] for name in fields)

    assert await changed("--batch", "9") == (receiver.url, ["queue.*"], ["acme"], True, 9, "the wallboard")
    other = f"{receiver.url}/other"
    assert await changed(other, "--no-personal", "--about", "") == (
        other,
        ["queue.*"],
        ["acme"],
        False,
        9,
        "",
    )
    assert await changed("--every-type", "--every-client") == (other, [], None, False, 9, "")
    assert await changed("--type", "leg.*", "--client", "acme") == (other, ["leg.*"], ["acme"], False, 9, "")
    for wrong, told in (([], "say what is to be changed"), (["--type", "x", "--every-type"], "--every-type")):
        refused = await run(node, "change", which, *wrong)
        assert refused.exit_code == 2
        assert told in refused.output


async def test_whatever_prints_a_secret_says_that_it_is_the_only_time(node: Node, receiver: Receiver) -> None:
    done = await run(node, "add", receiver.url)
    assert "not shown again" in done.stderr
    assert "not shown again" in (await run(node, "rotate", done.stdout.split()[0])).stderr


async def test_a_test_that_does_not_arrive_ends_with_1(node: Node, receiver: Receiver) -> None:
    # Of queues alone: an event of its making would come first, and get the answer.
    which, _ = (await run(node, "add", receiver.url, "--type", "queue.*")).stdout.split()
    receiver.answers = [500]
    done = await run(node, "test", which)
    assert done.exit_code == 1
    assert "it did not arrive: it answered 500" in done.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("add", "https://10.0.0.1/x"), "is an address inside"),
        (("add", "https://example.com/x", "--type", "queue.joind"), "queue.joined"),
        (("add", "https://example.com/x", "--client", "nobody"), "no client company is called nobody"),
        (("show", "wh_none"), "there is no webhook wh_none"),
    ],
)
async def test_what_cannot_be_done_is_told_in_words(node: Node, words: tuple[str, ...], told: str) -> None:
    done = await run(node, *words)
    assert done.exit_code == 1
    assert told in done.output


async def test_what_happens_on_the_node_arrives(node: Node, receiver: Receiver) -> None:
    """By way of the real ledger: an announcement is an event of no contact."""
    _, receiver.secret = (await run(node, "add", receiver.url, "--type", "agent.*")).stdout.split()
    node.parts.journal("", None, "agent.state", {"agent": "ana", "state": "idle"})
    await receiver.until(events=1)
    (_, (event,)), *_ = receiver.got
    assert (event["type"], event["agent"], event["data"]["state"]) == ("agent.state", "ana", "idle")
