"""Publications that wait for their time: they come at it, or are put off or refused when they cannot."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from structlog.testing import capture_logs

from centralita.menus.publishing import checked_draft
from centralita.state import PROMPTS_FOLDER
from ivr.publication import Wish
from media.prompts import pieces
from tests.kit.party import until
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
)

if TYPE_CHECKING:
    from pathlib import Path

    from centralita.node import Node

AN_HOUR = 3600.0


async def test_a_due_publication_whose_sound_cannot_be_made_waits_on_and_keeps_no_node_from_starting(
    tmp_path: Path,
) -> None:
    node = small_node(tmp_path)
    await node.start()
    await node.stop()
    versions = node.parts.menus.versions
    live = versions.live()["main"].version
    words = node.options.config.parent / "prompts/sounds.yaml"
    before = words.read_text(encoding="utf-8")
    words.write_text(before.replace(str(sorted(TONE)), str(sorted(NEW_TONE))), encoding="utf-8")
    draft = checked_draft(node.options.config, "main")
    words.write_text(before, encoding="utf-8")
    wish = Wish("main", draft.version, "publish", "ana", "", time.time() + 0.2, live)
    due, _ = versions.publish(wish, draft.content, {}, now=time.time())
    # As on a full disk: the new sound has no place.
    files = [each.file(node.options.state / PROMPTS_FOLDER) for each in pieces(draft.wording)]
    blocked = [path for path in files if not path.exists()]
    assert blocked
    for path in blocked:
        path.mkdir()
    await until(lambda: time.time() > due.effective_at)
    again = type(node)(node.options)
    with capture_logs() as logs:
        await again.start()
    try:
        assert again.parts.configuration.menus["main"].version == live
        assert "publication_put_off" in [each["event"] for each in logs]
        assert list(versions.pending()) == ["main"]
        for path in blocked:
            path.rmdir()
        await again.parts.menus.take_due()
        assert again.parts.configuration.menus["main"].version == draft.version
    finally:
        await again.stop()


async def test_a_publication_waits_for_its_time(node: Node, tmp_path: Path) -> None:
    change_words(node)
    waiting = await publish(node, at=time.time() + AN_HOUR)
    assert waiting.is_pending
    assert await heard(node, tmp_path) == TONE
    await publish(node, at=time.time() + 0.3)
    await until(lambda: node.parts.configuration.menus["main"].version == waiting.version)
    assert await heard(node, tmp_path) == NEW_TONE


async def test_a_publication_that_came_due_while_the_node_was_down_is_live_from_the_start(
    tmp_path: Path,
) -> None:
    node = small_node(tmp_path)
    await node.start()
    change_words(node)
    await publish(node, at=time.time() + 0.3)
    await node.stop()
    await until(lambda: time.time() > node.parts.menus.versions.history("main")[0].effective_at)
    again = type(node)(node.options)
    await again.start()
    try:
        assert await heard(again, tmp_path) == NEW_TONE
    finally:
        await again.stop()


async def test_one_that_does_not_fit_when_its_time_comes_stays_out_with_an_alarm(node: Node) -> None:
    add_queue(node)
    await node.reload()
    lead_to_queue(node, "spare")
    await publish(node, at=time.time() + AN_HOUR)
    edit(node, "config/menus/main.yaml", "queue: spare", "queue: help")
    remove_queue(node)
    with capture_logs() as logs:
        await node.reload()
        node.parts.menus._clock = lambda: time.time() + AN_HOUR
        await node.parts.menus.take_due()
    assert "there is no queue spare" in node.parts.menus.alarms["main"]
    assert [each["menu"] for each in logs if each["event"] == "publication_refused"] == ["main"]
    assert (await history(node))[0] == ("publish", "ana", "refused")
    await node.reload()
    assert node.parts.menus.alarms, "until somebody publishes"
    await publish(node)
    assert not node.parts.menus.alarms
