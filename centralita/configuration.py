"""Everything administrators edit, read and checked as one whole: config, menus, prompts, SIP profiles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from base.document import Fault, refuse
from ivr.check import check_menus
from media.catalogue import Catalogue, read_catalogue
from routing.config import check_config
from sip.profile import Profiles, check_profiles

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ivr.compiled import CompiledMenus
    from routing.centre import Centre
    from routing.config import CentreConfig
    from routing.settings import RoutingConfig


@dataclass(frozen=True, slots=True)
class Configuration:
    """One consistent state of the files; replaced whole by a reload."""

    config: CentreConfig
    menus: Mapping[str, CompiledMenus]
    catalogue: Catalogue
    profiles: Profiles

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
    catalogue = read_catalogue(config.prompts, faults)
    menus = check_menus(folder / "menus", catalogue, faults, queues=config.routing.queues.keys())
    accounts = [each.account for each in config.routing.agents.values() if each.account is not None]
    profiles = check_profiles(config.sip_profiles, accounts, faults)
    if faults or profiles is None:
        return None, faults
    return Configuration(config, menus, catalogue, profiles), faults


def load_configuration(folder: Path) -> Configuration:
    """The configuration of a folder. Raises DocumentError that lists every fault."""
    found, faults = check_configuration(folder)
    refuse(faults)
    if found is None:
        raise AssertionError("a configuration without faults is there")
    return found
