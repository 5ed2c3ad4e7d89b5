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
    path: tuple[str, ...] = ()
    """The proxies that requests for this contact pass, ours first (RFC 3327)."""
    instance: str = ""
    """The device, whatever its address (RFC 5626 s.4.1); empty when the phone names none."""
    reg_id: int = 0
    """Which of the device's flows (RFC 5626 s.4.2); 0 when it does not speak of flows."""

    @property
    def destination(self) -> tuple[str, int]:
        """The address that requests for this contact are sent to."""
        return self.flow.remote

    @property
    def is_flow_bound(self) -> bool:
        """Whether the contact is gone with its connection; one behind proxies is not (RFC 3327)."""
        return not self.path and self.flow.transport != "UDP"


class Location(Protocol):
    """A store of bindings; what has expired is not seen."""

    def find(self, account: str, *, now: float) -> tuple[Binding, ...]:
        """An account's bindings, the best (highest q, then newest) first."""

    def replace(self, account: str, bindings: Sequence[Binding]) -> None:
        """Keep these as all the account's bindings."""

    def accounts(self) -> tuple[str, ...]:
        """The accounts that have bindings kept."""
