"""Forecasts from calls that came: averages of days, and the patience that waits tell."""

from __future__ import annotations

import random
from math import inf
from typing import TYPE_CHECKING

import pytest

from base.errors import DocumentError
from routing.simulation.history import read_history
from routing.staffing.forecast import HalfHour, Moment

if TYPE_CHECKING:
    from pathlib import Path


def table(folder: Path, *rows: str, columns: str = "time,queue,handle,patience,waited") -> Path:
    path = folder / "calls.csv"
    path.write_text("\n".join((columns, *rows, "")))
    return path


def test_half_hours_are_the_average_of_the_days(tmp_path: Path) -> None:
    path = table(
        tmp_path, "2026-11-23 08:05:00,q,100,,", "2026-11-23 08:29:59,q,200,,", "2026-11-24 08:10:00,q,,,",
        "2026-11-24 08:30:00,q,60,,", "2026-11-24 08:31:00,r,30,,",
    )  # fmt: skip
    assert read_history(path) == [
        HalfHour(Moment("", 28_800.0), 1800.0, 1.5, 150.0, inf, "q"),
        HalfHour(Moment("", 30_600.0), 1800.0, 0.5, 60.0, inf, "q"),
        HalfHour(Moment("", 30_600.0), 1800.0, 0.5, 30.0, inf, "r"),
    ]


def test_patience_is_what_all_waits_tell_not_only_those_of_who_hung_up(tmp_path: Path) -> None:
    chance = random.Random(1)
    rows = []
    for _ in range(4000):
        held, offered = chance.expovariate(1 / 120), chance.expovariate(1 / 30)
        patience = f"{held:.1f}" if held < offered else ""
        rows.append(f"08:00:00,q,60,{patience},{min(held, offered):.1f}")
    [found] = read_history(table(tmp_path, *rows))
    assert found.patience == pytest.approx(120, rel=0.1)
    assert read_history(table(tmp_path, *rows), patience=77.0)[0].patience == 77.0


def test_a_queue_without_handle_times_needs_one(tmp_path: Path) -> None:
    path = table(tmp_path, "08:00:00,q,,30,30")
    assert read_history(path, handle=240.0)[0].handle == 240.0
    with pytest.raises(DocumentError, match=r"no call of the queue q has a handle time \(say --aht\)"):
        read_history(path)
