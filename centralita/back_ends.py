"""What the files of client companies say of their systems, as the back ends take it; keys are read here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.breaker import BreakerSettings
from ivr.io.back_end.settings import ClientSettings, HttpSettings, SandboxSettings, SystemSettings
from ivr.limits import Limits, Signals
from media.sealed import read_key
from routing.back_ends import HttpPart, HttpPaymentsPart

if TYPE_CHECKING:
    from collections.abc import Mapping

    from base.document import Part
    from routing.clients import Client


def back_end_settings(clients: Mapping[str, Client]) -> dict[str, ClientSettings]:
    """By client company. Reads files: call it on a thread. Raises OSError and NoKey."""
    return {name: _settings(client) for name, client in clients.items()}


def _settings(client: Client) -> ClientSettings:
    limits, fraud, payments = client.limits, client.fraud, client.payments
    return ClientSettings(
        back_end=_system(client.back_end),
        payments=_system(payments) if payments is not None else None,
        store_tokens=isinstance(payments, HttpPaymentsPart) and payments.store_tokens,
        identity=client.identity,
        limits=Limits(limits.per_call, limits.per_card, limits.per_caller, limits.window, limits.cool_down),
        signals=Signals(fraud.cards_per_caller, fraud.within, fraud.attestation),
    )


def _system(part: Part) -> SystemSettings:
    if not isinstance(part, HttpPart):
        return SandboxSettings()
    breaker = part.breaker
    return HttpSettings(
        part.url,
        read_key(part.key),
        part.timeout,
        part.connect_timeout,
        part.ca,
        BreakerSettings(breaker.failures, breaker.pause, breaker.longest_pause),
    )
