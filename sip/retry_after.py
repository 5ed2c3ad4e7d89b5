"""The header Retry-After (RFC 3261 s.20.33): read, and written where an offer comes while another is open (s.14.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from base.ids import Ids
    from sip.message import Extra, Response

_LONGEST = 10
"""Seconds that s.14.2 has us ask for at most."""


def retry_after(response: Response) -> float | None:
    """The seconds of a response's Retry-After; None where there is none, or one that cannot be read."""
    digits = (response.header("Retry-After") or "").strip()
    for mark in ("(", ";"):
        digits = digits.partition(mark)[0].strip()
    return float(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 7 else None


def try_later(ids: Ids) -> Extra:
    """When an offer may be made again: drawn, so that two who met do not meet again."""
    return (("Retry-After", str(1 + ids.number(16) % _LONGEST)),)
