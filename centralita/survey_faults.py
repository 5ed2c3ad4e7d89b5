"""What surveys after conversations name, and the other files do not have: menu sets, steps, languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from base.document import read, suggest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from base.document import Document, Fault, Location
    from ivr.compiled import CompiledMenus
    from routing.clients import Client
    from routing.config import CentreConfig
    from routing.surveys import Survey


def survey_faults(
    config: CentreConfig, clients: Mapping[str, Client], menus: Mapping[str, CompiledMenus]
) -> Iterator[Fault]:
    """Those of all client companies and queues."""
    for name, client in clients.items():
        if client.survey is not None:
            document = read(config.folder / "clients" / f"{name}.yaml")
            yield from _wrong(client.survey.settings(), menus, document, ("survey",))
    document = read(config.folder / "queues.yaml")
    for queue in config.routing.queues.values():
        if queue.survey is not None:
            yield from _wrong(queue.survey, menus, document, ("queues", queue.id, "survey"))


def survey_steps(config: CentreConfig, clients: Mapping[str, Client]) -> set[tuple[str, str]]:
    """(menu set, step) of each survey that begins in the middle of one."""
    parts = [each.survey.settings() for each in clients.values() if each.survey is not None]
    parts += [each.survey for each in config.routing.queues.values() if each.survey is not None]
    return {(each.menu, each.step) for each in parts if each.step is not None}


def _wrong(
    survey: Survey, menus: Mapping[str, CompiledMenus], document: Document, at: Location
) -> Iterator[Fault]:
    menu = menus.get(survey.menu)
    if menu is None:
        mend = suggest(survey.menu, menus) or "write it in menus/"
        yield document.fault((*at, "menu"), f"no menu set is called {survey.menu}", mend)
        return
    if survey.step is not None and survey.step not in menu.steps:
        what = f"the menu set {survey.menu} has no step {survey.step}"
        yield document.fault((*at, "step"), what, suggest(survey.step, menu.steps))
    for language in survey.languages:
        if language not in menu.languages:
            what = f"the menu set {survey.menu} does not speak {language}"
            yield document.fault((*at, "languages"), what, f"it speaks {', '.join(menu.languages)}")
