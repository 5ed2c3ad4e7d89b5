"""Replaces (RFC 3891): naming a dialog that a new one takes the place of, and which session of ours is meant.

Whether the sender is entitled to take that place is asked above, where it is known whose calls these are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sip.errors import ParseError
from sip.grammar import is_token, parameters
from sip.session.table import SessionState
from sip.verdicts import Refuse

if TYPE_CHECKING:
    from sip.context import Context
    from sip.message import Request
    from sip.session.session import Session

_NO_TAG = "0"
"""What stands for the tag that a peer of RFC 2543 never gave (s.4)."""
_OVER = (SessionState.CLOSING, SessionState.ENDING, SessionState.ENDED, SessionState.CANCELLING)
_ESTABLISHED = (SessionState.ANSWERED, SessionState.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Replaces:
    """A dialog as the one who receives the header sees it: `to_tag` is its own, `from_tag` the other side's."""

    call_id: str
    to_tag: str
    from_tag: str
    early_only: bool = False

    @classmethod
    def parse(cls, text: str) -> Replaces:
        """Read a header value. Raises ParseError."""
        call_id, *pieces = (piece.strip() for piece in text.split(";"))
        names = [piece.partition("=")[0].strip().lower() for piece in pieces]
        if not call_id or "," in text or len(call_id.split()) != 1 or len(set(names)) != len(names):
            raise ParseError("bad Replaces")
        params = parameters(pieces)
        to_tag, from_tag = params.get("to-tag") or "", params.get("from-tag") or ""
        if not is_token(to_tag) or not is_token(from_tag):
            raise ParseError("Replaces needs one to-tag and one from-tag")
        return cls(call_id, to_tag, from_tag, "early-only" in params)

    def __str__(self) -> str:
        """As a header value."""
        early = ";early-only" if self.early_only else ""
        return f"{self.call_id};to-tag={self.to_tag};from-tag={self.from_tag}{early}"


def find(context: Context, replaces: Replaces) -> Session | None:
    """The session of ours that is named, or None."""
    session = context.sessions.get((replaces.call_id, replaces.to_tag))
    if session is None:
        return None
    theirs = session.remote_tag
    if theirs is None and session.direction == "out":
        # Nobody has answered yet: it is one of the early dialogs, or none.
        is_known = session.early is not None and session.early.of(replaces.from_tag) is not None
        return session if is_known else None
    return session if (theirs or _NO_TAG) == replaces.from_tag else None


def replaced_by(context: Context, invite: Request) -> Session | Refuse | None:
    """The session whose place an INVITE wants, why it cannot have it (s.3), or None for an ordinary INVITE."""
    written = invite.headers("Replaces")
    if not written:
        return None
    try:
        if len(written) != 1 or invite.headers("Join"):
            raise ParseError("one Replaces and nothing beside it")
        replaces = Replaces.parse(written[0])
    except ParseError as error:
        return Refuse(400, f"Bad Request ({error})")
    session = find(context, replaces)
    if session is None:
        return Refuse(481)
    if session.state in _OVER:
        return Refuse(603)
    if session.state in _ESTABLISHED:
        return Refuse(486) if replaces.early_only else session
    # An early dialog can be taken over only where it was we who called (s.3).
    return session if session.direction == "out" else Refuse(481)
