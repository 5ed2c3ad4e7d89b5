"""The statutory clock of complaints: it runs from the receipt, may be paused, warns, is met or missed."""

from __future__ import annotations

import pytest

from records.cases.case import COMPLAINT
from records.cases.errors import NoTerm
from records.cases.finding import Wanted
from records.cases.states import CaseState, ClockState
from records.cases.terms import Term
from tests.records.cases.desk import BEGAN, DAY, DayTerms, Desk, kinds


def complaint(desk: Desk, **fields: object) -> str:
    return desk.cases.open("bank", "eva", kind=COMPLAINT, **fields)[0].id  # type: ignore[arg-type]


def test_it_runs_from_the_receipt_warns_and_is_missed(desk: Desk) -> None:
    own = complaint(desk, received=BEGAN - DAY)
    case = desk.finder.case(own).case
    assert (case.clock, case.answer_by) == (ClockState.RUNNING, BEGAN + 14 * DAY)
    assert case.term is not None
    assert case.term.words == "15 days"
    desk.now = BEGAN + 10.9 * DAY
    assert desk.look() == []
    desk.now = BEGAN + 11.1 * DAY
    assert desk.look() == ["complaint.warned"]
    assert desk.look() == []
    desk.now = BEGAN + 14.1 * DAY
    assert desk.look() == ["complaint.missed"]
    assert desk.look() == []
    assert desk.finder.case(own).case.clock is ClockState.MISSED
    assert [each.id for each in desk.finder.cases(Wanted(late_at=desk.now))] == [own]
    desk.cases.move(own, CaseState.RESOLVED, "eva")
    answered = desk.finder.case(own).case
    assert (answered.clock, answered.answered_at) == (ClockState.MISSED, desk.now)


def test_an_answer_in_time_meets_it(desk: Desk) -> None:
    own = complaint(desk)
    desk.now = BEGAN + 3 * DAY
    case, told = desk.cases.move(own, CaseState.RESOLVED, "eva")
    assert (case.clock, case.answered_at, kinds(told)) == (
        ClockState.MET,
        desk.now,
        ["complaint.met", "case.moved"],
    )
    desk.now = BEGAN + 30 * DAY
    assert desk.look() == []
    reopened, _ = desk.cases.move(own, CaseState.REOPENED, "eva")
    assert reopened.clock is ClockState.MET


def test_an_answer_after_the_end_misses_it_even_if_nobody_looked(desk: Desk) -> None:
    own = complaint(desk)
    desk.now = BEGAN + 16 * DAY
    case, told = desk.cases.move(own, CaseState.CLOSED, "eva")
    assert (case.clock, kinds(told)) == (ClockState.MISSED, ["complaint.missed", "case.closed"])


def test_where_the_law_allows_it_the_clock_waits_for_the_customer(desk: Desk) -> None:
    desk.terms = DayTerms(Term(15, is_working=False, pauses=True))
    own = complaint(desk)
    desk.now = BEGAN + 5 * DAY
    paused, told = desk.cases.move(own, CaseState.WAITING_CUSTOMER, "eva")
    assert (paused.clock, paused.days_left, kinds(told)) == (
        ClockState.PAUSED,
        10,
        ["complaint.paused", "case.moved"],
    )
    desk.now = BEGAN + 25 * DAY
    assert desk.look() == []
    running, told = desk.cases.move(own, CaseState.IN_PROGRESS, "eva")
    assert (running.clock, running.answer_by) == (ClockState.RUNNING, BEGAN + 35 * DAY)
    assert kinds(told) == ["complaint.resumed", "case.moved"]
    desk.now = BEGAN + 32.5 * DAY
    assert desk.look() == ["complaint.warned"]


def test_where_it_does_not_the_clock_runs_on(desk: Desk) -> None:
    own = complaint(desk)
    case, _ = desk.cases.move(own, CaseState.WAITING_CUSTOMER, "eva")
    assert case.clock is ClockState.RUNNING
    desk.now = BEGAN + 15.1 * DAY
    assert desk.look() == ["complaint.missed"]


def test_a_short_term_warns_at_once_and_one_without_warning_never(desk: Desk) -> None:
    desk.terms = DayTerms(Term(2, is_working=False))
    complaint(desk)
    assert desk.look() == ["complaint.warned"]
    desk.terms = DayTerms(Term(2, is_working=False, warn=0))
    complaint(desk)
    assert desk.look() == []


def test_complaints_are_listed_by_the_end_of_their_terms(desk: Desk) -> None:
    late = complaint(desk)
    soon = complaint(desk, received=BEGAN - DAY)
    desk.cases.open("bank", "eva")
    met = complaint(desk)
    desk.cases.move(met, CaseState.CLOSED, "eva")
    assert next(each.id for each in desk.finder.complaints()) == soon
    assert {each.id for each in desk.finder.complaints(Wanted(clock=ClockState.RUNNING))} == {late, soon}


def test_a_client_company_without_a_term_takes_no_complaints(desk: Desk) -> None:
    with pytest.raises(NoTerm, match="complaints"):
        desk.cases.open("shop", "eva", kind=COMPLAINT)
    assert desk.count("case") == desk.count("case_event") == 0
