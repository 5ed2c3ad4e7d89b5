"""Builders of SIP messages for tests: say what matters, the rest is usual."""

from __future__ import annotations

from typing import TYPE_CHECKING

from base.ids import SequenceIds
from sip.events import Caller
from sip.flow import Flow
from sip.message import Request
from sip.parser import parse
from sip.session.expires import usual
from sip.stack import Stack
from sip.verdicts import Admitted

if TYPE_CHECKING:
    from collections.abc import Callable

    from sip.session.expires import TimerPolicy

LOCAL = ("192.0.2.1", 5060)
PEER = ("192.0.2.2", 5070)
FLOW = Flow("UDP", LOCAL, PEER)
OFFER = (
    b"v=0\r\no=- 1 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\n"
    b"m=audio 40000 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n"
)
ANSWER = (
    b"v=0\r\no=- 2 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
    b"m=audio 50000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n"
)


class Everybody:
    """Admits all, as the caller that From names."""

    def is_banned(self, flow: Flow, *, now: float) -> bool:
        """Nobody is."""
        return False

    def is_trusted(self, flow: Flow) -> bool:
        """Nobody is."""
        return False

    def tolerates(self, flow: Flow, *, now: float) -> bool:
        """Anything is."""
        return True

    def admit(self, request: Request, flow: Flow, now: float) -> Admitted:
        """Admit."""
        return Admitted(
            Caller("test", None, "test", request.from_.uri.user or "", request.from_.display, flow.peer)
        )


def stack(
    prefix: str = "a",
    address: tuple[str, int] = LOCAL,
    *,
    timing: Callable[[str], TimerPolicy] = usual,
) -> Stack:
    """A stack that listens at one address and admits everybody."""
    made = Stack(SequenceIds(prefix), admission=Everybody(), timing=timing)
    made.listen("UDP", address)
    return made


def request(
    method: str = "INVITE",
    *,
    uri: str = "sip:ivr@192.0.2.1",
    branch: str = "z9hG4bK-1",
    sent_by: str = "192.0.2.2:5070",
    from_tag: str = "f1",
    to_tag: str | None = None,
    call_id: str = "call-1",
    cseq: int = 1,
    cseq_method: str | None = None,
    contact: str | None = "<sip:bob@192.0.2.2:5070>",
    headers: tuple[tuple[str, str], ...] = (),
    without: tuple[str, ...] = (),
    body: bytes = b"",
    content_type: str | None = "application/sdp",
) -> bytes:
    """A request as a phone at PEER would send it."""
    to = f"<sip:ivr@192.0.2.1>;tag={to_tag}" if to_tag else "<sip:ivr@192.0.2.1>"
    lines = [
        ("Via", f"SIP/2.0/UDP {sent_by};branch={branch};rport"),
        ("Max-Forwards", "70"),
        ("From", f'"Bob" <sip:bob@192.0.2.2>;tag={from_tag}'),
        ("To", to),
        ("Call-ID", call_id),
        ("CSeq", f"{cseq} {cseq_method or method}"),
    ]
    if contact is not None:
        lines.append(("Contact", contact))
    if body and content_type is not None:
        lines.append(("Content-Type", content_type))
    lines = [line for line in lines if line[0] not in without]
    lines += headers
    lines.append(("Content-Length", str(len(body))))
    text = "".join(f"{name}: {value}\r\n" for name, value in lines)
    return f"{method} {uri} SIP/2.0\r\n{text}\r\n".encode("utf-8", "surrogateescape") + body


def parsed_request(data: bytes, flow: Flow = FLOW) -> Request:
    """A datagram as the request it holds, on its flow."""
    found = parse(data)
    assert isinstance(found, Request)
    found.flow = flow
    return found
