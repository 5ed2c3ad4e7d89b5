"""What the book of callbacks asks of whoever drives it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from routing.callbacks.callback import Callback


@dataclass(frozen=True, slots=True)
class Keep:
    """Write it down as it is now."""

    callback: Callback


@dataclass(frozen=True, slots=True)
class Forget:
    """It ended long ago: it may be deleted."""

    callback: str


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Take this contact out of its queue, and end the call to the customer."""

    callback: str
    contact: str


@dataclass(frozen=True, slots=True)
class Tell:
    """An event for the ledger, of the contact in which the callback was promised; empty where nobody called."""

    contact: str
    type: str
    data: Mapping[str, object]


Command = Keep | Forget | Withdraw | Tell
