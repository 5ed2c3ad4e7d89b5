"""The port to traces: a request to a client company's system may belong to one, which its header then tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping


class TracedRequest(Protocol):
    """One request while it is under way."""

    @property
    def headers(self) -> Mapping[str, str]:
        """What the system is told of the trace (W3C Trace Context)."""

    def end(self, *, answered: bool) -> None:
        """It is over."""


class Traces(Protocol):
    """Where requests are noted."""

    def begin(self, contact: str, action: str) -> TracedRequest | None:
        """A request goes out; None where the contact is not traced."""
