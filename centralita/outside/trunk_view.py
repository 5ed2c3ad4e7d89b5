"""Trunks as the API gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from calls.lines import Lines
    from centralita.outside.gateway import Gateway
    from centralita.outside.trunks import Trunks


def shown_trunks(trunks: Trunks, lines: Lines) -> list[dict[str, object]]:
    """All trunks as JSON."""
    return [_shown(gateway, lines) for gateway in trunks.all()]


def _shown(gateway: Gateway, lines: Lines) -> dict[str, object]:
    settings, health = gateway.settings, gateway.health
    served, refused = lines.counts(gateway.name)
    registration = settings.registration
    return {
        "name": gateway.name,
        "host": settings.host,
        "up": health.is_up,
        "why": health.why,
        "downs": gateway.downs,
        "channels": {"in_use": lines.in_use(gateway.name), "most": settings.channels},
        "calls": served,
        "refused": refused,
        "registered": gateway.is_registered if registration is not None else None,
        "expires": gateway.granted if gateway.is_registered else None,
        "round_trip": gateway.round_trip,
        "servers": [
            {
                "transport": hop.transport,
                "address": hop.address[0],
                "port": hop.address[1],
                "answers": hop not in gateway.silent if hop in gateway.asked else None,
            }
            for hop in gateway.hops
        ],
    }
