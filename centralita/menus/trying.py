"""Calls that are only tried: the configuration as a stage for menus, and the menus' cases played on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from calls.destination import Menu
from ivr.authoring.cases import load_cases
from ivr.authoring.stage import Stage
from ivr.authoring.verdict import play_cases
from ivr.surroundings import Quiet

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime
    from pathlib import Path

    from base.document import Fault
    from centralita.configuration import Configuration
    from ivr.authoring.verdict import Verdict
    from ivr.compiled import CompiledMenus
    from media.catalogue import Catalogue
    from routing.hours.calendar import OpeningHours


@dataclass(frozen=True, slots=True)
class WrittenHours(Quiet):
    """Opening hours as the files have them; nobody waits in a queue."""

    timetables: Mapping[str, OpeningHours]

    def hours(self, name: str, moment: datetime) -> str:
        """By the calendar."""
        found = self.timetables.get(name)
        return found.state_at(moment).value if found is not None else Quiet.hours(self, name, moment)


def stage_of(configuration: Configuration, menu_set: str) -> Stage:
    """Where calls to a menu set are tried: the company's clock and hours, and the first number that leads there."""
    number = next(
        (
            each
            for each in configuration.routing.numbers
            if isinstance(each.destination, Menu) and each.destination.menu == menu_set
        ),
        None,
    )
    return Stage(
        timezone=configuration.zone(number.client if number is not None else None),
        dialled=number.number if number is not None else "",
        client=number.client if number is not None else "",
        rest=WrittenHours(configuration.hours),
    )


def with_words(menus: CompiledMenus, wording: Catalogue) -> CompiledMenus:
    """A stored version with the words of the house behind its own: those of values, and of announcements."""
    own = menus.wording
    languages = {*wording.sounds, *own.sounds, *wording.segments, *own.segments}
    sounds = {each: {**wording.sounds.get(each, {}), **own.sounds.get(each, {})} for each in languages}
    segments = {each: {**wording.segments.get(each, {}), **own.segments.get(each, {})} for each in languages}
    recordings = {**wording.recordings, **own.recordings}
    joined = replace(wording, sounds=sounds, segments=segments, recordings=recordings)
    return replace(menus, wording=joined)


def play(
    configuration: Configuration,
    folder: Path,
    faults: list[Fault],
    *,
    menus: Mapping[str, CompiledMenus] | None = None,
    only: Collection[str] = (),
) -> list[Verdict]:
    """Play the cases of a configuration's folder against its menus, or against others before they are published.

    Faults of the files of cases are appended; `only` names the menu sets whose cases are played.
    """
    menus = configuration.menus if menus is None else menus
    verdicts: list[Verdict] = []
    for name, cases in load_cases(folder / "menus", menus, faults, only).items():
        verdicts += play_cases((cases,), menus, stage_of(configuration, name))
    return verdicts


def failing(configuration: Configuration, folder: Path) -> list[Fault]:
    """What the cases find wrong, as faults with file and line: for `check`, and before anything is published."""
    faults: list[Fault] = []
    for verdict in play(configuration, folder, faults):
        faults += verdict.faults()
    return faults
