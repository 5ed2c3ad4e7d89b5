"""The early dialogs of an INVITE that we sent, one for each To tag (RFC 3261 s.12.1, RFC 3262 s.4, RFC 3960)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sip.body import description_or_none
from sip.dialog import Dialog
from sip.errors import ParseError
from sip.grammar import number
from sip.session.turn import Turn

if TYPE_CHECKING:
    from sip.message import Request, Response
    from sip.sdp import SessionDescription
    from sip.transaction.client import ClientTransaction

MOST_EARLY = 16
"""Early dialogs kept for one INVITE: tags are the peers' to choose. Further forks ring, and no more."""


def rseq_of(response: Response) -> int | None:
    """The number of a reliable provisional response, or None where it is not one (RFC 3262 s.4)."""
    try:
        if response.status == 100 or "100rel" not in [each.lower() for each in response.listed("Require")]:
            return None
        return number(response.required("RSeq"), 2**32 - 1, "RSeq")
    except ParseError:
        return None


class Order:
    """The sequence of one dialog's reliable provisional responses."""

    __slots__ = ("answer", "last")

    def __init__(self) -> None:
        """None has come yet."""
        self.last: int | None = None
        self.answer = b""
        """What a PRACK that was refused has answered: the next one says it again."""

    def takes(self, rseq: int) -> bool:
        """Whether this is the next one; a repeated one, or one that overtook another, is not heard (s.4)."""
        if self.last is not None and rseq != self.last + 1:
            return False
        self.last = rseq
        return True

    # The user of the PRACK of the last one.

    def on_response(self, transaction: ClientTransaction, response: Response, *, now: float) -> None:
        """A PRACK that was refused, because another request overtook it, is sent anew when the response comes again."""
        is_refused = response.status >= 300 and response.status != 481
        named = transaction.request.required("RAck").split()[0]
        if is_refused and self.last is not None and named == str(self.last):
            self.last -= 1
            self.answer = transaction.request.body

    def on_no_response(self, transaction: ClientTransaction, status: int, *, now: float) -> None:
        """Nobody is there; the INVITE will find out."""


class EarlyDialog:
    """One fork, before its final answer."""

    __slots__ = ("description", "dialog", "is_over", "order", "turn", "unanswered")

    def __init__(self, dialog: Dialog, *, offered: bool) -> None:
        """`offered` says that our INVITE held an offer: each fork answers it on its own."""
        self.dialog = dialog
        self.turn = Turn()
        if offered:
            self.turn.sent()
        self.order = Order()
        self.description: SessionDescription | None = None
        """What this fork said last of its media."""
        self.unanswered: int | None = None
        """The RSeq whose offer waits for our answer, which its PRACK will carry."""
        self.is_over = False
        """A BYE has come already: it overtook the 2xx that it belongs to."""

    def describe(self, response: Response, *, reliable: bool) -> SessionDescription | None:
        """What a provisional response says of media, where it may say it (RFC 6337 s.2.2, s.3.1.1)."""
        found = description_or_none(response)
        if found is None:
            return None
        is_offer = reliable and not self.turn.has_agreed and not self.turn.is_open
        if not self.turn.is_ours and not is_offer:
            return None  # said in reliable answers once, the description stands
        if reliable:
            self.turn.received()
        self.description = found
        return found


class EarlyDialogs:
    """All forks of one INVITE."""

    __slots__ = ("_by_tag", "_invite", "_strays", "latest")

    def __init__(self, invite: Request) -> None:
        """Begin with none."""
        self._invite = invite
        self._by_tag: dict[str, EarlyDialog] = {}
        self._strays: set[str] = set()
        self.latest: EarlyDialog | None = None

    def hear(self, response: Response) -> EarlyDialog | None:
        """The early dialog of a provisional response, made when it is new; None when there are too many."""
        tag = response.to.tag or ""
        early = self._by_tag.get(tag)
        if early is None:
            if len(self._by_tag) >= MOST_EARLY:
                return None
            dialog = Dialog.as_caller(self._invite, response)
            early = self._by_tag[tag] = EarlyDialog(dialog, offered=bool(self._invite.body))
        else:
            early.dialog.refresh_target(response)
        self.latest = early
        return early

    def of(self, tag: str | None) -> EarlyDialog | None:
        """The fork with a tag. Peers that leave tags out of some answers have one fork only."""
        found = self._by_tag.get(tag or "") or self._by_tag.get("")
        if found is None and tag is None and len(self._by_tag) == 1:
            (found,) = self._by_tag.values()
        return found

    def drop(self, tag: str | None) -> None:
        """A fork is over without an answer (199, RFC 6228)."""
        gone = self._by_tag.pop(tag or "", None)
        if gone is not None and gone is self.latest:
            self.latest = next(reversed(self._by_tag.values()), None)

    def on_bye(self, tag: str | None) -> None:
        """A BYE, which overtook the 2xx of its dialog: that one ends as soon as it begins (RFC 5407 s.3.1.2)."""
        early = self.of(tag)
        if early is not None:
            early.is_over = True
        elif len(self._strays) < MOST_EARLY:
            self._strays.add(tag or "")

    def has_ended(self, tag: str | None) -> bool:
        """Whether the peer with this tag has said BYE already."""
        early = self.of(tag)
        return (early is not None and early.is_over) or (tag or "") in self._strays

    def dialog_from(self, response: Response) -> Dialog:
        """The dialog that a 2xx makes: its routes and target, with the numbers of its early dialog (s.13.2.2.4)."""
        dialog = Dialog.as_caller(self._invite, response)
        early = self.of(response.to.tag)
        if early is not None:
            dialog.inherit(early.dialog)
            if not response.headers("Contact"):
                dialog.target = early.dialog.target
        return dialog
