"""Everything administrators edit, read and checked as one whole: config, menus, prompts, SIP profiles."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from base.document import Fault, errors, refuse
from centralita.back_ends import unanswerable
from centralita.callbacks.faults import callback_faults
from centralita.consistency import formless, inconsistencies, unhoured, untimely, unwritable
from centralita.house_words import add_names, nameless
from centralita.menus.circles import circles, turned_away
from centralita.menus.presets import preset_faults
from centralita.menus.speakers import speechless, voices_of
from centralita.outside_faults import outside_faults
from centralita.queue_faults import queue_faults
from centralita.queues.ladders import unclimbable
from centralita.survey_faults import survey_faults
from centralita.ways_in import entered
from ivr.check import Known
from ivr.load import load_menus
from ivr.wording import load_wording
from media.codec import Codec
from routing.callbacks.do_not_call import FILE as DO_NOT_CALL_FILE
from routing.callbacks.do_not_call import load_do_not_call
from routing.callbacks.numbers import country_of
from routing.clients import load_clients
from routing.config import bare_config, check_config, names_in
from routing.escalation import ladder
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
    from routing.escalation import Rung
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
    do_not_call: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By client company (none: for all of them), the numbers that must not be called."""

    @property
    def centre(self) -> Centre:
        """centre.yaml."""
        return self.config.centre

    @property
    def routing(self) -> RoutingConfig:
        """Numbers, queues, agents and skills."""
        return self.config.routing

    @property
    def spoken_codecs(self) -> frozenset[Codec]:
        """What calls may speak, by the profiles: prompts are ready in these."""
        return frozenset(Codec[name] for name in self.profiles.spoken)

    def ladder(self, client: str | None, kind: str) -> tuple[Rung, ...]:
        """Whom a client company has called when more is needed than an agent; nobody unless its file says so."""
        company = self.clients.get(client) if client is not None else None
        return ladder(company.escalation.get(kind, ())) if company is not None else ()

    def zone(self, client: str | None) -> ZoneInfo:
        """By whose clock a client company lives: that of its usual hours, else the centre's."""
        return zone_of(self.centre, self.clients, self.hours, client)


def zone_of(
    centre: Centre, clients: Mapping[str, Client], hours: Mapping[str, OpeningHours], client: str | None
) -> ZoneInfo:
    """By whose clock a client company lives: that of its usual hours, else the centre's."""
    company = clients.get(client) if client is not None else None
    usual = hours.get(company.hours) if company is not None and company.hours is not None else None
    return usual.timetable.zone if usual is not None else ZoneInfo(centre.timezone)


def check_configuration(
    folder: Path, live: Mapping[str, CompiledMenus] = MappingProxyType({})
) -> tuple[Configuration | None, list[Fault]]:
    """Read everything and list every fault; the configuration is None when there is any error.

    `live` has the versions of menus that callers get now: what would surprise them is a warning.
    Errors in numbers, queues and agents do not hide those in menus, prompts and profiles.
    """
    whole, faults = check_config(folder)
    config = whole or bare_config(folder)
    wording = load_wording([config.prompts], faults)
    wording.voices = voices_of(config.centre, folder)
    faults.extend(speechless(wording, folder))
    clients = load_clients(folder / "clients", faults)
    if whole is not None:
        add_names(whole, clients, wording)
    hours = load_hours(
        folder / HOURS_FILE,
        faults,
        timezone=config.centre.timezone,
        clients=_companies(config, clients) if whole is not None else None,
    )
    others = Known(
        agents=config.routing.agents if whole is not None else None,
        hours=hours,
        skills=names_in(folder, "skills"),
        entered=entered(config, clients),
    )
    queues = names_in(folder, "queues")
    menus = load_menus(folder / "menus", wording, faults, queues=queues, others=others, live=live)
    profiles = load_profiles(config.sip_profiles, faults)
    if profiles is not None and profiles.external.stir.certificates:
        # Only here: what reads certificates takes a while to load.
        from sip.io.signers import read_signers

        signers = read_signers(profiles.external.stir, config.sip_profiles, faults)
        profiles = replace(profiles, signers=signers)
    if whole is not None:
        faults.extend(inconsistencies(config, menus, wording, profiles))
        faults.extend(formless(config, clients, menus))
        faults.extend(survey_faults(config, clients, menus))
        accounts = profiles.internal.accounts if profiles is not None else None
        faults.extend(unclimbable(config, clients, menus, accounts))
        faults.extend(nameless(config, wording))
        if profiles is not None:
            faults.extend(outside_faults(config, profiles))
        faults.extend(circles(config, menus))
        faults.extend(turned_away(config))
        faults.extend(queue_faults(config))
        faults.extend(preset_faults(config, clients, menus, wording))
        faults.extend(unanswerable(folder, config, menus, clients))
    if profiles is not None:
        faults.extend(certificate_faults(profiles.listeners, config.sip_profiles))
    faults.extend(unwritable(config))
    if hours is not None:
        faults.extend(untimely(folder, clients, hours))
        faults.extend(unhoured(config, hours))
        faults.extend(callback_faults(folder, clients, hours, wording, config.centre.language))
    never = load_do_not_call(
        folder / DO_NOT_CALL_FILE,
        faults,
        home=country_of(config.centre.country),
        clients=_companies(config, clients) if whole is not None else None,
    )
    if errors(faults) or profiles is None or hours is None:
        return None, faults
    return Configuration(config, menus, wording, profiles, clients, hours, never), faults


def _companies(config: CentreConfig, clients: Mapping[str, Client]) -> Collection[str]:
    """Those with a file, and those that only numbers name."""
    return {*clients, *(each.client for each in config.routing.numbers)}


def edited_files(folder: Path) -> list[Path]:
    """What `check_configuration` reads, of what administrators edit."""
    config = bare_config(folder)
    flat = [path for place in (config.prompts, config.sip_profiles) for path in place.glob("*.yaml")]
    return [*folder.rglob("*.yaml"), *flat]


def load_configuration(folder: Path) -> Configuration:
    """The configuration of a folder. Raises DocumentError that lists every fault."""
    found, faults = check_configuration(folder)
    refuse(faults)
    if found is None:
        raise AssertionError("a configuration without faults is there")
    return found
