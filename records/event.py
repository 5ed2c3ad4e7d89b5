"""One fact about a contact, a leg or an agent, as the rest of the program hands it to the ledger."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

NODE = "-"
"""The `contact` of events that belong to none: an agent's status, the node's own doings."""


@dataclass(frozen=True, slots=True)
class LedgerEvent:
    """What happened, when (Unix seconds, UTC) and to whom.

    `data` holds JSON values and belongs to the ledger once appended: it is encoded later, in the writer's thread.
    """

    ts: float
    contact: str
    leg: str | None
    type: str
    data: Mapping[str, object] = field(default_factory=dict)
