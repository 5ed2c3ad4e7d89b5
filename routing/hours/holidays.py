"""Public holidays by code, computed: Spain and its autonomous communities, Poland, the United States (federal).

The dates are those of the package `holidays`, which follows the official gazettes. In Spain a holiday on a Sunday is
none, unless the community moves it to the Monday. Years for which no gazette is out yet follow the usual rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from routing.hours.days import Days

SPAIN = (
    "AN", "AR", "AS", "CB", "CE", "CL", "CM", "CN", "CT", "EX", "GA", "IB", "MC", "MD", "ML", "NC", "PV", "RI", "VC",
)  # fmt: skip
"""Autonomous communities and cities, by ISO 3166-2."""

CODES = ("ES", *(f"ES-{each}" for each in SPAIN), "PL", "US")
"""What `holidays:` may name; that of a community holds the national ones as it keeps them."""

TOWNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "barcelona": ("easter+50", "09-24"),
        "madrid": ("05-15", "11-09", "2025-11-10"),
        "malaga": ("08-19", "09-08"),
        "valencia": ("01-22", "easter+8"),
        "zaragoza": ("01-29", "03-05"),
    }
)
"""The two local holidays of some towns in a usual year. Each council sets its own anew every year, above all where one
falls on a Sunday: a list by hand of the same name in hours.yaml goes before this one."""


@dataclass(frozen=True, slots=True)
class PublicHolidays:
    """Those of one code."""

    code: str

    def name(self, day: date) -> str | None:
        """What the day is called where it is a holiday."""
        return published(self.code, day.year).get(day)


@dataclass(frozen=True, slots=True)
class NamedDays:
    """Days by hand, under the name of their list or their own text."""

    title: str
    days: tuple[Days, ...]

    def name(self, day: date) -> str | None:
        """The name of the list on its days."""
        return self.title if any(each.covers(day) for each in self.days) else None


Holidays = PublicHolidays | NamedDays


@lru_cache(maxsize=1024)
def published(code: str, year: int) -> Mapping[date, str]:
    """The holidays of a code in a year with their names in the country's language; about 1 ms, once each."""
    # Only here: a centre without holidays need not load it.
    from holidays import country_holidays

    country, _, community = code.partition("-")
    found = country_holidays(country, subdiv=community or None, years=year, language=_LANGUAGES[country])
    return MappingProxyType(dict(found))


_LANGUAGES = {"ES": "es", "PL": "pl", "US": "en_US"}
