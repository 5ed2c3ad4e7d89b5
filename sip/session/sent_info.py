"""Keys that we send by INFO (RFC 6086 s.2, application/dtmf-relay): one request at a time, so that none overtakes."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from sip.session.challenged import with_login
from sip.session.table import GONE

if TYPE_CHECKING:
    from sip.message import Request, Response
    from sip.session.session import Session
    from sip.transaction.client import ClientTransaction

MOST = 64
"""Keys that wait; to a peer that does not answer no more are kept."""
_CONTENT = (("Content-Type", "application/dtmf-relay"),)


class SentKeys:
    """The keys of one session."""

    __slots__ = ("_is_tried", "_request", "_session", "_waiting")

    def __init__(self, session: Session) -> None:
        """Begin with none."""
        self._session = session
        self._waiting: deque[tuple[str, int]] = deque()
        self._request: Request | None = None
        self._is_tried = False
        """Whether the one under way holds credentials."""

    def press(self, key: str, *, duration: float, now: float) -> None:
        """Send a key that is down for so many seconds, after those before it."""
        if len(self._waiting) < MOST:
            self._waiting.append((key, round(duration * 1000)))
        if self._request is None:
            self._send_next(now)

    def on_response(self, transaction: ClientTransaction, response: Response, *, now: float) -> None:
        """The answer to one: the next goes out, unless the peer wants credentials or none of this."""
        if response.status < 200:
            return
        if response.status < 300:
            self._send_next(now)
        elif not self._try_again(response, now):
            self.on_no_response(transaction, response.status, now=now)

    def on_no_response(self, transaction: ClientTransaction, status: int, *, now: float) -> None:
        """Refused, or never answered: what waits is dropped. 408 and 481 mean that the peer is gone (RFC 5057)."""
        self._waiting.clear()
        self._request = None
        if status in (408, 481):
            self._session.on_lost(status, now=now)

    def _send_next(self, now: float) -> None:
        dialog = self._session.dialog
        if not self._waiting or dialog is None or self._session.state in GONE:
            self._waiting.clear()
            self._request = None
            return
        key, milliseconds = self._waiting.popleft()
        body = f"Signal={key}\r\nDuration={milliseconds}\r\n".encode("ascii")
        self._is_tried = False
        self._send(dialog.request("INFO", self._session.context.branch(), headers=_CONTENT, body=body), now)

    def _send(self, request: Request, now: float) -> None:
        self._request = request
        self._session.context.layer.request(request, self, now=now)

    def _try_again(self, response: Response, now: float) -> bool:
        """Answer a challenge, once."""
        dialog = self._session.dialog
        if dialog is None or self._request is None or self._is_tried:
            return False
        again = with_login(self._session, dialog, self._request, response)
        if again is None:
            return False
        self._is_tried = True
        self._send(again, now)
        return True
