"""Registered phones as the API gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from centralita.phones import Phones
    from sip.registrar.location import Binding


def shown_phones(phones: Phones, account: str | None = None) -> list[dict[str, object]]:
    """One account with its phones, or all that have any, as JSON."""
    return [
        {"account": name, "phones": [_shown(phones, each, now) for each in bindings]}
        for now, name, bindings in phones.all(account)
    ]


def _shown(phones: Phones, binding: Binding, now: float) -> dict[str, object]:
    asked = phones.peer(binding)
    return {
        "contact": binding.contact,
        "transport": binding.flow.transport,
        "address": binding.flow.remote[0],
        "port": binding.flow.remote[1],
        "expires": round(binding.expires_at - now),
        "q": binding.q,
        "user_agent": binding.user_agent,
        "path": list(binding.path),
        "instance": binding.instance or None,
        "reg_id": binding.reg_id or None,
        "answers": asked.state.name.lower() if asked is not None else None,
        "round_trip": asked.round_trip if asked is not None else None,
    }
