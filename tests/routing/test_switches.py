"""Emergency closures and announcements as values: what goes before what, and when each is over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from base.errors import DocumentError
from routing.hours.switches import Announcement, Closure, Switches, client_of, of_client
from routing.io.switch_board import SwitchBoard, load_switches, save_switches

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def closure(name: str, until: datetime | None = None, reason: str = "fire") -> Closure:
    """One closure."""
    return Closure(name, "ana", NOW, reason, until)


def announcement(
    name: str, prompt: str, client: str | None = None, until: datetime | None = None
) -> Announcement:
    """One announcement."""
    return Announcement(name, prompt, "ana", NOW, client, until=until)


def test_a_client_company_and_its_name_as_a_closure_belong_together() -> None:
    assert client_of(of_client("banco")) == "banco"
    assert client_of("banco") is None


@pytest.mark.parametrize(
    ("name", "closes"),
    [
        ("office", True),
        ("client:banco", True),
        ("client:other", True),
        ("everything", True),
        ("client:x", False),
        ("shop", False),
    ],
)
def test_a_place_is_closed_by_itself_its_company_the_callers_company_or_everything(
    name: str, *, closes: bool
) -> None:
    switches = Switches().with_closure(closure(name))
    assert (switches.closure("office", ("banco", "other", None), now=NOW) is not None) is closes


def test_a_closure_is_over_at_its_end_and_another_may_go_on() -> None:
    switches = (
        Switches()
        .with_closure(closure("office", NOW + HOUR))
        .with_closure(closure("everything", NOW + 2 * HOUR))
    )
    assert switches.closure("office", (), now=NOW + HOUR) == switches.closures["everything"]
    assert switches.closure("office", (), now=NOW + 2 * HOUR) is None
    assert set(switches.lasting(now=NOW + HOUR).closures) == {"everything"}


def test_announcements_come_in_the_order_of_the_menu_the_companys_own_before_everybodys() -> None:
    switches = Switches()
    for each in (
        announcement("news", "shop_moved"),
        announcement("outage", "cards_down"),
        announcement("outage", "cards_down_banco", "banco", NOW + HOUR),
        announcement("delay", "shop_moved"),
    ):
        switches = switches.with_announcement(each)
    names = ("outage", "news", "delay", "nothing")
    assert switches.prompts(names, "banco", now=NOW) == ("cards_down_banco", "shop_moved")
    assert switches.prompts(names, "banco", now=NOW + HOUR) == ("cards_down", "shop_moved")
    assert switches.prompts(names, None, now=NOW) == ("cards_down", "shop_moved")
    assert switches.prompts((), "banco", now=NOW) == ()
    off = switches.without_announcement(("outage", None))
    assert off.prompts(names, "tienda", now=NOW) == ("shop_moved",)


def test_switches_come_back_from_the_file_as_they_were(tmp_path: Path) -> None:
    file = tmp_path / "switches.yaml"
    assert load_switches(file) == Switches()
    switches = (
        Switches()
        .with_closure(closure("client:banco", NOW + HOUR, reason='incendio: "planta 3" #1'))
        .with_closure(closure("everything", reason="no"))
        .with_announcement(announcement("outage", "cards_down", "banco"))
    )
    save_switches(file, switches)
    assert load_switches(file) == switches


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("schema: switches/2\n", "switches/2"),
        ("schema: switches/1\nclosures: [{name: x}]\n", '"by" is missing'),
        ("schema: switches/1\nclosures: [{name: x, by: a, reason: r, since: soon}]\n", "since"),
        ("schema: [\n", "not YAML"),
    ],
)
def test_a_file_that_was_spoiled_is_refused_with_its_line(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "switches.yaml"
    file.write_text(text)
    with pytest.raises(DocumentError, match=says):
        load_switches(file)


async def test_acts_at_once_are_all_kept(tmp_path: Path) -> None:
    import asyncio

    file, told = tmp_path / "switches.yaml", []
    board = SwitchBoard(file, Switches(), lambda *event: told.append(event), lambda: NOW)
    await asyncio.gather(*(board.close(closure(f"place_{each}")) for each in range(20)))
    assert set(load_switches(file).closures) == {f"place_{each}" for each in range(20)}
    assert len(told) == 20


async def test_what_is_over_is_dropped_from_the_file_by_the_next_act(tmp_path: Path) -> None:
    moment = NOW
    board = SwitchBoard(tmp_path / "switches.yaml", Switches(), lambda *_: None, lambda: moment)
    await board.close(closure("office", NOW + HOUR))
    moment += 2 * HOUR
    assert await board.reopen("office", "ana") is None
    await board.announce(announcement("outage", "cards_down"))
    assert load_switches(board.path).closures == {}
