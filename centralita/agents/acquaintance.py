"""Whom a caller should get: the agent whom the client company's system names, else who talked with him or her last."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from routing.agents.familiar import LEAST_TALK, Familiar

if TYPE_CHECKING:
    from calls.contact import Contact
    from records.reader import Reader

_LOOKED_BACK = 20_000
"""Contacts of the ledger that a node reads at its start."""
KNOWN_FOR = 30 * 86_400.0
"""Seconds after which a node that starts does not look who talked with whom."""
OWNER = "agent"
"""The attribute in which a menu or a back end may say whose case it is: an agent's id."""


class Acquaintance:
    """Asked for each caller who joins a queue, told of each conversation."""

    def __init__(self) -> None:
        """Nobody knows anybody yet."""
        self._familiar = Familiar()

    async def remember(self, reader: Reader, *, since: float) -> None:
        """Take in who talked with whom since then (Unix time), from the ledger."""
        for row in reversed(await asyncio.to_thread(reader.contacts, _LOOKED_BACK, since=since)):
            if row.agents and row.talked >= LEAST_TALK:
                self._familiar.met(row.client or "", row.ani or "", row.agents.split()[-1])

    def known_agent(self, contact: Contact) -> str | None:
        """Who should have this caller."""
        number = "" if contact.is_private else contact.ani
        return contact.attributes.get(OWNER) or self._familiar.agent(contact.client or "", number)

    def talked(self, contact: Contact, agent: str, seconds: float) -> None:
        """They talked for so long."""
        if seconds >= LEAST_TALK and not contact.is_private:
            self._familiar.met(contact.client or "", contact.ani, agent)
