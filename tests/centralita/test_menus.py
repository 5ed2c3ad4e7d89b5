"""Versions of menus on a whole node: what new calls hear after edits, publications, rollbacks."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs
from typer.testing import CliRunner

from base.errors import DocumentError
from centralita.client import NodeClient, NodeRefused
from centralita.commands import app
from centralita.phone.script import read_script
from centralita.phone.softphone import Softphone
from ivr.errors import PublicationRefused, VersionsBroken
from tests.kit.party import until
from tests.kit.ports import free_ports
from tests.kit.small_centre import TONE, small_node
from tests.kit.small_menus import (
    NEW_TONE,
    add_queue,
    change_words,
    edit,
    heard,
    history,
    lead_to_queue,
    publish,
    remove_queue,
    wish,
)
from tests.kit.tone import hears, read_wav

if TYPE_CHECKING:
    from pathlib import Path

    from centralita.node import Node

PLACE = "  outage: {type: say, announcements: [outage], next: hello}\n"


async def test_the_first_start_publishes_the_draft(node: Node) -> None:
    assert await history(node) == [("first", "node start", "live")]


async def test_an_edited_draft_is_not_what_callers_get(node: Node, tmp_path: Path) -> None:
    change_words(node)
    with capture_logs() as logs:
        await node.reload()
    assert [each["what"] for each in logs if each["event"] == "draft_differs"] == [
        "menu main: the draft differs from what is live (centralita menu diff main, centralita menu publish main)"
    ]
    assert await heard(node, tmp_path) == TONE
    await publish(node)
    assert await heard(node, tmp_path) == NEW_TONE
    assert await history(node) == [("publish", "ana", "live"), ("first", "node start", "former")]


async def test_a_call_keeps_its_version_and_the_next_one_has_the_new(node: Node, tmp_path: Path) -> None:
    kept = tmp_path / "kept.wav"
    async with Softphone(("127.0.0.2", 0), free_ports(10), lambda text: None) as caller:
        script = read_script(f"until answered; wait 2s; record {kept}; wait 800ms; keys #; until ended")
        call = asyncio.ensure_future(caller.dial("100", node.parts.sip_address, "600100200", None, script))
        await until(lambda: node.contact_count == 1)
        change_words(node)
        await publish(node)
        await publish_once_more(node)
        assert await heard(node, tmp_path) == NEW_TONE
        await asyncio.wait_for(call, 20)
    assert hears(read_wav(kept), TONE)


async def test_an_announcement_is_heard_though_the_live_version_has_no_words_for_it(
    node: Node, tmp_path: Path
) -> None:
    news = f"  news: {{tone: {sorted(NEW_TONE)}, seconds: 5}}\n"
    edit(node, "prompts/sounds.yaml", "  music:", news + "  music:")
    edit(node, "config/menus/main.yaml", "steps:\n", "steps:\n" + PLACE)
    edit(node, "config/menus/main.yaml", "start: hello", "start: outage")
    await node.reload()
    await publish(node)
    assert await heard(node, tmp_path) == TONE
    words = ["announcement", "on", "outage", "--prompt", "news", "--state", str(node.options.state)]
    on = await asyncio.to_thread(CliRunner().invoke, app, words)
    assert on.exit_code == 0, on.output
    assert await heard(node, tmp_path) == NEW_TONE


async def publish_once_more(node: Node) -> None:
    """A third version, so that the first is not even the one before."""
    edit(node, "config/menus/main.yaml", 'until: "#"', 'until: "#0"')
    await publish(node)


async def test_a_rollback_brings_the_former_words_back(node: Node, tmp_path: Path) -> None:
    change_words(node)
    await publish(node)
    versions = node.parts.menus.versions
    before = await asyncio.to_thread(versions.before, "main")
    assert before is not None
    await node.parts.menus.roll_back(await wish(node, "rollback", version=before))
    assert await heard(node, tmp_path) == TONE
    await node.reload()
    assert await heard(node, tmp_path) == TONE, "the draft stays a draft"
    assert await history(node) == [
        ("rollback", "ana", "live"),
        ("publish", "ana", "former"),
        ("first", "node start", "former"),
    ]


async def test_a_version_that_another_hand_changed_does_not_become_live_again(node: Node) -> None:
    change_words(node)
    await publish(node)
    before = str(await asyncio.to_thread(node.parts.menus.versions.before, "main"))
    await asyncio.to_thread(tamper, node.options.state / "menus.db", before)
    with pytest.raises(VersionsBroken, match="was changed after it was published"):
        await node.parts.menus.roll_back(await wish(node, "rollback", version=before))
    assert await history(node) == [("publish", "ana", "live"), ("first", "node start", "former")]


def tamper(store: Path, version: str) -> None:
    with closing(sqlite3.connect(store)) as opened, opened:
        opened.execute("UPDATE version SET content = content || ' ' WHERE hash = ?", (version,))


async def test_what_is_live_outlives_the_node(tmp_path: Path) -> None:
    node = small_node(tmp_path)
    await node.start()
    change_words(node)
    await node.stop()
    again = type(node)(node.options)
    await again.start()
    try:
        assert await heard(again, tmp_path) == TONE
        await publish(again)
    finally:
        await again.stop()
    third = type(node)(node.options)
    await third.start()
    try:
        assert await heard(third, tmp_path) == NEW_TONE
    finally:
        await third.stop()


async def test_each_call_carries_its_version(node: Node, tmp_path: Path) -> None:
    live = (await asyncio.to_thread(node.parts.menus.versions.live))["main"].version
    await heard(node, tmp_path)
    await node.parts.ledger.flush()
    with sqlite3.connect(node.options.state / "ledger.sqlite") as ledger:
        found = ledger.execute(
            "SELECT json_extract(data, '$.version') FROM event WHERE type = 'menu.entered' ORDER BY id"
        ).fetchall()
    ledger.close()
    assert found[0] == (live,)


async def test_a_reload_that_takes_a_queue_from_a_live_version_is_refused(node: Node, tmp_path: Path) -> None:
    add_queue(node)
    await node.reload()
    lead_to_queue(node, "spare")
    await publish(node)
    edit(node, "config/menus/main.yaml", "queue: spare", "queue: help")
    remove_queue(node)
    with pytest.raises(DocumentError, match="of main does not fit: there is no queue spare"):
        await node.reload()
    assert "spare" in node.parts.configuration.routing.queues
    assert await heard(node, tmp_path) == TONE


async def test_a_version_that_does_not_fit_the_running_node_is_not_published(node: Node) -> None:
    add_queue(node)
    lead_to_queue(node, "spare")
    with pytest.raises(PublicationRefused, match="there is no queue spare"):
        await publish(node)
    assert await history(node) == [("first", "node start", "live")]


async def test_of_two_who_publish_at_once_one_is_told(node: Node) -> None:
    change_words(node)
    first, second = await wish(node), await wish(node)
    results = await asyncio.gather(
        node.parts.menus.publish(first), node.parts.menus.publish(second), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in results) == ["PublicationRefused", "tuple"]
    assert [each for each, _, _ in await history(node)] == ["publish", "first"]


async def test_a_draft_that_changed_since_it_was_looked_at_is_not_published(node: Node) -> None:
    change_words(node)
    looked_at = await wish(node)
    edit(node, "config/menus/main.yaml", 'until: "#"', 'until: "#0"')
    with pytest.raises(PublicationRefused, match="changed meanwhile"):
        await node.parts.menus.publish(looked_at)


async def test_with_on_reload_a_draft_that_fails_a_case_waits_until_it_passes(
    node: Node, tmp_path: Path
) -> None:
    edit(node, "config/centre.yaml", "language: en", "language: en\nmenus: {publish: on_reload}")
    cases = node.options.config / "menus/cases/main.yaml"
    cases.parent.mkdir()
    head = "schema: cases/1\nmenu_set: main\ncases:\n"
    cases.write_text(head + "  - {name: it waits, expect: {outcome: hangup}}\n")
    change_words(node)
    with capture_logs() as logs:
        await node.reload()
    assert [each["menu"] for each in logs if each["event"] == "menu_not_published"] == ["main"]
    assert await heard(node, tmp_path) == TONE
    cases.write_text(head + "  - {name: it waits, expect: {outcome: {waits_in: hello}}}\n")
    await node.reload()
    assert await heard(node, tmp_path) == NEW_TONE


async def test_with_on_reload_a_changed_draft_goes_live_and_a_rollback_stays(
    node: Node, tmp_path: Path
) -> None:
    edit(node, "config/centre.yaml", "language: en", "language: en\nmenus: {publish: on_reload}")
    await node.reload()
    change_words(node)
    await node.reload()
    assert await heard(node, tmp_path) == NEW_TONE
    before = await asyncio.to_thread(node.parts.menus.versions.before, "main")
    assert before is not None
    await node.parts.menus.roll_back(await wish(node, "rollback", version=before))
    await node.reload()
    assert await heard(node, tmp_path) == TONE, "the draft was not edited since"
    edit(node, "config/menus/main.yaml", 'until: "#"', 'until: "#0"')
    await node.reload()
    assert await heard(node, tmp_path) == NEW_TONE
    assert (await history(node))[0] == ("publish", "reload", "live")


async def test_with_on_reload_a_rollback_of_what_was_published_by_hand_stays(
    node: Node, tmp_path: Path
) -> None:
    edit(node, "config/centre.yaml", "language: en", "language: en\nmenus: {publish: on_reload}")
    await node.reload()
    change_words(node)
    await publish(node)
    before = await asyncio.to_thread(node.parts.menus.versions.before, "main")
    assert before is not None
    await node.parts.menus.roll_back(await wish(node, "rollback", version=before))
    await node.reload()
    assert await heard(node, tmp_path) == TONE


async def test_publishing_over_the_api(node: Node, tmp_path: Path) -> None:
    change_words(node)
    asked = await wish(node)
    body = {"kind": "publish", "version": asked.version, "instead_of": asked.instead_of, "by": "ana"}
    client = NodeClient(node.options.state)
    path = "/api/v1/menus/main/publications"
    (listed,) = (await asyncio.to_thread(client.ask, "GET", "/api/v1/menus"))["items"]
    assert (listed["menu"], listed["draft_differs"], listed["pending"]) == ("main", False, None)
    checked = await asyncio.to_thread(client.ask, "GET", "/api/v1/menus/main/check")
    assert (checked["publishable"], checked["version"]) == (True, asked.version)
    changed = await asyncio.to_thread(client.ask, "GET", "/api/v1/menus/main/diff")
    assert changed["changes"]
    done = await asyncio.to_thread(client.ask, "POST", path, body)
    assert (done["state"], done["who"], done["version"]) == ("live", "ana", asked.version)
    with pytest.raises(NodeRefused, match="meanwhile ana has put version"):
        await asyncio.to_thread(client.ask, "POST", path, body)
    told = (await asyncio.to_thread(client.ask, "GET", path))["items"]
    assert [each["state"] for each in told] == ["live", "former"]
    assert await heard(node, tmp_path) == NEW_TONE


async def test_what_callers_did_is_counted_from_the_ledger(node: Node, tmp_path: Path) -> None:
    async with Softphone(("127.0.0.2", 0), free_ports(10), lambda text: None) as caller:
        script = read_script("until answered; wait 300ms; keys #; until ended")
        await asyncio.wait_for(caller.dial("100", node.parts.sip_address, "600100200", None, script), 20)
    await heard(node, tmp_path)
    await until(lambda: node.contact_count == 0)
    await node.parts.ledger.flush()
    words = ["menu", "coverage", "main", "--config", node.options.config, "--state", node.options.state]
    shown = await asyncio.to_thread(CliRunner().invoke, app, [*map(str, words), "--json"])
    found = json.loads(shown.output)
    assert (found["visits"], found["ended"], found["hung_up"], found["containment"]) == (2, 1, 1, 1.0)
    steps = {each["step"]: each for each in found["steps"]}
    assert (steps["hello"]["entered"], steps["hello"]["hung_up"], steps["hello"]["drop_off"]) == (2, 1, 0.5)
    assert steps["hello"]["ways"] == [{"why": "until", "to": "end", "count": 1}]
    before = await asyncio.to_thread(
        CliRunner().invoke, app, [*map(str, words), "--from", "2026-01-01", "--to", "2026-01-02"]
    )
    assert (before.exit_code, "no call entered main in that time" in before.output) == (1, True)
