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
