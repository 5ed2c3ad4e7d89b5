"""Counts by hand: what callers of a small ledger did."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ivr.authoring.coverage import Happening, StepCoverage, coverage

if TYPE_CHECKING:
    from ivr.authoring.coverage import Coverage

OLD, NEW = "a" * 64, "b" * 64


def visit(contact: str, *told: str, version: str = NEW, menu: str = "shop") -> list[Happening]:
    """One caller's way: `main` enters a step, `main noinput`, `main input goto pay`, `left queue people`."""
    found = []
    begun = False
    for each in told:
        step, _, rest = each.partition(" ")
        kind, _, what = rest.partition(" ")
        data: dict[str, object] = {"menu": menu, "step": step}
        if step == "left":
            found.append(Happening(contact, "menu.left", {"menu": menu, "destination": rest}))
            continue
        if not rest:
            kind = "entered"
            if not begun:
                data["version"] = version
            begun = True
        elif kind == "branch":
            data["why"] = what
        else:
            data["result"] = what
        found.append(Happening(contact, "field.captured" if kind == "captured" else f"menu.{kind}", data))
    return found


@pytest.fixture
def counted() -> Coverage:
    return coverage(
        [
            *visit("c1", "start", "main", "main input goto pay", "pay", "pay captured", "pay result approved",
                   "bye", "left hang-up"),
            *visit("c2", "start", "main", "main noinput", "main input goto pay", "pay", "pay result declined",
                   "pay captured", "pay result declined", "left queue people"),
            *visit("c3", "start", "main", "main nomatch", "main nomatch", "left queue people"),
            *visit("c4", "start", "main", "main input repeat", "main noinput", "main noinput", "person",
                   "left queue people"),
            *visit("c5", "start", "main", "left caller_hung_up"),
            *visit("c6", "start", "hours", "hours branch closed", "bye", "left hang-up", version=OLD),
            *visit("c7", "start", "left menu other"),
            *visit("c7", "welcome", "left hang-up", menu="other"),
            *visit("c8", "start", "main"),
        ],
        "shop",
    )  # fmt: skip


def test_visits_by_how_they_ended(counted: Coverage) -> None:
    assert (counted.visits, counted.ended, counted.hung_up, counted.to_person) == (8, 2, 1, 3)
    assert (counted.elsewhere, counted.unfinished) == (1, 1)
    assert counted.containment == pytest.approx(3 / 7)
    assert dict(counted.versions) == {NEW: 7, OLD: 1}


def test_each_step_by_what_callers_did_there(counted: Coverage) -> None:
    main = counted.steps["main"]
    assert (main.entered, main.went_on, main.hung_up, main.to_person) == (6, 4, 1, 1)
    assert (main.noinput, main.nomatch, main.captured) == (3, 2, 0)
    assert main.drop_off == pytest.approx(1 / 6)
    assert counted.steps["pay"].captured == 2
    assert "welcome" not in counted.steps


def test_each_way_by_how_often_it_was_taken(counted: Coverage) -> None:
    assert dict(counted.steps["main"].ways) == {
        ("on", "pay"): 2,
        ("slips", "queue people"): 1,
        ("repeat", "main"): 1,
        ("silence", "person"): 1,
    }
    assert dict(counted.steps["pay"].ways) == {
        ("approved", "bye"): 1,
        ("declined", "pay"): 1,
        ("declined", "queue people"): 1,
    }
    assert dict(counted.steps["hours"].ways) == {("closed", "bye"): 1}
    assert dict(counted.steps["start"].ways) == {
        ("on", "main"): 6,
        ("on", "hours"): 1,
        ("on", "menu other"): 1,
    }


def test_one_version_alone(counted: Coverage) -> None:
    happened = visit("c6", "start", "left hang-up", version=OLD) + visit("c7", "start", "left hang-up")
    assert coverage(happened, "shop", version="aaa").visits == 1
    assert coverage(happened, "shop").visits == 2


def test_a_visit_cut_off_by_the_end_of_the_server_is_unfinished() -> None:
    happened = visit("c1", "start", "main") + visit("c1", "start", "left hang-up")
    found = coverage(happened, "shop")
    assert (found.visits, found.unfinished, found.ended, found.containment) == (2, 1, 1, 1.0)


def test_nobody_came() -> None:
    found = coverage([], "shop")
    assert (found.visits, found.containment) == (0, 0.0)
    assert StepCoverage("main").drop_off == 0.0
