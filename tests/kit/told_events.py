"""Events as others are told them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.events.told import tell

if TYPE_CHECKING:
    from console.events.told import Told
    from records.feed import FedEvent


def told(event: FedEvent) -> Told:
    """One that is told."""
    found = tell(event)
    assert found is not None
    return found
