"""Everything administrators edit, read and checked as one whole: config, menus, prompts, SIP profiles."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from base.document import Fault, refuse
from centralita.consistency import inconsistencies, untimely, unwritable
from centralita.speakers import speechless, voices_of
from ivr.load import load_menus
from ivr.wording import load_wording
from routing.clients import load_clients
from routing.config import check_config
from routing.hours.load import load_hours
from sip.io.certificates import certificate_faults
from sip.profile import Profiles, load_profiles

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from ivr.compiled import CompiledMenus
    from media.catalogue import Catalogue
    from routing.centre import Centre
    from routing.clients import Client
    from routing.config import CentreConfig
    from routing.hours.calendar import OpeningHours
    from routing.settings import RoutingConfig

HOURS_FILE = "hours.yaml"


@dataclass(frozen=True, slots=True)
class Configuration:
    """One consistent state of the files; replaced whole by a reload."""

    config: CentreConfig
    menus: Mapping[str, CompiledMenus]
    catalogue: Catalogue
    profiles: Profiles
    clients: Mapping[str, Client]
    hours: Mapping[str, OpeningHours]

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
    wording.voices = voices_of(config.centre, folder)
    faults.extend(speechless(wording, folder))
    menus = load_menus(folder / "menus", wording, faults, queues=config.routing.queues.keys())
    profiles = load_profiles(config.sip_profiles, faults)
    if profiles is not None and profiles.external.stir.certificates:
        # Only here: what reads certificates takes a while to load.
        from sip.io.signers import read_signers

        signers = read_signers(profiles.external.stir, config.sip_profiles, faults)
        profiles = replace(profiles, signers=signers)
    faults.extend(inconsistencies(config, menus, wording, profiles))
    if profiles is not None:
        faults.extend(certificate_faults(profiles.listeners, config.sip_profiles))
    faults.extend(unwritable(config))
    clients = load_clients(folder / "clients", faults)
    hours = load_hours(
        folder / HOURS_FILE, faults, timezone=config.centre.timezone, clients=_companies(config, clients)
    )
    faults.extend(untimely(folder, clients, menus, hours))
    if faults or profiles is None:
        return None, faults
    return Configuration(config, menus, wording, profiles, clients, hours), faults


def _companies(config: CentreConfig, clients: Mapping[str, Client]) -> Collection[str]:
    """Those with a file, and those that only numbers name."""
    return {*clients, *(each.client for each in config.routing.numbers)}


def load_configuration(folder: Path) -> Configuration:
    """The configuration of a folder. Raises DocumentError that lists every fault."""
    found, faults = check_configuration(folder)
    refuse(faults)
    if found is None:
        raise AssertionError("a configuration without faults is there")
    return found
