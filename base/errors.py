"""The root of all errors: each carries what an edge must say (stable code, SIP status, Q.850 cause)."""

from __future__ import annotations

from typing import ClassVar


class CentralitaError(Exception):
    """Root of the house's errors; edges read the attributes and never test for classes."""

    code: ClassVar[str] = "internal_error"
    """Stable word for logs, API problem documents and tests."""
    status: int = 500
    """SIP status (RFC 3261 s.21) that a peer should be told."""
    cause: int = 41
    """Q.850 cause: 41 is temporary failure."""
    told: str = ""
    """What the peer is told in words, where the status does not say it all (text of a Reason, RFC 3326)."""
    retry_after: int | None = None
    """Seconds after which another attempt may do better (RFC 3261 s.20.33)."""


class LocalProtocolError(CentralitaError):
    """We broke a protocol: a command that the present state does not allow."""

    code = "local_protocol_error"


class RemoteProtocolError(CentralitaError):
    """A peer broke a protocol."""

    code = "remote_protocol_error"
    status = 400
    cause = 111


class DocumentError(CentralitaError):
    """Files that administrators edit have faults; the text lists them, one a line."""

    code = "document_error"
