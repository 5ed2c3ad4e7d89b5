"""What must be true of a version before new calls get it: it fits the configuration, and its cases run through.

Reads files and compiles; for a thread when the loop is running. The node (menus.py) and the commands use the same.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import structlog

from base import document
from base.document import Document, Fault, errors, refuse
from centralita.configuration import load_configuration
from centralita.consistency import inconsistencies
from centralita.menus.trying import play
from ivr.check import Known, lost
from ivr.compiled import compiled_again
from ivr.content import OWN, SHOWN
from ivr.errors import PublicationRefused, UnknownMenu, VersionsBroken

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from centralita.configuration import Configuration
    from ivr.compiled import CompiledMenus
    from ivr.io.versions import Versions
    from media.catalogue import Catalogue

log = structlog.get_logger()

MENUS = "menus"
MODULES = "modules"


def checked_draft(folder: Path, name: str) -> CompiledMenus:
    """A menu set as its files have it, with words of its own.

    Raises DocumentError for any error in any file, and for a case of this set that fails.
    """
    configuration = load_configuration(folder)
    found = configuration.menus.get(name)
    if found is None:
        raise UnknownMenu(f"no menu set {name} in {folder / MENUS}")
    refuse(failed_cases(configuration, folder, name))
    return compiled_again(found.content)


def failed_cases(configuration: Configuration, folder: Path, name: str) -> list[Fault]:
    """What the cases of a menu set find wrong in its draft."""
    faults: list[Fault] = []
    for verdict in play(configuration, folder, faults, only=[name]):
        faults += verdict.faults()
    return faults


def read_version(versions: Versions, version: str) -> CompiledMenus:
    """A version from the store. Raises VersionsBroken for one that this program cannot read any more."""
    try:
        return compiled_again(versions.content(version))
    except (ValueError, KeyError) as error:
        what = f"version {version[:SHOWN]} of menus cannot be read by this program"
        raise VersionsBroken(
            f"{what}; publish the drafts: centralita menu publish SET, for each set that is live"
        ) from error


def misfits(versions: Iterable[CompiledMenus], configuration: Configuration, folder: Path) -> list[Fault]:
    """Why versions cannot be served with a configuration; they may be of a time that had other queues and hours."""
    found: list[Fault] = []
    with_them = dict(configuration.menus)
    for menus in versions:
        with_them[menus.name] = menus
        found += _misfits(menus, configuration, folder / MENUS / f"{menus.name}.yaml")
    found += inconsistencies(configuration.config, with_them, configuration.catalogue, configuration.profiles)
    return sorted(set(errors(found)))


def _misfits(menus: CompiledMenus, configuration: Configuration, place: Path) -> Iterator[Fault]:
    routing = configuration.routing
    known = Known(
        queues=routing.queues,
        menus={*configuration.menus, menus.name},
        agents=routing.agents,
        hours=configuration.hours,
        skills=routing.skills,
    )
    told = f"version {menus.version[:SHOWN]} of {menus.name} does not fit"
    mend = f"mend what it needs, or: centralita menu publish {menus.name}"
    for each in errors(lost(menus.file, Document(place, None, []), menus.wording, known)):
        yield Fault(str(place), 1, f"{told}: {each.what}", mend)


def refuse_misfit(menus: CompiledMenus, configuration: Configuration, folder: Path) -> None:
    """Raises PublicationRefused that lists what does not fit."""
    faults = misfits([menus], configuration, folder)
    if faults:
        raise PublicationRefused("\n".join(each.what for each in faults))


def settled(configuration: Configuration, live: Mapping[str, CompiledMenus], folder: Path) -> Configuration:
    """The configuration with live versions in place of drafts. Raises DocumentError where one does not fit."""
    refuse(misfits(live.values(), configuration, folder))
    return replace(configuration, menus={**configuration.menus, **live})


def live_versions(versions: Versions) -> dict[str, CompiledMenus]:
    """What is live, by menu set."""
    return {name: read_version(versions, each.version) for name, each in versions.live().items()}


def differing(drafts: Configuration, live: Mapping[str, CompiledMenus]) -> list[str]:
    """A sentence for each draft that is not what is live."""
    return [
        f"menu {name}: the draft differs from what is live (centralita menu diff {name}, "
        f"centralita menu publish {name})"
        for name, draft in sorted(drafts.menus.items())
        if name in live and live[name].version != draft.version
    ]


def joined(wording: Catalogue, versions: Iterable[CompiledMenus], made: Path) -> Catalogue:
    """The words of the files, and with names of their own those of versions, whose sounds may be in `made`."""
    sounds = {language: dict(each) for language, each in wording.sounds.items()}
    recordings = dict(wording.recordings)
    at_hand = {each.digest: each for each in wording.recordings.values()}
    for version in versions:
        for language, pieces in version.wording.sounds.items():
            sounds.setdefault(language, {}).update(pieces)
        for key, each in version.wording.recordings.items():
            found = at_hand.get(each.digest, each)
            if found.path is not None or found.file(made).is_file():
                recordings[key] = found
            else:
                # The voice says it: a caller is never left in silence.
                log.warning("recording_gone", menu=version.name, prompt=key[1].partition(OWN)[0])
    return replace(wording, sounds=sounds, recordings=recordings)


def sources_of(folder: Path, name: str) -> dict[str, str]:
    """The texts that a menu set is written in: its file, and the modules that it includes, by whatever way."""
    texts: dict[str, str] = {}
    waiting = [folder / MENUS / f"{name}.yaml"]
    while waiting:
        path = waiting.pop()
        place = str(path.relative_to(folder))
        if place not in texts and path.is_file():
            texts[place] = path.read_text(encoding="utf-8")
            included = _modules(document.read(path).data)
            waiting += [folder / MENUS / MODULES / f"{each}.yaml" for each in included]
    return texts


def _modules(data: Any) -> Iterator[str]:
    steps = data.get("steps") if isinstance(data, dict) else None
    for step in steps.values() if isinstance(steps, dict) else ():
        if isinstance(step, dict) and isinstance(step.get("module"), str):
            yield step["module"]
