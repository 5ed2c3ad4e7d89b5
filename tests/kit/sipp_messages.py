"""What sipp wrote down of the messages that it sent and received (-trace_msg)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

_BEGIN = re.compile(r"^-{30,} (\d{4}-\d\d-\d\d[ \t]\d\d:\d\d:\d\d\.\d+)\S*$", re.MULTILINE)
_HEAD = re.compile(r"\A\s*\S+ message (sent|received)[^\n]*\n\s*")


@dataclass(frozen=True, slots=True)
class Message:
    """One message; `at` in seconds of the wall clock."""

    at: float
    is_sent: bool
    text: str

    @property
    def start(self) -> str:
        """Its method, or its status."""
        first, second = self.text.split(None, 2)[:2]
        return second if first == "SIP/2.0" else first

    @property
    def user(self) -> str:
        """Whom a request is for."""
        found = re.match(r"\S+ sips?:([^@\s]*)@", self.text)
        return found.group(1) if found else ""

    def header(self, name: str) -> str:
        """The first header of this name, or nothing."""
        found = re.search(rf"^{name}\s*:\s*(.*?)\s*$", self.text, re.MULTILINE | re.IGNORECASE)
        return found.group(1) if found else ""


def read_messages(log: str) -> list[Message]:
    """All messages in the order of the log; one that is not yet written to its end is left out."""
    parts = _BEGIN.split(log)
    found = []
    for when, body in zip(parts[1::2], parts[2::2], strict=True):
        head = _HEAD.match(body)
        text = body[head.end() :].replace("\r", "") if head else ""
        if head and "\n\n" in text:
            at = datetime.fromisoformat(when.replace("\t", " ")).timestamp()
            found.append(Message(at, head.group(1) == "sent", text))
    return found
