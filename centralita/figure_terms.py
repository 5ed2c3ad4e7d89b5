"""What the configuration says about figures: whose clock counts, what was agreed, which reasons are paid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from base.document import refuse
from centralita.configuration import HOURS_FILE, zone_of
from records.figures.calendar import Calendar
from records.figures.settings import Agreed, ClientTerms, QueueTerms, Terms
from routing.clients import load_clients
from routing.config import read_config
from routing.hours.load import load_hours

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from base.document import Fault
    from centralita.configuration import Configuration
    from routing.centre import Centre
    from routing.clients import Client
    from routing.hours.calendar import OpeningHours
    from routing.settings import RoutingConfig


def agreed_in(configuration: Configuration) -> Agreed:
    """Of the configuration in force."""
    return _agreed(configuration.centre, configuration.routing, configuration.clients, configuration.hours)


def read_agreed(folder: Path) -> Agreed:
    """Of the files as they stand; menus, prompts and phones are not looked at. Raises DocumentError."""
    faults: list[Fault] = []
    config = read_config(folder)
    clients = load_clients(folder / "clients", faults)
    hours = load_hours(folder / HOURS_FILE, faults, timezone=config.centre.timezone)
    refuse(faults)
    return _agreed(config.centre, config.routing, clients, hours or {})


def _agreed(
    centre: Centre, routing: RoutingConfig, clients: Mapping[str, Client], hours: Mapping[str, OpeningHours]
) -> Agreed:
    queues = {
        name: QueueTerms(each.service_level.within, each.service_level.share, each.short_abandon)
        for name, each in routing.queues.items()
    }
    companies = {
        name: ClientTerms(
            each.figures.short_abandon,
            each.figures.repeat_days,
            f"sl_{each.figures.service_level}",
            each.figures.targets,
        )
        for name, each in clients.items()
    }
    paid = frozenset(name for name, each in routing.reasons.by_id.items() if each.is_paid)
    serves = {name: tuple(each.queues) for name, each in routing.agents.items()}
    zones = {name: zone_of(centre, clients, hours, name) for name in clients}
    return Agreed(
        Calendar(zone_of(centre, clients, hours, None), zones), Terms(queues, companies, paid), serves
    )
