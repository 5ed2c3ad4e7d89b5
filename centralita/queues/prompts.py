"""Prompts that queues speak, and that are not there in a language in which somebody may wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from base.document import Fault, read, suggest
from routing.waiting.briefing import TAKE_CALL
from routing.waiting.sayings import NEXT, POSITION, WAITS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from base.document import Location
    from ivr.compiled import CompiledMenus
    from media.catalogue import Catalogue
    from routing.config import CentreConfig
    from routing.settings import AgentSettings, QueueSettings


def unsaid(config: CentreConfig, menus: Mapping[str, CompiledMenus], wording: Catalogue) -> Iterator[Fault]:
    """One fault for each prompt and language; of a catalogue that could not be read whole, none."""
    if wording.unread:
        return
    languages = {config.centre.language, *(each for menu in menus.values() for each in menu.languages)}
    languages.update(each.language for each in config.routing.numbers if each.language is not None)
    document = read(config.folder / "queues.yaml")
    for queue in config.routing.queues.values():
        agents = {each.language or config.centre.language for each in _agents(config, queue)}
        said = [(*each, languages) for each in _said(queue)] + [(*each, agents) for each in _whispered(queue)]
        for place, prompt, hearers in said:
            for language in sorted(hearers):
                if not wording.has(language, prompt):
                    what = f"the prompt {prompt} is not there in {language}"
                    mend = suggest(prompt, wording.ids(language))
                    near = mend if mend.startswith("did") else f"add it to prompts/{language}.yaml"
                    yield document.fault(("queues", queue.id, *place), what, near)


def _said(queue: QueueSettings) -> Iterator[tuple[Location, str]]:
    """Where it is written, and the prompt."""
    announce = queue.announce
    yield from ((("announce", "greeting"), each) for each in announce.greeting)
    yield from ((("announce", "comfort", "say"), each) for each in announce.comfort.prompts)
    if announce.standing.position:
        yield from ((("announce", "standing", "position"), each) for each in (NEXT, POSITION))
    if announce.standing.wait:
        yield from ((("announce", "standing", "wait"), each) for each in WAITS)


def _whispered(queue: QueueSettings) -> Iterator[tuple[Location, str]]:
    for client, prompts in queue.whisper.items():
        yield from ((("whisper", client) if client else ("whisper",), each) for each in prompts)
    if queue.acknowledge is not None:
        yield ("acknowledge",), TAKE_CALL


def _agents(config: CentreConfig, queue: QueueSettings) -> list[AgentSettings]:
    return [each for each in config.routing.agents.values() if queue.id in each.queues]
