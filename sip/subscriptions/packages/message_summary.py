"""The message-summary package (RFC 3842): how many messages wait in an account's mailbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from sip.subscriptions.event_package import Document

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sip.subscriptions.event_package import Watched


@dataclass(frozen=True, slots=True)
class Mailbox:
    """How many voice messages are in a mailbox; the urgent ones are among the others."""

    new: int = 0
    old: int = 0
    urgent_new: int = 0
    urgent_old: int = 0


class Mailboxes(Protocol):
    """Who has which messages."""

    def find(self, account: str) -> Mailbox | None:
        """The account's mailbox, or None where there is no such account."""


class MessageSummaryPackage:
    """Writes what mailboxes hold."""

    name = "message-summary"
    content_type = "application/simple-message-summary"
    expires = 3600

    def __init__(self, mailboxes: Mailboxes) -> None:
        """Ask these."""
        self._mailboxes = mailboxes

    def knows(self, resource: str) -> bool:
        """Whether there is such a mailbox."""
        return self._mailboxes.find(resource) is not None

    def document(self, watched: Watched, version: int, told: Mapping[str, str], *, now: float) -> Document:
        """The counts (s.5.2)."""
        box = self._mailboxes.find(watched.resource) or Mailbox()
        lines = (
            f"Messages-Waiting: {'yes' if box.new else 'no'}",
            f"Message-Account: {watched.entity}",
            f"Voice-Message: {box.new}/{box.old} ({box.urgent_new}/{box.urgent_old})",
            "",
        )
        return Document("\r\n".join(lines).encode("utf-8", "surrogateescape"), {})
