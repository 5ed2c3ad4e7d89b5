"""What may be switched at present: the hours, client companies, prompts and places that the configuration knows."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from base.document import suggest
from console.hours.desk import OpeningDesk
from ivr.steps.say import SayStep

if TYPE_CHECKING:
    from centralita.configuration import Configuration
    from centralita.present import Present
    from routing.io.switch_board import SwitchBoard


def opening_desk(board: SwitchBoard, present: Present) -> OpeningDesk:
    """The desk of a running node; it asks the configuration anew each time, so that a reload counts."""
    return OpeningDesk(
        board,
        hours=lambda: present.now().hours,
        clients=lambda: companies(present.now()),
        places=lambda: places(present.now()),
        unspoken=lambda prompt: unspoken(present.now(), prompt),
        zone=lambda: ZoneInfo(present.now().centre.timezone),
    )


def companies(configuration: Configuration) -> set[str]:
    """Client companies: those with a file, and those that only numbers name."""
    return {*configuration.clients, *(each.client for each in configuration.routing.numbers)}


def places(configuration: Configuration) -> dict[str, set[str]]:
    """The names under which some menu would speak an announcement, and which do."""
    found: dict[str, set[str]] = {}
    for name, menu in configuration.menus.items():
        for step in menu.steps.values():
            for place in step.announcements if isinstance(step, SayStep) else ():
                found.setdefault(place, set()).add(name)
    return found


def unspoken(configuration: Configuration, prompt: str) -> str:
    """Why a prompt cannot be announced, empty when it can: it must be there in each language that a menu speaks."""
    catalogue = configuration.catalogue
    languages = sorted({each for menu in configuration.menus.values() for each in menu.languages})
    lacking = [each for each in languages if not catalogue.has(each, prompt)]
    if not lacking:
        return ""
    if len(lacking) < len(languages):
        return f"the prompt {prompt} is not there in {' and '.join(lacking)}; add it to prompts/{lacking[0]}.yaml"
    known = {each for language in languages for each in catalogue.ids(language)}
    near = suggest(prompt, known)
    mend = (
        near
        if near.startswith("did")
        else f"add it to prompts/{languages[0]}.yaml"
        if languages
        else "add it"
    )
    return f"no prompt is called {prompt}; {mend}"
