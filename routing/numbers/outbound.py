"""From what a phone of the house dialled to a number outside and the trunks that lead there: the longest rule wins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calls.destination import Number
from routing.numbers.inbound import normalise
from routing.settings import EmergencySettings
from routing.tolls.kinds import country_of, is_emergency

if TYPE_CHECKING:
    from collections.abc import Iterable

    from routing.settings import OutgoingSettings, RoutingConfig

NO_EMERGENCY = EmergencySettings()
SHORT = 6
"""Digits of a number that is dialled as it stands, without country."""


def in_e164(dialled: str, country: str | None) -> str | None:
    """What was dialled in one form for each number; None when it is no number. Short ones stay as they are."""
    number = normalise(dialled)
    if not number.removeprefix("+").isdigit() or not number.isascii():
        return None
    if number.startswith("+") or country is None or len(number) <= SHORT:
        return number
    return f"+{country}{number}"


class OutboundPlan:
    """All rules for calls to the outside."""

    __slots__ = ("_country", "_emergency", "_rules")

    def __init__(
        self,
        rules: Iterable[OutgoingSettings],
        *,
        country: str | None = None,
        emergency: EmergencySettings = NO_EMERGENCY,
    ) -> None:
        """`country` is the calling code of numbers dialled without one; `emergency` says how calls for help go."""
        self._country = country
        self._emergency = emergency
        # One number goes before a beginning, a long beginning before a short one.
        self._rules = sorted(rules, key=lambda rule: (rule.number.endswith("*"), -len(rule.number)))

    @classmethod
    def of(cls, config: RoutingConfig) -> OutboundPlan:
        """The plan of a configuration."""
        return cls(config.outgoing, country=config.country, emergency=config.emergency)

    def help(self, dialled: str) -> Number | None:
        """Where a call for help leads: by its own trunks, else as the rules say, else by any; None for other calls."""
        numbers, trunks = self._emergency.numbers, self._emergency.trunks
        if dialled not in numbers and not is_emergency(dialled, country_of(self._country)):
            return None
        if trunks:
            return Number(dialled, trunks)
        return self.route(dialled) or Number(dialled)

    def route(self, dialled: str) -> Number | None:
        """Where a dialled user part leads outside, or None when no rule says so."""
        number = in_e164(dialled, self._country)
        if number is None:
            return None
        for rule in self._rules:
            if number.startswith(rule.number[:-1]) if rule.number.endswith("*") else number == rule.number:
                return Number(number, rule.trunks)
        return None
