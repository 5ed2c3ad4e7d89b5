"""What may lie between a connection's socket and SIP, such as TLS: octets in, octets out, no socket and no clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from sip.flow import Flow


class WrappingBroken(Exception):
    """The far end broke the rules, or did not prove to be whom we called; the connection is of no more use."""


class Wrapping(Protocol):
    """One connection's wrapping."""

    @property
    def is_ready(self) -> bool:
        """Whether SIP may be written: the handshake is done."""

    @property
    def identities(self) -> tuple[str, ...]:
        """The domains that the far end has proved."""

    @property
    def is_mid_message(self) -> bool:
        """Whether it keeps the beginning of a message whose end has not come."""

    def begin(self) -> None:
        """Prepare what we must write first. Raises WrappingBroken."""

    def receive(self, data: bytes) -> tuple[list[bytes], bool]:
        """Take octets of the socket: the SIP in them, and whether the far end has ended. Raises WrappingBroken.

        Over WebSocket each piece is one message, else they are cut anywhere.
        """

    def write(self, data: bytes) -> None:
        """Take SIP to be written. Raises WrappingBroken."""

    def end(self) -> None:
        """Prepare our last words."""

    def take(self) -> bytes:
        """What is to be written to the socket now."""


Wrap = Callable[[Flow, bool], Wrapping]
"""Makes the wrapping of one connection; the flag says whether it was opened to us. Raises WrappingBroken."""
