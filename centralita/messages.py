"""The SIP messages of a contact, where its record kept them in full: as text to read, as a capture for other tools."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from base.address import address
from sip.capture import pcap

if TYPE_CHECKING:
    from collections.abc import Iterable

    from records.reader import StoredEvent


def as_text(messages: Iterable[StoredEvent]) -> str:
    """Each message under a line that says when and between whom."""
    return "".join(f"{_heading(each)}\n{_text(each)}\n" for each in messages)


def as_capture(messages: Iterable[StoredEvent]) -> bytes:
    """A pcap file."""
    return pcap.HEADER + b"".join(_record(each) for each in messages)


def _heading(message: StoredEvent) -> str:
    when = datetime.fromtimestamp(message.ts, UTC).isoformat(timespec="milliseconds")
    arrow = "->" if message.data["sent"] else "<-"
    data = message.data
    return f"--- {when} {data['transport']} {data['local']} {arrow} {data['peer']} {data['summary']}"


def _text(message: StoredEvent) -> str:
    lines = str(message.data["text"]).replace("\r\n", "\n").rstrip("\n")
    # A peer's control characters must not reach the terminal.
    return "".join(each if each.isprintable() or each == "\n" else "?" for each in lines) + "\n"


def _record(message: StoredEvent) -> bytes:
    ours, theirs = address(message.data["local"]), address(message.data["peer"])
    ends = (ours, theirs) if message.data["sent"] else (theirs, ours)
    return pcap.record(str(message.data["text"]).encode(), *ends, ts=message.ts)
