"""Presets that client companies' files switch on, applied to the menus and queues that their numbers lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from base.document import read, suggest
from calls.destination import Hangup, Menu, Queue
from centralita.consistency import reached
from ivr.check.graph import CompiledGraph
from ivr.check.presets import PRESETS
from routing.settings import LeaveReason

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from base.document import Document, Fault
    from calls.destination import Destination
    from ivr.compiled import CompiledMenus
    from ivr.steps.step import Finding
    from media.catalogue import Catalogue
    from routing.clients import Client
    from routing.config import CentreConfig

SPANISH_LAW = "es-10-2025"
NOTICE = "recording-notice"


def preset_faults(
    config: CentreConfig,
    clients: Mapping[str, Client],
    menus: Mapping[str, CompiledMenus],
    wording: Catalogue,
) -> Iterator[Fault]:
    """All that the presets of all clients find; what has errors of its own, menus or prompts, is not asked."""
    if wording.unread:
        return
    for name, client in clients.items():
        document = read(config.folder / "clients" / f"{name}.yaml")
        yield from _notices(document, client, wording)
        found = _reached(config, menus, name)
        sets = [menus[each.menu] for each in found if isinstance(each, Menu) and each.menu in menus]
        for preset in client.presets:
            for each in sets:
                source = read(config.folder / "menus" / f"{each.name}.yaml")
                findings = PRESETS[preset](CompiledGraph(each), client.notice)
                yield from (_placed(source, preset, finding) for finding in findings)
        if SPANISH_LAW in client.presets:
            yield from _cut(config, found)
            yield from _languages(config.folder, config, sets)


def _notices(document: Document, client: Client, wording: Catalogue) -> Iterator[Fault]:
    if NOTICE in client.presets and not client.notice:
        mend = "add notice: with the prompts that tell of the recording"
        yield document.fault(("presets",), f"{NOTICE} needs to know the notice", mend)
    known = {each for language in wording.languages() for each in wording.ids(language)}
    for at, prompt in enumerate(client.notice):
        if prompt not in known:
            yield document.fault(("notice", at), f"no prompt is called {prompt}", suggest(prompt, known))


def _reached(config: CentreConfig, menus: Mapping[str, CompiledMenus], client: str) -> set[Destination]:
    numbers = [each for each in config.routing.numbers if each.client == client]
    return {to for number in numbers for to in reached(config, menus, number.destination)}


def _placed(source: Document, preset: str, finding: Finding) -> Fault:
    """A finding at its place, one inside a module where that is included."""
    kind, name, *rest = finding.at
    place = (kind, str(name).partition("/")[0], *rest)
    return source.fault(place, f"{preset}: {finding.what}", finding.mend)


def _cut(config: CentreConfig, found: set[Destination]) -> Iterator[Fault]:
    """Nobody who waits for a person is hung up on for having waited."""
    document = read(config.folder / "queues.yaml")
    for name in sorted({each.queue for each in found if isinstance(each, Queue)}):
        queue = config.routing.queues.get(name)
        if queue is None or queue.max_wait is None:
            continue
        if isinstance(queue.overflow_for(LeaveReason.TIMEOUT), Hangup):
            what = f"{SPANISH_LAW}: the queue {name} hangs up on callers who have waited"
            mend = "lead overflow: timeout: to a person or a menu, or leave max_wait out"
            yield document.fault(("queues", name, "max_wait"), what, mend)


def _languages(folder: Path, config: CentreConfig, sets: list[CompiledMenus]) -> Iterator[Fault]:
    """A caller keeps the language, from menu to menu and to an agent who speaks it."""
    every = {language for each in sets for language in each.languages}
    for each in sets:
        source = read(folder / "menus" / f"{each.name}.yaml")
        absent = sorted(every.difference(each.languages))
        if absent:
            what = f"{SPANISH_LAW}: {each.name} does not speak {', '.join(absent)}, which other menus of the client do"
            yield source.fault(("languages",), what, "add it, so that callers keep their language")
        for language in each.languages:
            if f"lang_{language}" not in config.routing.skills:
                what = f"{SPANISH_LAW}: no skill lang_{language} leads callers to agents who speak {language}"
                yield source.warning(("languages",), what, "add it to skills.yaml and to agents")
