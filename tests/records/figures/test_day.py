"""The day of tests/data/records/day.yaml: each number there was worked out by hand, beside the rows."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from records.figures.behind import Part, behind
from records.figures.calendar import Calendar, Days
from records.figures.catalogue import DEFINITIONS
from records.figures.definition import Group
from records.figures.figures import figures, names_for
from records.figures.question import Question
from records.figures.settings import ClientTerms, QueueTerms, Terms
from tests.kit.recorded_day import CANARY, MADRID, at, write_day

if TYPE_CHECKING:
    from collections.abc import Mapping

    from records.database import Database
    from records.figures.behind import Behind

CALENDAR = Calendar(MADRID, {"sol": MADRID, "norte": CANARY})
TERMS = Terms(
    {"cards": QueueTerms(20.0), "loans": QueueTerms(60.0, short_abandon=10.0), "shop": QueueTerms(20.0)},
    {"sol": ClientTerms(), "norte": ClientTerms()},
    frozenset({"training"}),
)
MONDAY = Days(date(2026, 11, 23), date(2026, 11, 23))


@pytest.fixture
def day(database: Database) -> Database:
    write_day(database)
    return database


def asked(*by: Group, period: Days = MONDAY, only: Mapping[str, str] | None = None) -> Question:
    picked = {Group(name): value for name, value in (only or {}).items()}
    return Question(period, CALENDAR, at("13:00:00"), by, picked, terms=TERMS)


def told(
    day: Database, *names: str, by: tuple[Group, ...] = (), **only: str
) -> dict[str, tuple[float | None, ...]]:
    """Each line's figures, by its key."""
    found = figures(day, asked(*by, only=only), names)
    return {
        " ".join(row.key): tuple(row.figures[name].value for name in names if name in row.figures)
        for row in found.rows
    }


COUNTS = (
    "offered",
    "answered",
    "abandoned",
    "short_abandons",
    "sent_on",
    "waiting",
    "longest_wait",
    "wait_p90",
)
LEVELS = ("sl_answered", "sl_offered", "sl_asterisk", "asa", "abandon_rate")


def test_callers_by_client_company(day: Database) -> None:
    assert told(day, *COUNTS, by=(Group.CLIENT,)) == {
        "norte": (1, 1, 0, 0, 0, 0, 15, 15),
        "sol": (11, 8, 2, 2, 1, 1, 70, 55),
    }
    assert told(day, *LEVELS, by=(Group.CLIENT,)) == {
        "norte": (1, 1, 1, 15, 0),
        "sol": (5 / 8, 5 / 11, 8 / 12, 24, 2 / 11),
    }


def test_callers_of_the_whole_centre_each_client_by_its_own_clock(day: Database) -> None:
    assert told(day, *COUNTS) == {"": (12, 9, 2, 2, 1, 1, 70, 55)}
    assert told(day, *LEVELS) == {"": (6 / 9, 6 / 12, 9 / 13, 23, 2 / 12)}


def test_each_queue_counts_its_own_part(day: Database) -> None:
    assert told(day, *COUNTS[:6], "sl_offered", "asa", by=(Group.QUEUE,)) == {
        "cards": (8, 6, 1, 2, 1, 1, 4 / 8, 22.5),
        "loans": (4, 2, 1, 0, 1, 0, 2 / 4, 13.5),
        "shop": (1, 1, 0, 0, 0, 0, 1, 15),
    }


def test_a_wait_belongs_to_the_half_hour_in_which_it_began(day: Database) -> None:
    found = told(day, "offered", "answered", by=(Group.HALF_HOUR,), client="sol")
    assert found == {
        "2026-11-23T09:00+01:00": (3, 2),
        "2026-11-23T09:30+01:00": (0, 0),
        "2026-11-23T10:00+01:00": (2, 1),
        "2026-11-23T11:00+01:00": (0, 0),
        "2026-11-23T12:00+01:00": (1, 1),
        "2026-11-23T12:30+01:00": (4, 3),
        "2026-11-23T23:30+01:00": (1, 1),
    }
    by_shop = told(day, "offered", by=(Group.HALF_HOUR,), client="norte")
    assert by_shop == {"2026-11-23T23:30+00:00": (1,)}


def test_languages_and_reasons(day: Database) -> None:
    assert told(day, "offered", "short_abandons", by=(Group.LANGUAGE,)) == {"en": (0, 1), "es": (12, 1)}
    assert told(day, "offered", by=(Group.REASON,), client="sol") == {"": (1,), "card": (5,), "loan": (5,)}
    assert told(day, "offered", by=(Group.CLIENT,), reason="") == {"sol": (1,)}


HANDLING = ("handled", "aht", "talk_time", "hold_time", "wrap_time")


def test_what_agents_handled(day: Database) -> None:
    assert told(day, *HANDLING, by=(Group.CLIENT,)) == {
        "norte": (1, 110, 100, 0, 10),
        "sol": (7, 755 / 7, 565 / 7, 25 / 7, 165 / 7),
    }
    assert told(day, "handled", "aht") == {"": (8, 108.125)}
    assert told(day, "handled", "aht", by=(Group.AGENT,)) == {
        "ana": (3, 230 / 3),
        "ben": (4, 125),
        "eva": (1, 135),
    }


def test_talk_after_midnight_is_of_the_day_on_which_the_agent_answered(day: Database) -> None:
    tuesday = asked(period=Days(date(2026, 11, 24), date(2026, 11, 24)))
    assert [each.contact for each in behind(day, tuesday, "handled").items] == ["c10"]


def test_contacts(day: Database) -> None:
    names = ("contacts", "transfer_rate", "containment", "fcr", "csat")
    assert told(day, *names, by=(Group.CLIENT,)) == {
        "norte": (1, 0, None, 1, 0),
        "sol": (16, 1 / 8, 1 / 3, 6 / 7, 2 / 3),
    }
    assert told(day, *names) == {"": (17, 1 / 9, 1 / 3, 7 / 8, 2 / 4)}
    assert told(day, "csat", by=(Group.AGENT,)) == {"ana": (0,), "ben": (1 / 2,), "eva": (1,)}


def test_the_days_of_a_repeat_are_the_client_companys(day: Database) -> None:
    patient = Terms(TERMS.queues, {"sol": ClientTerms(repeat_days=9)}, TERMS.paid)
    question = Question(MONDAY, CALENDAR, at("13:00:00"), (Group.CLIENT,), terms=patient)
    assert [row.figures["fcr"].value for row in figures(day, question, ["fcr"]).rows] == [1, 5 / 7]


def test_callbacks_promised_for_the_day(day: Database) -> None:
    assert told(day, "callbacks_kept") == {"": (1 / 4,)}
    assert told(day, "callbacks_kept", by=(Group.QUEUE,)) == {"cards": (1 / 3,), "loans": (0,)}


def test_the_time_of_agents(day: Database) -> None:
    names = ("occupancy", "adherence")
    assert told(day, *names) == {"": (193 / 10858, 11758 / 12658)}
    assert told(day, *names, by=(Group.AGENT,)) == {
        "ana": (1, 1),
        "eva": (135 / 9000, 9900 / 10800),
        "leo": (0, 1),
    }


def test_a_line_of_nobody_is_left_out_where_nothing_was_counted(day: Database) -> None:
    assert set(told(day, "answered", "aht", by=(Group.AGENT,))) == {"ana", "ben", "eva"}
    assert told(day, "callbacks_kept", by=(Group.AGENT,))[""] == (0,), "two were due, and nobody's"


def test_the_time_of_agents_is_cut_at_half_hours(day: Database) -> None:
    found = told(day, "occupancy", "adherence", by=(Group.HALF_HOUR,))
    # From 10:00 on 600 s of lunch, 900 of training, 300 with the phone offline: never ready.
    half_hours = ("2026-11-23T09:00+01:00", "2026-11-23T10:00+01:00", "2026-11-23T12:30+01:00")
    assert [found[each] for each in half_hours] == [
        (135 / 1800, 1),
        (None, 900 / 1800),
        (58 / 1858, 1),
    ]
    assert "2026-11-23T13:00+01:00" not in found


@pytest.mark.parametrize(
    ("name", "part", "contacts"),
    [
        ("offered", Part.ALL, "c1 c2 c3 c6 c7 c12 c13 c13 c16 c17 c10 n1"),
        ("sl_offered", Part.COUNTED, "c1 c12 c13 c13 c17 n1"),
        ("sl_offered", Part.REST, "c2 c3 c6 c7 c16 c10"),
        ("longest_wait", Part.ALL, "c3 c6 c2 c10 c7 c13 n1 c1 c16 c12 c13 c5 c4 c17"),
        ("aht", Part.ALL, "c1 c2 c6 c12 c13 c13 k1 n1"),
        ("fcr", Part.REST, "c1"),
        ("containment", Part.REST, "c1 c9"),
        ("csat", Part.REST, "c2 n1"),
        ("callbacks_kept", Part.REST, "c4 c5 c7"),
        ("occupancy", Part.ALL, "c1 c17"),
    ],
)
def test_the_contacts_behind_a_figure(day: Database, name: str, part: Part, contacts: str) -> None:
    found = behind(day, asked(), name, part=part)
    assert [each.contact for each in found.items] == contacts.split()
    assert found.next is None


def test_they_come_in_pages(day: Database) -> None:
    for name in names_for(asked()):
        whole = behind(day, asked(), name, limit=1000).items
        paged: list[Behind] = []
        cursor: str | None = None
        while True:
            page = behind(day, asked(), name, limit=3, after=cursor)
            paged += page.items
            if (cursor := page.next) is None:
                break
            assert len(page.items) == 3
        assert tuple(paged) == whole, name


def test_a_figure_is_as_many_contacts_as_it_lists(day: Database) -> None:
    for name, figure in figures(day, asked()).rows[0].figures.items():
        if DEFINITIONS[name].unit.value == "count":
            assert len(behind(day, asked(), name, part=Part.COUNTED, limit=1000).items) == figure.counted, (
                name
            )


def test_whoever_may_see_one_client_sees_nothing_of_others(day: Database) -> None:
    scoped = Question(
        MONDAY, CALENDAR, at("13:00:00"), (Group.CLIENT,), clients=frozenset({"norte"}), terms=TERMS
    )
    found = figures(day, scoped)
    assert [row.key for row in found.rows] == [("norte",)]
    assert {"occupancy", "adherence"}.isdisjoint(found.names)
    for name in found.names:
        assert {each.contact for each in behind(day, scoped, name).items} <= {"n1"}
    none = Question(MONDAY, CALENDAR, at("13:00:00"), (Group.CLIENT,), clients=frozenset(), terms=TERMS)
    assert figures(day, none).rows == ()
