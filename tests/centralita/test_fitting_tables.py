"""Tables that give way where the terminal is narrow."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from centralita import terminal as at_terminal
from centralita.staffing.staffing import needs
from centralita.staffing.table import print_needs
from routing.staffing.forecast import HalfHour, Moment
from routing.staffing.plan import Target

if TYPE_CHECKING:
    from typing import Any


@pytest.mark.parametrize("width", [20, 300])
@pytest.mark.parametrize("is_terminal", [True, False])
def test_no_id_is_ever_cut(
    width: int, *, is_terminal: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def terminal(**options: Any) -> Console:
        return Console(force_terminal=is_terminal, width=width, **options)

    monkeypatch.setattr(at_terminal, "Console", terminal)
    wide, narrow = at_terminal.plain_table("id", "title"), at_terminal.plain_table("id")
    wide.add_row("01M823F0K6YTEGB3B39701ZQCW", "t" * 250)
    narrow.add_row("01M823F0K6YTEGB3B39701ZQCW")
    at_terminal.print_fitting(wide, narrow)
    shown = capsys.readouterr().out
    assert "01M823F0K6YTEGB3B39701ZQCW" in shown
    assert ("t" * 250 in shown) == (width == 300 or not is_terminal)


@pytest.mark.parametrize(("width", "headings"), [(120, 13), (60, 8)])
def test_the_whole_is_shown_where_there_is_room(
    width: int, headings: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def terminal(**options: Any) -> Console:
        return Console(force_terminal=True, width=width, no_color=True, **options)

    monkeypatch.setattr(at_terminal, "Console", terminal)
    half_hour = HalfHour(Moment("", 0.0), 1800.0, 100.0, 180.0)
    print_needs(needs([half_hour], Target(), None, lambda _: []), Target())
    lines = re.sub("\x1b\\[[0-9;]*m", "", capsys.readouterr().out).splitlines()
    assert len(lines[1].split()) == headings
    assert "…" not in "".join(lines)
    assert lines[2].split()[0] == "00:00"
