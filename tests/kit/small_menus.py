"""The menus of the small centre: edited, published, looked up and heard."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from centralita.menus.publishing import checked_draft
from centralita.phone.script import read_script
from centralita.phone.softphone import Softphone
from ivr.publication import Wish
from tests.kit.ports import free_ports
from tests.kit.small_centre import TONE
from tests.kit.tone import hears, read_wav

if TYPE_CHECKING:
    from pathlib import Path

    from centralita.node import Node
    from ivr.publication import Kind, Publication

NEW_TONE = frozenset({850, 1650})


def edit(node: Node, file: str, before: str, after: str) -> None:
    path = node.options.config.parent / file
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def change_words(node: Node) -> None:
    """The same prompt sounds otherwise: a draft."""
    edit(
        node,
        "prompts/sounds.yaml",
        f"tone_main: {{tone: {sorted(TONE)}",
        f"tone_main: {{tone: {sorted(NEW_TONE)}",
    )


def lead_to_queue(node: Node, queue: str) -> None:
    edit(
        node,
        "config/menus/main.yaml",
        "  end:\n    type: hangup\n",
        f"  end: {{type: queue, queue: {queue}}}\n",
    )


def add_queue(node: Node) -> None:
    edit(node, "config/queues.yaml", "queues:\n", "queues:\n  spare: {name: Spare, clients: [acme]}\n")
    edit(node, "config/agents.yaml", "queues: [help]", "queues: [help, spare]")


def remove_queue(node: Node) -> None:
    edit(node, "config/queues.yaml", "  spare: {name: Spare, clients: [acme]}\n", "")
    edit(node, "config/agents.yaml", "queues: [help, spare]", "queues: [help]")


async def wish(node: Node, kind: Kind = "publish", *, version: str = "", at: float | None = None) -> Wish:
    live = (await asyncio.to_thread(node.parts.menus.versions.live))["main"].version
    if not version:
        version = (await asyncio.to_thread(checked_draft, node.options.config, "main")).version
    return Wish("main", version, kind, "ana", "", at, live)


async def publish(node: Node, *, at: float | None = None) -> Publication:
    done, _ = await node.parts.menus.publish(await wish(node, at=at))
    return done


async def history(node: Node) -> list[tuple[str, str, str]]:
    menus = node.parts.menus
    found = await asyncio.to_thread(menus.versions.history, "main")
    live = (await asyncio.to_thread(menus.versions.live))["main"]
    return [(each.kind, each.who, each.state(live)) for each in found]


async def heard(node: Node, folder: Path) -> frozenset[int]:
    """What a new call hears."""
    file = folder / "heard.wav"
    async with Softphone(("127.0.0.2", 0), free_ports(10), lambda text: None) as caller:
        script = read_script(f"record {file}; until answered; wait 500ms; hang up")
        await asyncio.wait_for(caller.dial("100", node.parts.sip_address, "600100200", None, script), 20)
    sound = read_wav(file)
    return next((tone for tone in (TONE, NEW_TONE) if hears(sound, tone)), frozenset())
