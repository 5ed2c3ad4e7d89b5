"""One fact about a contact, a leg or an agent, as the rest of the program hands it to the ledger."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

NODE = "-"
"""The `contact` of events that belong to none: an agent's status, the node's own doings."""


class LedgerEvent(NamedTuple):
    """What happened, when (Unix seconds, UTC) and to whom. A tuple, since a call makes more than a dozen.

    `data` holds JSON values and belongs to the ledger once appended: it is encoded later, in the writer's thread.
    """

    ts: float
    contact: str
    leg: str | None
    type: str
    data: Mapping[str, object] = MappingProxyType({})
    offset: float | None = None
    """Seconds since the node began by a clock that nobody sets; spans within a contact are measured by it."""


class Committed(NamedTuple):
    """One event that is kept for good, as those who follow the ledger are told of it."""

    id: int
    """The cursor: greater than that of any event told before."""
    ts: float
    contact: str | None
    n: int
    """Its number within the contact, from 1; 0 for events of no contact."""
    leg: str | None
    agent: str | None
    """Whom an event of no contact is about."""
    client: str | None
    """The contact's client company, as far as it is known."""
    type: str
    data: Mapping[str, object]
    """Personal fields included, card numbers masked."""
