"""Publications whose time has come while the machine hinders them: put off, not refused, and in nobody's way."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from structlog.testing import capture_logs

from centralita.publishing import checked_draft
from centralita.state import PROMPTS_FOLDER
from ivr.publication import Wish
from media.prompts import pieces
from tests.kit.party import until
from tests.kit.small_centre import TONE, small_node

if TYPE_CHECKING:
    from pathlib import Path

NEW_TONE = frozenset({850, 1650})


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
