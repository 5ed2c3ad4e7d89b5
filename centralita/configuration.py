"""Everything administrators edit, read and checked as one whole: config, menus, prompts, SIP profiles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from base.document import Fault, read, refuse, suggest
from ivr.load import load_menus
from ivr.wording import load_wording
from routing.clients import load_clients
from routing.config import check_config
from sip.profile import Profiles, load_profiles

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ivr.compiled import CompiledMenus
    from media.catalogue import Catalogue
    from routing.centre import Centre
    from routing.clients import Client
    from routing.config import CentreConfig
    from routing.settings import RoutingConfig


@dataclass(frozen=True, slots=True)
class Configuration:
    """One consistent state of the files; replaced whole by a reload."""

    config: CentreConfig
    menus: Mapping[str, CompiledMenus]
    catalogue: Catalogue
    profiles: Profiles
    clients: Mapping[str, Client]

    @property
    def centre(self) -> Centre:
        """centre.yaml."""
        return self.config.centre

    @property
    def routing(self) -> RoutingConfig:
        """Numbers, queues, agents and skills."""
        return self.config.routing


def check_configuration(folder: Path) -> tuple[Configuration | None, list[Fault]]:
    """Read everything and list every fault; the configuration is None when there is any."""
    config, faults = check_config(folder)
    if config is None:
        return None, faults
    wording = load_wording([config.prompts], faults)
    menus = load_menus(folder / "menus", wording, faults, queues=config.routing.queues.keys())
    profiles = load_profiles(config.sip_profiles, faults)
    if profiles is not None:
        faults.extend(_homeless(config, profiles))
    faults.extend(_silent(config, wording))
    faults.extend(_mute(config, menus, wording))
    clients = load_clients(folder / "clients", faults)
    if faults or profiles is None:
        return None, faults
    return Configuration(config, menus, wording, profiles, clients), faults


def _silent(config: CentreConfig, wording: Catalogue) -> Iterator[Fault]:
    """Queues whose music is no prompt: callers would wait in silence and hang up."""
    language = config.centre.language
    document = read(config.folder / "queues.yaml")
    for queue in config.routing.queues.values():
        if queue.music is not None and not wording.has(language, queue.music) and not wording.unread:
            mend = suggest(queue.music, wording.ids(language))
            yield document.fault(("queues", queue.id, "music"), f"no prompt is called {queue.music}", mend)


def _mute(config: CentreConfig, menus: Mapping[str, CompiledMenus], wording: Catalogue) -> Iterator[Fault]:
    """Numbers in a language that their menu does not speak, or nothing does."""
    document = read(config.folder / "numbers.yaml")
    for index, number in enumerate(document.data.get("numbers", ())):
        language = number.get("language")
        menu = menus.get(number.get("menu", ""))
        known = menu.languages if menu is not None else wording.languages()
        if language is not None and language not in known and not wording.unread:
            where = f"menu {menu.name}" if menu is not None else "prompts"
            at = ("numbers", index, "language")
            yield document.fault(at, f"language {language} is none of {where}", suggest(language, known))


def _homeless(config: CentreConfig, profiles: Profiles) -> Iterator[Fault]:
    """Agents whose phones could never register, because the profile for phones does not know the account."""
    known = profiles.internal.accounts
    document = read(config.folder / "agents.yaml")
    for index, agent in enumerate(document.data.get("agents", ())):
        account = agent.get("account")
        if account is not None and ".." not in agent["id"] and account not in known:
            mend = suggest(account, known) or "add it to accounts: in sip_profiles/internal.yaml"
            yield document.fault(("agents", index, "account"), f"no phone account is called {account}", mend)


def load_configuration(folder: Path) -> Configuration:
    """The configuration of a folder. Raises DocumentError that lists every fault."""
    found, faults = check_configuration(folder)
    refuse(faults)
    if found is None:
        raise AssertionError("a configuration without faults is there")
    return found
