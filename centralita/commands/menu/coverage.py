"""`centralita menu coverage`: what callers did in a menu set."""

from __future__ import annotations

import time
from pathlib import Path  # noqa: TC003 - read by typer
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from centralita.commands.ledger import open_ledger
from centralita.commands.menu.drafts import Language, Set, checked, chosen, language_of
from centralita.commands.menu.graph import picture, write
from centralita.commands.moments import read_moment
from centralita.commands.parameters import (
    DEFAULT_CONFIG,
    DEFAULT_STATE,
    Config,
    Json,
    State,
    fail,
    print_json,
)

if TYPE_CHECKING:
    from ivr.authoring.coverage import Coverage
    from ivr.compiled import CompiledMenus

USUAL_DAYS = 30


def coverage(
    menu_set: Set,
    config: Config = DEFAULT_CONFIG,
    state: State = DEFAULT_STATE,
    since: Annotated[
        str | None,
        typer.Option("--from", help="From this day or moment on.", show_default=f"{USUAL_DAYS} days ago"),
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", help="Up to before this day or moment.", show_default="now")
    ] = None,
    version: Annotated[str, typer.Option(help="Only calls with this version (its beginning).")] = "",
    picture_file: Annotated[
        Path | None, typer.Option("--graph", help="Draw the counts into this SVG file.")
    ] = None,
    language: Language = None,
    as_json: Json = False,
) -> None:
    """Count what callers did, step by step: ways taken, silences, slips, who hung up where, who reached a person.

    Calls count by when they began; days are the centre's.
    """
    from ivr.authoring.coverage import EVENTS, Happening
    from ivr.authoring.coverage import coverage as count

    configuration = checked(config)
    zone = ZoneInfo(configuration.centre.timezone)
    now = time.time()
    first = read_moment(since, "--from", zone) if since is not None else now - USUAL_DAYS * 86400
    last = read_moment(until, "--to", zone) if until is not None else now
    happened = open_ledger(state).happened(EVENTS, since=first, until=last)
    found = count((Happening(*each) for each in happened), menu_set, version=version.lower())
    if not found.visits:
        fail(f"no call entered {menu_set} in that time" + (f" with version {version}" if version else ""))
    if picture_file is not None:
        menus = _menus(state, chosen(configuration, menu_set), found)
        write(_drawn(menus, found, language_of(menus, language)), picture_file)
    if as_json:
        print_json(_document(found))
    else:
        from centralita.menus.tables import print_coverage

        print_coverage(found)


def _menus(state: Path, draft: CompiledMenus, found: Coverage) -> CompiledMenus:
    """The version that most of these calls had; the draft where the store does not know it."""
    from base.errors import CentralitaError
    from centralita.commands.menu.placing import versions_of
    from centralita.menus.publishing import read_version

    (most, _), *_ = found.versions.most_common(1)
    try:
        return read_version(versions_of(state), most)
    except CentralitaError:
        return draft


def _drawn(menus: CompiledMenus, found: Coverage, language: str) -> str:
    from ivr.authoring.graph import dot, graph

    return picture(dot(graph(menus, language, counts=found.counts())))


def _document(found: Coverage) -> dict[str, Any]:
    return {
        "menu": found.menu_set,
        "visits": found.visits,
        "containment": round(found.containment, 4),
        "ended": found.ended,
        "hung_up": found.hung_up,
        "to_person": found.to_person,
        "elsewhere": found.elsewhere,
        "unfinished": found.unfinished,
        "versions": dict(found.versions.most_common()),
        "steps": [
            {
                "step": each.step,
                "entered": each.entered,
                "went_on": each.went_on,
                "to_person": each.to_person,
                "hung_up": each.hung_up,
                "drop_off": round(each.drop_off, 4),
                "noinput": each.noinput,
                "nomatch": each.nomatch,
                "captured": each.captured,
                "ways": [
                    {"why": why, "to": target, "count": count}
                    for (why, target), count in each.ways.most_common()
                ],
            }
            for each in found.steps.values()
        ],
    }
