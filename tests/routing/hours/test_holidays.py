"""Holidays against the official calendars of 2025 and 2026, written out by hand from the gazettes.

Spain: resolutions of the Dirección General de Trabajo (BOE-A-2024-21316 for 2025, BOE-A-2025-21667 for 2026). Poland:
law of 18 January 1951 on days free of work, with 24 December since 2025 (Dz.U. 2024 poz. 1965). United States: 5 U.S.C.
6103 as the Office of Personnel Management lists the days, those observed instead of a Saturday or Sunday included.
"""

from __future__ import annotations

from datetime import date, timedelta
from time import perf_counter
from typing import TYPE_CHECKING

import pytest

from routing.hours.days import easter, read_days
from routing.hours.holidays import CODES, TOWNS, PublicHolidays, published
from routing.hours.load import load_hours

if TYPE_CHECKING:
    from pathlib import Path

OFFICIAL = {
    # On a Sunday (12 October 2025; 1 November and 6 December 2026) communities choose: nothing is national.
    ("ES", 2025): "01-01 01-06 04-18 05-01 08-15 11-01 12-06 12-08 12-25",
    ("ES", 2026): "01-01 01-06 04-03 05-01 08-15 10-12 12-08 12-25",
    ("ES-MD", 2025): "01-01 01-06 04-17 04-18 05-01 05-02 07-25 08-15 11-01 12-06 12-08 12-25",
    ("ES-MD", 2026): "01-01 01-06 04-02 04-03 05-01 05-02 08-15 10-12 11-02 12-07 12-08 12-25",
    ("ES-CT", 2025): "01-01 01-06 04-18 04-21 05-01 06-24 08-15 09-11 11-01 12-06 12-08 12-25 12-26",
    ("ES-CT", 2026): "01-01 01-06 04-03 04-06 05-01 06-24 08-15 09-11 10-12 12-08 12-25 12-26",
    ("ES-AN", 2025): "01-01 01-06 02-28 04-17 04-18 05-01 08-15 10-13 11-01 12-06 12-08 12-25",
    ("ES-AN", 2026): "01-01 01-06 02-28 04-02 04-03 05-01 08-15 10-12 11-02 12-07 12-08 12-25",
    ("ES-VC", 2026): "01-01 01-06 03-19 04-03 04-06 05-01 06-24 08-15 10-09 10-12 12-08 12-25",
    ("ES-PV", 2026): "01-01 01-06 03-19 04-02 04-03 04-06 05-01 07-25 08-15 10-12 12-08 12-25",
    ("ES-GA", 2025): "01-01 01-06 04-17 04-18 05-01 05-17 07-25 08-15 11-01 12-06 12-08 12-25",
    ("PL", 2024): "01-01 01-06 03-31 04-01 05-01 05-03 05-19 05-30 08-15 11-01 11-11 12-25 12-26",
    ("PL", 2025): "01-01 01-06 04-20 04-21 05-01 05-03 06-08 06-19 08-15 11-01 11-11 12-24 12-25 12-26",
    ("PL", 2026): "01-01 01-06 04-05 04-06 05-01 05-03 05-24 06-04 08-15 11-01 11-11 12-24 12-25 12-26",
    ("US", 2025): "01-01 01-20 02-17 05-26 06-19 07-04 09-01 10-13 11-11 11-27 12-25",
    ("US", 2026): "01-01 01-19 02-16 05-25 06-19 07-03 07-04 09-07 10-12 11-11 11-26 12-25",
    ("US", 2027): "01-01 01-18 02-15 05-31 06-18 06-19 07-04 07-05 09-06 10-11 11-11 11-25 12-24 12-25 12-31",
}


@pytest.mark.parametrize(("code", "year"), OFFICIAL)
def test_the_days_are_those_of_the_official_calendar(code: str, year: int) -> None:
    found = sorted(day.strftime("%m-%d") for day in published(code, year))
    assert found == OFFICIAL[code, year].split()


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("year", [2025, 2026, 2027, 2030])
def test_every_code_has_its_days_in_the_year_and_each_has_a_name(code: str, year: int) -> None:
    found = published(code, year)
    assert 8 <= len(found) <= 16
    assert {day.year for day in found} == {year}
    assert all(found.values())


def test_a_holiday_is_named_in_the_language_of_its_country() -> None:
    assert PublicHolidays("ES").name(date(2026, 1, 6)) == "Epifanía del Señor"
    assert PublicHolidays("PL").name(date(2026, 12, 24)) == "Wigilia Bożego Narodzenia"
    assert PublicHolidays("US").name(date(2026, 7, 3)) == "Independence Day (observed)"
    assert PublicHolidays("ES").name(date(2026, 1, 7)) is None


def test_easter_is_two_days_after_the_good_friday_of_spain() -> None:
    years = range(2008, 2101)
    assert [year for year in years if easter(year) - timedelta(days=2) not in published("ES", year)] == []
    assert (easter(1818), easter(1943), easter(2285)) == (
        date(1818, 3, 22),
        date(1943, 4, 25),
        date(2285, 3, 22),
    )


def test_asking_again_costs_next_to_nothing() -> None:
    spain, day = PublicHolidays("ES-MD"), date(2026, 5, 4)
    spain.name(day)
    began = perf_counter()
    for _ in range(10_000):
        spain.name(day)
    assert (perf_counter() - began) / 10_000 < 20e-6


TOWN_DAYS = {
    # Councils' decisions: Madrid (pleno, for 2025 the Monday after 9 November), Barcelona (DOGC),
    # València (DOGV), Zaragoza and Málaga (their councils' calendars).
    ("madrid", 2025): {"05-15", "11-10"},
    ("madrid", 2026): {"05-15", "11-09"},
    ("barcelona", 2025): {"06-09", "09-24"},
    ("barcelona", 2026): {"05-25", "09-24"},
    ("valencia", 2025): {"01-22", "04-28"},
    ("valencia", 2026): {"01-22", "04-13"},
    ("zaragoza", 2026): {"01-29", "03-05"},
    ("malaga", 2026): {"08-19", "09-08"},
}


@pytest.mark.parametrize(("town", "year"), TOWN_DAYS)
def test_the_towns_that_are_known_have_their_days(town: str, year: int) -> None:
    first = date(year, 1, 1)
    days = [first + timedelta(days=each) for each in range(365)]
    rules = [read_days(each) for each in TOWNS[town]]
    working = {
        day.strftime("%m-%d") for day in days if day.weekday() < 6 and any(r.covers(day) for r in rules)
    }
    assert working == TOWN_DAYS[town, year]


def test_the_tables_of_a_country_are_loaded_with_the_file_and_not_in_a_call(tmp_path: Path) -> None:
    published.cache_clear()
    file = tmp_path / "hours.yaml"
    file.write_text('schema: hours/1\nhours: {shop: {open: {mon: ["09:00-20:00"]}, holidays: [PL]}}\n')
    assert load_hours(file, [])
    assert published.cache_info().currsize == 1
