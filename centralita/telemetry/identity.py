"""Identifiers of traces and spans, computed from what they stand for: whoever knows a contact knows its trace.

So a back end can be told its parent before the events of the contact are committed, and nothing is kept for it.
"""

from __future__ import annotations

from hashlib import sha256

_ALL = 1 << 64


def trace_of(contact: str) -> int:
    """The trace of a contact, 128 bits and never 0."""
    return int.from_bytes(sha256(f"trace {contact}".encode()).digest()[:16], "big") or 1


def span_of(contact: str, name: str) -> int:
    """A span of a contact by its name there, 64 bits and never 0."""
    return int.from_bytes(sha256(f"span {contact} {name}".encode()).digest()[:8], "big") or 1


def is_traced(trace: int, share: float) -> bool:
    """Whether a trace is among the share that is kept; by its own bits, so that every node says the same."""
    return trace % _ALL < share * _ALL


def traceparent(trace: int, span: int) -> str:
    """The header of W3C Trace Context for a request that belongs to a span."""
    return f"00-{trace:032x}-{span:016x}-01"
