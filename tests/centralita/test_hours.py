"""Hours and switches on a running node: the commands, a restart, a reload, and what menus are told."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from typer.testing import CliRunner

from base.errors import DocumentError
from base.ids import SequenceIds
from calls.contact import Inbox
from centralita.commands import app
from centralita.configuration import check_configuration
from centralita.menus.surroundings import LiveSurroundings
from centralita.present import Present
from ivr.surroundings import HOURS_STATES, QueueStatus, Surroundings
from routing.agents.tables import Status
from routing.hours.calendar import Opening
from routing.hours.switches import Announcement, Closure, Switches
from routing.io.distribution import Distribution
from routing.io.switch_board import SwitchBoard
from routing.queues.entry import EntryJoin
from routing.settings import AgentSettings, QueueSettings, RoutingConfig
from tests.kit.small_centre import small_node, write_centre

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

    from calls.contact import Contact
    from centralita.node import Node
    from media.prompts import PromptLibrary

HOURS = """schema: hours/1
hours:
  shop: {client: acme, timezone: Europe/Madrid, open: {mon-sun: ["00:00-24:00"]}}
  never: {open: {mon: []}}
"""
MENU = """schema: ivr/1
menu_set: main
languages: [en]
person: none
start: hello
steps:
  hello: {type: say, prompt: tone_main, announcements: [outage, news], next: end}
  end: {type: hangup}
"""


def write(folder: Path) -> Path:
    """The small centre with hours and places for announcements."""
    config = write_centre(folder)
    (config / "hours.yaml").write_text(HOURS)
    (config / "menus/main.yaml").write_text(MENU)
    return config


async def command(node: Node, *words: str) -> Result:
    """One command against the node, which goes on meanwhile."""
    line = [*words, "--state", str(node.options.state)]
    return await asyncio.to_thread(CliRunner().invoke, app, line)


async def test_a_place_is_closed_reopened_and_announced_about_by_commands(tmp_path: Path) -> None:
    node = small_node(tmp_path)
    write(tmp_path)
    await node.start()
    try:
        listed = await command(node, "hours", "list")
        assert [line.split()[0] for line in listed.output.splitlines()] == ["hours", "shop", "never"]
        closed = await command(
            node, "hours", "close", "shop", "--reason", "fire [bold]", "--until", "2h", "--by", "ana"
        )
        assert closed.exit_code == 0
        assert closed.output.startswith("shop is closed until 20")
        shown = await command(node, "hours", "show", "shop")
        assert "emergency" in shown.output
        assert "fire [bold] (ana, until 20" in shown.output
        whole = await command(node, "hours", "close", "client:acme", "--reason", "strike")
        assert whole.output == "all of acme is closed until it is reopened: strike\n"
        refused = await command(node, "hours", "close", "shpo", "--reason", "fire")
        assert (refused.exit_code, 'did you mean "shop"?' in refused.output) == (1, True)
        announced = await command(
            node, "announcement", "on", "outage", "--prompt", "tone_main", "--client", "acme"
        )
        assert announced.output == "outage: callers of acme hear tone_main\n"
        unknown = await command(node, "announcement", "on", "outage", "--prompt", "tone_mian")
        assert (unknown.exit_code, 'did you mean "tone_main"?' in unknown.output) == (1, True)
        nowhere = await command(node, "announcement", "on", "outrage", "--prompt", "tone_main")
        assert (nowhere.exit_code, 'did you mean "outage"?' in nowhere.output) == (1, True)
        on = await command(node, "announcement", "list")
        assert "places in menus: news, outage" in on.output
    finally:
        await node.stop()

    again = type(node)(node.options)
    await again.start()
    try:
        listed = await command(again, "hours", "list", "--json")
        found = json.loads(listed.output)
        assert [each["state"] for each in found["hours"]] == ["emergency", "closed"]
        assert [each["name"] for each in found["closures"]] == ["shop", "client:acme"]
        assert (
            await command(again, "hours", "reopen", "shop", "--by", "luis")
        ).output == "shop goes by its calendar again\n"
        assert (await command(again, "hours", "reopen", "client:acme")).exit_code == 0
        assert (await command(again, "hours", "reopen", "shop")).exit_code == 1
        off = await command(again, "announcement", "off", "outage", "--client", "acme")
        assert off.output == "outage: callers of acme no longer hear tone_main\n"
        await again.parts.ledger.flush()
        history = (await command(again, "hours", "history")).output.splitlines()
        assert [line.partition("UTC  ")[2] for line in history if "ana" in line or "luis" in line] == [
            "luis reopens shop",
            history[-1].partition("UTC  ")[2],
        ]
        assert "ana closes shop in an emergency until" in history[-1]
    finally:
        await again.stop()


async def test_a_reload_takes_hours_over_or_changes_nothing(tmp_path: Path) -> None:
    node = small_node(tmp_path)
    config = write(tmp_path)
    await node.start()
    try:
        (config / "hours.yaml").write_text(HOURS.replace("never:", "seldom:"))
        await node.reload()
        assert list(node.parts.present.now().hours) == ["shop", "seldom"]
        (config / "hours.yaml").write_text(HOURS.replace("mon: []", "mon: [late]"))
        with pytest.raises(DocumentError, match="is not a span of time"):
            await node.reload()
        assert list(node.parts.present.now().hours) == ["shop", "seldom"]
        (config / "hours.yaml").unlink()
        await node.reload()
        assert node.parts.present.now().hours == {}
    finally:
        await node.stop()


async def test_a_node_does_not_start_with_switches_that_it_cannot_read(tmp_path: Path) -> None:
    node = small_node(tmp_path)
    (node.options.state / "switches.yaml").write_text("schema: switches/1\nclosures: [fire]\n")
    with pytest.raises(DocumentError, match=r"switches.yaml:2: "):
        await node.start()


class Centre:
    """Live surroundings without a node."""

    def __init__(self, folder: Path) -> None:
        configuration, faults = check_configuration(write(folder))
        assert configuration is not None, faults
        queues = {"help": QueueSettings("help")}
        staff = {
            name: AgentSettings(name, contact=f"sip:{name}@192.0.2.9", queues=("help",), status=status)
            for name, status in (
                ("ana", Status.AVAILABLE),
                ("luis", Status.NOT_READY),
                ("eva", Status.LOGGED_OUT),
            )
        }
        staff["jan"] = AgentSettings("jan", account="1001", queues=("help",), status=Status.AVAILABLE)
        self.distribution = Distribution(RoutingConfig(queues, staff), SequenceIds(), lambda *_: None)
        self.moment = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)
        self.board = SwitchBoard(folder / "switches.yaml", Switches(), lambda *_: None, lambda: self.moment)
        self.present = Present(configuration, cast("PromptLibrary", None))
        self.live = LiveSurroundings(self.present, self.board, self.distribution)

    def of(self, client: str | None) -> Surroundings:
        """What a caller of a client company's menus is told."""
        return self.live.of(cast("Contact", SimpleNamespace(client=client, id="c1")))


async def test_menus_are_told_of_hours_and_emergencies(tmp_path: Path) -> None:
    centre = Centre(tmp_path)
    ours, others = centre.of("acme"), centre.of("other")
    moment = centre.moment
    assert (ours.hours("shop", moment), ours.hours("never", moment)) == ("open", "closed")
    await centre.board.close(Closure("client:other", "ana", moment, "strike", moment + timedelta(hours=1)))
    # `never` belongs to nobody: it is closed for the callers of the company that is.
    assert (ours.hours("never", moment), others.hours("never", moment)) == ("closed", "emergency")
    assert others.hours("never", moment + timedelta(hours=1)) == "closed"
    await centre.board.close(Closure("everything", "ana", moment, "fire"))
    assert ours.hours("shop", moment) == "emergency"
    centre.distribution.close()


async def test_hours_that_a_reload_took_away_count_as_open(tmp_path: Path) -> None:
    centre = Centre(tmp_path)
    assert centre.of("acme").hours("gone", centre.moment) == "open"
    centre.distribution.close()


async def test_menus_are_told_of_announcements_until_they_end(tmp_path: Path) -> None:
    centre = Centre(tmp_path)
    until = centre.moment + timedelta(hours=1)
    await centre.board.announce(Announcement("outage", "down", "ana", centre.moment, "acme", until=until))
    await centre.board.announce(Announcement("news", "moved", "ana", centre.moment))
    assert centre.of("acme").announcements(("outage", "news")) == ("down", "moved")
    assert centre.of("other").announcements(("outage", "news")) == ("moved",)
    centre.moment = until
    assert centre.of("acme").announcements(("outage", "news")) == ("moved",)
    centre.distribution.close()


async def test_menus_are_told_how_a_queue_stands(tmp_path: Path) -> None:
    centre = Centre(tmp_path)
    ours = centre.of("acme")
    # Jan's phone has not registered; Eva is not there.
    assert ours.queue("help") == QueueStatus(agents_ready=1, agents_logged_in=2)
    centre.distribution.choose_status("ana", Status.NOT_READY)
    centre.distribution.join(EntryJoin("c1", "c1", "help"), Inbox())
    centre.distribution.join(EntryJoin("c2", "c2", "help"), Inbox())
    found = ours.queue("help")
    assert (found.agents_ready, found.agents_logged_in, found.waiting) == (0, 2, 2)
    assert 0 <= found.longest_wait < 1
    assert ours.queue("gone") == QueueStatus()
    centre.distribution.close()


def test_menus_and_calendars_speak_of_the_same_states() -> None:
    assert {each.value for each in Opening} == set(HOURS_STATES)
