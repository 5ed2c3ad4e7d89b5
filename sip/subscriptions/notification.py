"""NOTIFY requests inside a dialog (RFC 6665 s.4.2.2), one at a time; of whatever usage: SUBSCRIBE's or REFER's.

Knows no packages and keeps no state of what is told; its owner waits for one outcome before it sends again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from sip.retry_after import retry_after

if TYPE_CHECKING:
    from sip.context import Context
    from sip.dialog import Dialog
    from sip.message import Response
    from sip.transaction.client import ClientTransaction


class NotifyOwner(Protocol):
    """Who is told how a NOTIFY went."""

    def on_notified(self, *, now: float) -> None:
        """The subscriber has it."""

    def on_notify_failed(self, status: int, retry_after: float | None, *, now: float) -> None:
        """It was refused, not answered (408) or not deliverable (503); perhaps it may be sent again later."""


class Notifications:
    """The sender of one subscription's NOTIFYs."""

    __slots__ = ("_context", "_dialog", "_event", "_owner")

    def __init__(self, context: Context, dialog: Dialog, event: str, owner: NotifyOwner) -> None:
        """`event` is the Event header, with the id of the subscription if it has one."""
        self._context = context
        self._dialog = dialog
        self._event = event
        self._owner = owner

    def send(self, state: str, content_type: str = "", body: bytes = b"", *, now: float) -> None:
        """Send one; `state` is the Subscription-State header."""
        context, dialog = self._context, self._dialog
        headers = (
            ("Event", self._event),
            ("Subscription-State", state),
            *context.dialog_headers(dialog.flow, secure=dialog.is_secure),
            ("User-Agent", context.product),
            *((("Content-Type", content_type),) if body else ()),
        )
        request = dialog.request("NOTIFY", context.branch(), headers=headers, body=body)
        context.layer.request(request, self, now=now)

    def on_response(self, transaction: ClientTransaction, response: Response, *, now: float) -> None:
        """An answer to the NOTIFY."""
        if response.status < 200:
            return
        if response.status < 300:
            self._owner.on_notified(now=now)
        else:
            self._owner.on_notify_failed(response.status, retry_after(response), now=now)

    def on_no_response(self, transaction: ClientTransaction, status: int, *, now: float) -> None:
        """Nobody answered."""
        self._owner.on_notify_failed(status, None, now=now)
