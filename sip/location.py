"""Where accounts can be reached (RFC 3261 s.10): bindings, and the store of them as a port.

The registrar decides what is kept; cluster has the stores.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sip.flow import Flow


@dataclass(frozen=True, slots=True)
class Binding:
    """One contact of one account (address-of-record), and the flow that it registered from."""

    account: str
    contact: str
    """The contact's URI as the phone wrote it."""
    flow: Flow
    """Where calls go: back to where the registration came from, whatever the contact says (NAT)."""
    expires_at: float
    call_id: str
    cseq: int
    registered_at: float
    q: float = 1.0
    user_agent: str = ""

    @property
    def destination(self) -> tuple[str, int]:
        """The address that requests for this contact are sent to."""
        return self.flow.remote


class Location(Protocol):
    """A store of bindings; what has expired is not seen."""

    def find(self, account: str, *, now: float) -> tuple[Binding, ...]:
        """An account's bindings, the best (highest q, then newest) first."""

    def replace(self, account: str, bindings: Sequence[Binding]) -> None:
        """Keep these as all the account's bindings."""

    def accounts(self) -> tuple[str, ...]:
        """The accounts that have bindings kept."""
