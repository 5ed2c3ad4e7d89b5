"""What the house says to its own agents: reasons are named in every language that agents hear, results in some."""

from __future__ import annotations

from typing import TYPE_CHECKING

from base.document import read, suggest
from routing.agents.dispositions import prompt_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from base.document import Fault
    from media.catalogue import Catalogue
    from routing.clients import Client
    from routing.config import CentreConfig

CONFIRMATION = "agent_available"
"""A language that has this prompt has the others for agents."""


def add_names(config: CentreConfig, clients: Mapping[str, Client], wording: Catalogue) -> None:
    """Put in the names of reasons and results; prompts of the same id, which people may have recorded, go before."""
    names = [(each.prompt, each.names) for each in config.routing.reasons.by_id.values()]
    for client, part in clients.items():
        names += [(prompt_of(client, code), each.name) for code, each in part.dispositions.codes.items()]
    spoken = wording.languages()
    for prompt, by_language in names:
        for language, name in by_language.items():
            if language in spoken and not wording.has(language, prompt):
                wording.add(language, prompt, name)


def nameless(config: CentreConfig, wording: Catalogue) -> Iterator[Fault]:
    """Languages of agents that nothing is said in, and reasons that have no name in one of them."""
    if wording.unread:
        return
    agents = config.routing.agents.values()
    heard = {config.centre.language, *(each.language for each in agents if each.language is not None)}
    spoken = [each for each in wording.languages() if wording.has(each, CONFIRMATION)]
    document = read(config.folder / "agents.yaml")
    for index, agent in enumerate(document.data.get("agents", ())):
        language = agent.get("language")
        if language is not None and language not in spoken:
            what = f"nothing is said to agents in {language}"
            yield document.fault(("agents", index, "language"), what, suggest(language, spoken))
    path = config.folder / "reasons.yaml"
    if not path.exists():
        return
    document = read(path)
    for reason in config.routing.reasons.by_id.values():
        for language in sorted(heard.intersection(spoken)):
            if not wording.has(language, reason.prompt):
                what = f"the reason {reason.id} has no name in {language}"
                mend = (
                    f"add name: {{{language}: ...}}, or the prompt {reason.prompt} to prompts/{language}.yaml"
                )
                yield document.fault(("reasons", reason.id), what, mend)
