"""Who is there since when, who is overdue, and what a restart keeps of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from routing.agents.agent import Agent
from routing.agents.attendance import Attendance, Standing, Won
from routing.agents.reasons import USUAL, Reason, Reasons, load_reasons
from routing.agents.tables import State, Status
from routing.commands import AgentChanged
from routing.settings import AgentSettings

if TYPE_CHECKING:
    from base.document import Fault

BAD = sorted((Path(__file__).resolve().parents[1] / "data/documents/reasons/bad").glob("*.yaml"))
REASONS = Reasons({"lunch": Reason("lunch", "2", limit=60.0), "training": Reason("training", "3")})
NOON = 1_800_000_000.0


class Day:
    """Attendance with a clock; the loop's began long before."""

    def __init__(self) -> None:
        self.now = 0.0
        self.attendance = Attendance(REASONS)
        self.views = [Agent(AgentSettings("ana"), 0, now=0.0).view()]
        self.attendance.adopt(REASONS, self.views, wall=self.wall, now=self.now)

    @property
    def wall(self) -> float:
        return NOON + self.now

    def becomes(self, status: Status, reason: str | None = None, state: State = State.IDLE) -> None:
        change = AgentChanged("ana", status, state, reason)
        self.attendance.follow(change, "ana", wall=self.wall, now=self.now)

    def passes(self, seconds: float) -> list[str]:
        """Who is overdue after so long."""
        self.now += seconds
        self.attendance.handle_timeout(now=self.now)
        return [each.agent for each in self.attendance.take_overdue()]

    @property
    def ana(self) -> Standing:
        return self.attendance["ana"]


def test_who_stays_longer_than_the_reason_allows_is_told_of_once_and_stays_away() -> None:
    day = Day()
    day.becomes(Status.NOT_READY, "lunch")
    assert day.attendance.limit("ana") == NOON + 60
    assert day.passes(59.9) == []
    assert day.passes(0.2) == ["ana"]
    assert day.passes(3600) == []
    assert (day.ana.status, day.ana.is_overdue, day.ana.since) == (Status.NOT_READY, True, NOON)
    day.becomes(Status.AVAILABLE)
    assert not day.ana.is_overdue


def test_another_state_or_the_same_status_again_does_not_begin_the_time_anew() -> None:
    day = Day()
    day.becomes(Status.NOT_READY, "lunch")
    day.passes(30)
    day.becomes(Status.NOT_READY, "lunch", State.BUSY_ELSEWHERE)
    assert (day.ana.since, day.ana.state_since) == (NOON, NOON + 30)
    assert day.passes(31) == ["ana"]


def test_a_reason_without_limit_and_an_unknown_one_are_never_overdue() -> None:
    day = Day()
    for reason in ("training", "ring_no_answer", None):
        day.becomes(Status.NOT_READY, reason)
        assert day.attendance.limit("ana") is None
        assert day.passes(1e6) == []


def test_a_reload_that_shortens_a_limit_makes_overdue_at_once() -> None:
    day = Day()
    day.becomes(Status.NOT_READY, "lunch")
    day.passes(30)
    shorter = Reasons({"lunch": Reason("lunch", "2", limit=10.0)})
    day.attendance.adopt(shorter, day.views, wall=day.wall, now=day.now)
    assert day.passes(0.0) == ["ana"]


def test_after_a_restart_the_limit_counts_from_when_the_reason_was_chosen() -> None:
    day = Day()
    day.becomes(Status.NOT_READY, "lunch")
    day.attendance.restore(
        Standing("ana", Status.NOT_READY, "lunch", NOON - 40, "ana"), wall=NOON, now=day.now
    )
    assert day.passes(19) == []
    assert day.passes(2) == ["ana"]
    day.attendance.restore(
        Standing("ana", Status.NOT_READY, "lunch", NOON - 400, "ana", is_overdue=True), wall=NOON, now=day.now
    )
    assert day.passes(100) == []
    assert day.ana.is_overdue


def test_calls_are_counted_by_day_and_a_new_one_has_no_result_yet() -> None:
    day = Day()
    day.attendance.connected("ana", Won("c1", "bank", "q"), day="2026-11-22")
    day.attendance.note("ana", disposition="1", extended=60.0)
    day.attendance.connected("ana", Won("c2", "shop", "q", owes=True), day="2026-11-22")
    assert (day.ana.contact, day.ana.client, day.ana.disposition, day.ana.calls) == ("c2", "shop", None, 2)
    assert (day.ana.owes, day.ana.extended) == (True, 0.0)
    day.attendance.connected("ana", Won("c3", "shop", "q"), day="2026-11-23")
    assert day.ana.calls == 1
    day.attendance.connected("nobody", Won("c4"), day="2026-11-23")


def test_who_is_gone_is_told() -> None:
    day = Day()
    day.becomes(Status.NOT_READY, "lunch")
    assert list(day.attendance.adopt(REASONS, [], wall=day.wall, now=day.now)) == ["ana"]
    assert day.attendance.find("ana") is None
    day.becomes(Status.AVAILABLE)
    assert day.passes(100) == []


def test_a_centre_without_the_file_has_the_usual_reasons(tmp_path: Path) -> None:
    faults: list[Fault] = []
    found = load_reasons(tmp_path / "reasons.yaml", faults)
    assert found is USUAL
    lunch = found.dialled("2")
    assert lunch is not None
    assert (lunch.id, found.dialled("9")) == ("lunch", None)


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_bad_file_is_refused_with_its_line(path: Path) -> None:
    faults: list[Fault] = []
    load_reasons(path, faults)
    expected = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
    assert [f"{each.line}: {each.what}" for each in faults] == [expected]
