"""Calls over the loopback network: a house (exchange and media plane) and a party whose every word a test decides."""

from __future__ import annotations

import asyncio
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Self, TypeVar

from base.ids import SequenceIds
from calls.exchange import Exchange
from calls.hearing import NOTHING, Listening
from calls.stream import CODECS
from centralita.failures import hear
from media.plane import Plane
from sip.events import InviteReceived, MessageTraced, TransferReported
from sip.identity.identity import tell_little
from sip.io.endpoint import Endpoint
from sip.offer.keys import Dtmf
from sip.offer.security import Srtp
from sip.stack import CallerIdentity, Stack, Target
from sip.transaction.client import NOBODY
from tests.kit.builders import Everybody
from tests.kit.ports import free_ports
from tests.kit.rtp import FarEnd
from tests.kit.tone import tone

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from calls.contact import Contact
    from calls.leg import Leg
    from calls.lines import Lines
    from calls.recording import Shelf
    from media.plane import Clip
    from sip.events import Event
    from sip.flow import Flow
    from sip.identity.identity import IdentityRules
    from sip.message import Request, Response
    from sip.sdp import SessionDescription
    from sip.session.session import Session
    from sip.transaction.client import ClientTransaction
    from sip.verdicts import Admission, Admitted

E = TypeVar("E")

HOST = "127.0.0.1"
PATIENCE = 15.0
"""Seconds after which what was waited for is taken as never coming."""
MUSIC = frozenset({620, 1040})


async def until(true: Callable[[], bool], what: str = "it never came") -> None:
    """Wait until a condition holds."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + PATIENCE
    while not true():
        assert loop.time() < deadline, what
        await asyncio.sleep(0.002)


@dataclass(frozen=True, slots=True)
class Row:
    """One event as the ledger would get it."""

    contact: str
    leg: str | None
    kind: str
    data: Mapping[str, object]
    at: float = 0.0
    """By the monotonic clock, as the ledger's offsets."""


class House:
    """What is under test: a real exchange over a real endpoint and a real plane. Arrivals wait for the test."""

    def __init__(
        self,
        *,
        ports: int = 40,
        rtp_timeout: float = 30.0,
        codecs: Mapping[str, Sequence[str]] = MappingProxyType({}),
        silence_limit: float = 0.0,
        shelf: Shelf | None = None,
        admission: Admission | None = None,
        identity: Callable[[str, str | None, Target], IdentityRules] = tell_little,
        lines: Lines | None = None,
        srtp: Srtp = Srtp.OFF,
        dtmf: Dtmf = Dtmf.AUTO,
        messages_in_full: bool = False,
        listening: Listening = NOTHING,
    ) -> None:
        """Open the plane; entering opens the sockets. `codecs` are those of each profile, the usual unless named."""
        self.plane = Plane(address=HOST, ports=free_ports(ports), threads=1, rtp_timeout=rtp_timeout)
        self.ids = SequenceIds("h")
        self.stack = Stack(self.ids, admission=admission or Everybody())
        self.endpoint = Endpoint(self.stack, lambda event: hear(self.exchange, event))
        self.codecs = codecs
        self.silence_limit = silence_limit
        self.shelf = shelf
        self.identity = identity
        self.lines = lines
        self.srtp = srtp
        self.dtmf = dtmf
        self.messages_in_full = messages_in_full
        self.listening = listening
        self.rows: list[Row] = []
        self.contacts: list[Contact] = []
        self.on_arrival: Callable[[Contact], object] = lambda contact: None
        self._music: Clip | None = None

    async def __aenter__(self) -> Self:
        self.exchange = Exchange(
            self.endpoint,
            self.plane,
            self.ids,
            self.record,
            lambda contact, _: self._arrive(contact),
            lambda _: None,
            lambda profile, trunk: self.codecs.get(profile, CODECS),
            srtp=lambda profile, trunk: self.srtp,
            dtmf=lambda profile, trunk: self.dtmf,
            lines=self.lines,
            messages_in_full=lambda: self.messages_in_full,
            silence_limit=self.silence_limit,
            listening=lambda: self.listening,
            shelf=self.shelf,
            identity=self.identity,
        )
        await self.endpoint.start([(HOST, 0)])
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.endpoint.close()
        self.exchange.close()
        self.plane.close()

    @property
    def address(self) -> tuple[str, int]:
        """Where it takes calls."""
        return self.endpoint.address

    def record(self, contact: str, leg: str | None, kind: str, data: Mapping[str, object]) -> None:
        """The ledger's place."""
        self.rows.append(Row(contact, leg, kind, data, time.monotonic()))

    def music(self) -> tuple[Clip, ...]:
        """Two sines that nobody else plays."""
        if self._music is None:
            self._music = self.plane.load_clip(tone(MUSIC, 1.0))
        return (self._music,)

    def _arrive(self, contact: Contact) -> None:
        self.contacts.append(contact)
        self.on_arrival(contact)

    async def arrival(self) -> tuple[Contact, Leg]:
        """The next call that came in, with its leg."""
        await until(lambda: bool(self.contacts), "no call came in")
        contact = self.contacts.pop(0)
        assert contact.caller is not None
        return contact, contact.caller

    def kinds(self) -> list[str]:
        """What was recorded, ladder rows left out."""
        return [row.kind for row in self.rows if row.kind != "leg.message"]

    def row(self, kind: str, *, leg: Leg | None = None) -> Row:
        """The only row of a kind (of one leg)."""
        (found,) = [row for row in self.rows if row.kind == kind and (leg is None or row.leg == leg.id)]
        return found

    async def over(self) -> None:
        """Wait until nothing is in use any more: no leg, no RTP port, no session."""
        await until(
            lambda: (
                self.exchange.leg_count == 0
                and self.plane.counters().open == 0
                and self.stack.counters()["sessions"] == 0
            ),
            f"still in use: {self.exchange.leg_count} legs, {self.plane.counters()}, {self.stack.counters()}",
        )


class Asked:
    """Waits for the answer to a request."""

    def __init__(self) -> None:
        self.status: int | None = None

    def on_response(self, transaction: ClientTransaction, response: Response, *, now: float) -> None:
        """It came."""
        self.status = response.status

    def on_no_response(self, transaction: ClientTransaction, status: int, *, now: float) -> None:
        """It never did."""
        self.status = status

    async def answer(self) -> int:
        """The status, once it is there."""
        await until(lambda: self.status is not None, "no answer")
        assert self.status is not None
        return self.status


class _Noting(Everybody):
    def __init__(self, requests: list[Request]) -> None:
        self._requests = requests

    def admit(self, request: Request, flow: Flow, now: float) -> Admitted:
        self._requests.append(request)
        return super().admit(request, flow, now)


class Party:
    """A phone without a mind: SIP by our own stack, descriptions and answers by the test, sound by a bare socket."""

    def __init__(self, *, codecs: str = "0 8 101") -> None:
        """`codecs` are the formats it knows."""
        self.codecs = codecs
        self.far = FarEnd()
        self.events: list[Event] = []
        self.on_invite: Callable[[Session], object] = lambda session: None
        self.requests: list[Request] = []
        """What came from outside any dialog."""
        self.stack = Stack(SequenceIds(f"p{self.far.address[1]}x"), admission=_Noting(self.requests))
        self.endpoint = Endpoint(self.stack, self._hear)
        self._version = 0

    async def __aenter__(self) -> Self:
        await self.endpoint.start([(HOST, 0)])
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.endpoint.close()
        self.far.socket.close()

    @property
    def uri(self) -> str:
        """How it is called."""
        return f"sip:bob@{HOST}:{self.endpoint.address[1]}"

    def _hear(self, event: Event) -> None:
        if not isinstance(event, MessageTraced):
            self.events.append(event)
        if isinstance(event, InviteReceived):
            self.on_invite(event.session)

    async def hears(self, kind: type[E]) -> E:
        """The next event of a kind, taken."""
        await until(
            lambda: any(isinstance(event, kind) for event in self.events),
            f"no {kind.__name__}, only {[type(event).__name__ for event in self.events]}",
        )
        found = next(event for event in self.events if isinstance(event, kind))
        self.events.remove(found)
        return found

    def body(self, direction: str = "sendrecv", *, address: str = HOST, kind: str = "IP4") -> bytes:
        """Its description: an offer or an answer."""
        self._version += 1
        return (
            f"v=0\r\no=- 7 {self._version} IN {kind} {address}\r\ns=-\r\nc=IN {kind} {address}\r\nt=0 0\r\n"
            f"m=audio {self.far.address[1]} RTP/AVP {self.codecs}\r\n"
            f"a=rtpmap:101 telephone-event/8000\r\na={direction}\r\n"
        ).encode()

    def call(
        self,
        house: House,
        body: bytes | None,
        *,
        user: str = "100",
        headers: tuple[tuple[str, str], ...] = (),
    ) -> Session:
        """Dial the house."""
        target = Target(f"sip:{user}@{HOST}:{house.address[1]}")
        session = self.stack.invite(
            target,
            caller=CallerIdentity("600100200", "Bob"),
            body=body,
            headers=headers,
            now=self.endpoint.now(),
        )
        self.endpoint.flush()
        return session

    def say(self, command: Callable[[float], object]) -> None:
        """Give the stack a command."""
        command(self.endpoint.now())
        self.endpoint.flush()

    def answer(self, session: Session, body: bytes | None = None) -> None:
        """Pick up."""
        self.say(lambda now: self.stack.answer(session, self.body() if body is None else body, now=now))

    def ring(self, session: Session) -> None:
        """Ring."""
        self.say(lambda now: self.stack.ring(session, now=now))

    def refuse(self, session: Session, status: int) -> None:
        """Turn the caller away."""
        self.say(lambda now: self.stack.reject(session, status, now=now))

    def hang_up(self, session: Session) -> None:
        """End it, in whatever state it is."""
        self.say(lambda now: self.stack.end(session, now=now))

    def info(self, session: Session, body: bytes) -> None:
        """Send a key as old phones do; our stack has no command for it."""
        assert session.dialog is not None
        headers = (("Content-Type", "application/dtmf-relay"),)
        branch = session.context.branch()
        request = session.dialog.request("INFO", branch, headers=headers, body=body)
        self.say(lambda now: session.context.layer.request(request, NOBODY, now=now))

    def refer(self, session: Session, target: str, *headers: tuple[str, str]) -> Asked:
        """Ask the house for a transfer as a phone that follows nothing: it refuses each NOTIFY with 481."""
        assert session.dialog is not None
        lines = (("Refer-To", target), *headers)
        request = session.dialog.request("REFER", session.context.branch(), headers=lines)
        asked = Asked()
        self.say(lambda now: session.context.layer.request(request, asked, now=now))
        return asked

    def transfer(self, session: Session, target: str) -> None:
        """Ask the house for a transfer and follow it: what comes of it are TransferReported events."""
        self.say(lambda now: self.stack.transfers.refer(session, target, now=now))

    async def outcome(self) -> int:
        """How a transfer went that this party follows."""
        while True:
            report = await self.hears(TransferReported)
            if report.is_over:
                return report.status

    def face(self, description: SessionDescription | None) -> tuple[str, int]:
        """Send sound to where a description says."""
        assert description is not None
        media = description.media[0]
        self.far.target = (media.address or HOST, media.port)
        return self.far.target

    async def listens(self, packets: int = 25) -> bytes:
        """The sound of so many packets from now on."""
        with suppress(BlockingIOError):
            while True:
                self.far.socket.recv(4096, socket.MSG_DONTWAIT)
        return await asyncio.to_thread(self.far.hear_sound, packets)
