"""A hand-driven peer for tests: it says exactly what it is told to one stack, and reads the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from sip.events import InviteReceived
from sip.flow import Flow
from sip.message import Request, Response, response_to
from sip.parser import parse
from sip.stack import CallerIdentity, Target
from tests.kit.builders import FLOW, OFFER, request, stack

if TYPE_CHECKING:
    from sip.events import Event
    from sip.session.session import Session
    from sip.stack import Stack

E = TypeVar("E")


class Peer:
    """Talks to one stack from PEER's address."""

    def __init__(self, made: Stack | None = None) -> None:
        """Face a stack, by default a fresh one that admits everybody."""
        self.stack = made or stack()
        self.now = 0.0
        self.events: list[Event] = []

    def say(self, data: bytes) -> list[Request | Response]:
        """Send a datagram; give what comes back at once."""
        self.stack.receive_datagram(data, FLOW, now=self.now)
        return self.hear()

    def say_request(self, method: str = "INVITE", **parts: Any) -> Response:
        """Send a request; give the one response that comes back at once."""
        (answer,) = self.say(request(method, **parts))
        assert isinstance(answer, Response)
        return answer

    def hear(self) -> list[Request | Response]:
        """What the stack has to send; its events are kept."""
        while (event := self.stack.next_event()) is not None:
            self.events.append(event)
        return [parse(data) for data, _ in self.stack.take_output()]

    def wait(self, seconds: float) -> list[Request | Response]:
        """Let time pass; give what was sent meanwhile."""
        heard: list[Request | Response] = []
        until = self.now + seconds
        while (due := self.stack.next_timeout()) is not None and due <= until:
            self.now = max(due, self.now)
            self.stack.handle_timeout(now=self.now)
            heard += self.hear()
        self.now = until
        return heard

    def event(self, kind: type[E]) -> E:
        """The latest event of a kind."""
        return next(event for event in reversed(self.events) if isinstance(event, kind))

    def kinds(self) -> list[str]:
        """Names of the events so far, ladder rows left out."""
        return [type(event).__name__ for event in self.events if type(event).__name__ != "MessageTraced"]

    def call(self, **parts: Any) -> Session:
        """Send an INVITE and give the session that it made."""
        assert self.say(request(**{"body": OFFER, **parts})) == []
        return self.event(InviteReceived).session

    def answered_call(self, body: bytes = b"v=0", **parts: Any) -> Session:
        """A call answered and acknowledged."""
        session = self.call(**parts)
        self.stack.answer(session, body, now=self.now)
        self.hear()
        assert self.say(request("ACK", branch="z9hG4bK-ack", to_tag=session.local_tag)) == []
        return session

    def placed_call(self, body: bytes | None = OFFER) -> tuple[Session, Request]:
        """The stack calls the peer: the session, and the INVITE as the peer sees it."""
        target = Target("sip:bob@192.0.2.2:5070")
        session = self.stack.invite(target, caller=CallerIdentity("ann"), body=body, now=self.now)
        (invite,) = self.hear()
        assert isinstance(invite, Request)
        return session, invite

    def reply(
        self,
        request: Request,
        status: int,
        *,
        tag: str | None = "p1",
        body: bytes = b"",
        headers: tuple[tuple[str, str], ...] = (),
        contact: str | None = "<sip:bob@192.0.2.2:5070>",
    ) -> list[Request | Response]:
        """Answer a request of the stack's; give what comes back at once."""
        request.flow = Flow("UDP", FLOW.remote, FLOW.local)
        if body:
            headers += (("Content-Type", "application/sdp"),)
        if contact is not None:
            headers += (("Contact", contact),)
        return self.say(response_to(request, status, tag=tag, headers=headers, body=body))

    def say_inside(self, session: Session, method: str, **parts: Any) -> list[Request | Response]:
        """Send a request inside a dialog that the stack began; give what comes back at once."""
        data = request(
            method,
            **{
                "from_tag": session.remote_tag,
                "to_tag": session.local_tag,
                "call_id": session.call_id,
                "branch": f"z9hG4bK-{method}",
                **parts,
            },
        )
        return self.say(data)

    def assert_over(self) -> None:
        """After a while the stack's tables are empty."""
        self.wait(200.0)
        assert set(self.stack.counters().values()) == {0}
