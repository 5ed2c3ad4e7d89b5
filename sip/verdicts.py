"""What the stack asks before it serves anybody, and the answers it may get. Decides nothing itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from sip.events import Caller, RegistrationChanged
    from sip.flow import Flow
    from sip.message import Request


@dataclass(frozen=True, slots=True)
class Admitted:
    """The request may be served, for this caller."""

    caller: Caller
    proof: tuple[tuple[str, str], ...] = ()
    """What a success is to carry: Authentication-Info."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """Ask for credentials: 401 or 407 with these headers."""

    status: int
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Refuse:
    """Answer with a failure."""

    status: int
    reason: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    is_kept: bool = field(default=False, compare=False)
    """Whether retransmissions are not judged again: it has used a nonce, which only the true source was told."""


@dataclass(frozen=True, slots=True)
class Drop:
    """Say nothing at all: scanners and banned sources."""


Verdict = Admitted | Challenge | Refuse | Drop


@dataclass(frozen=True, slots=True)
class RegisterReply:
    """The registrar's answer to one REGISTER and what it changed."""

    status: int
    reason: str | None
    headers: tuple[tuple[str, str], ...]
    changed: tuple[RegistrationChanged, ...]


class Admission(Protocol):
    """Who may do what: asked for each out-of-dialog request except ACK and CANCEL."""

    def is_banned(self, flow: Flow, *, now: float) -> bool:
        """Whether what comes from there need not even be read."""

    def is_trusted(self, flow: Flow) -> bool:
        """Whether the limits of one source do not hold there: a trunk."""

    def tolerates(self, flow: Flow, *, now: float) -> bool:
        """Count a message that `admit` will not see, or a very large one; False when that was one too many."""

    def admit(self, request: Request, flow: Flow, now: float) -> Verdict:
        """Judge a request that is well-formed."""


class Registrar(Protocol):
    """Keeps bindings: asked for each admitted REGISTER."""

    def handle(self, request: Request, caller: Caller, now: float) -> RegisterReply:
        """Read or change the caller's bindings."""

    def connection_lost(self, flow: Flow, now: float) -> tuple[RegistrationChanged, ...]:
        """Forget the bindings that could be reached by a connection which is no more."""

    def lives_on(self, flow: Flow, now: float) -> bool:
        """Whether a binding is reached by this connection."""

    def next_timeout(self) -> float | None:
        """When the next binding expires."""

    def handle_timeout(self, now: float) -> tuple[RegistrationChanged, ...]:
        """Expire what is due."""
