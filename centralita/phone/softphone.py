"""One telephone: our SIP stack and media plane without a server around them, doing what its script says."""

from __future__ import annotations

import asyncio
import wave
from typing import TYPE_CHECKING

from base.errors import CentralitaError
from base.io.ids import SystemIds
from calls.contact import Contact
from calls.events import LegAnswered, LegEnded, LegHeld, LegProgressed, LegRang, LegResumed
from calls.exchange import Exchange
from centralita.phone.script import Answer, HangUp, Hold, Keys, Play, Record, Refuse, Until, Wait
from media.plane import Plane
from sip import events as sip_events
from sip.events import Caller
from sip.flow import host_in_uri
from sip.io.endpoint import Endpoint
from sip.reasons import REASONS
from sip.stack import CallerIdentity, Stack, Target
from sip.verdicts import Admitted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from calls.leg import Leg
    from centralita.phone.script import Step
    from media.plane import Clip
    from sip.digest.login import Login
    from sip.flow import Flow
    from sip.message import Request
    from sip.trunks.registration import Registration
    from sip.verdicts import Verdict

RATE = 8000
_MOMENTS = {
    LegAnswered: "answered",
    LegRang: "ringing",
    LegProgressed: "ringing",
    LegHeld: "held",
    LegResumed: "resumed",
    LegEnded: "ended",
}


class PhoneError(CentralitaError):
    """The phone cannot do what it was told."""

    code = "phone_error"


class OpenAdmission:
    """A phone takes calls from anybody."""

    def is_banned(self, flow: Flow, *, now: float) -> bool:
        """Nobody is banned."""
        return False

    def is_trusted(self, flow: Flow) -> bool:
        """Nobody is."""
        return False

    def tolerates(self, flow: Flow, *, now: float) -> bool:
        """Anything is borne."""
        return True

    def admit(self, request: Request, flow: Flow, now: float) -> Verdict:
        """Everybody is welcome."""
        sender = request.from_
        return Admitted(Caller("phone", None, None, sender.uri.user or "", sender.display, flow.peer))


class Softphone:
    """A phone at one address. `say` is told in words what happens."""

    def __init__(self, bind: tuple[str, int], rtp_ports: range, say: Callable[[str], None]) -> None:
        """Nothing is opened yet."""
        self._bind = bind
        self._rtp_ports = rtp_ports
        self._say = say
        self._ids = SystemIds()
        self._arrivals: asyncio.Queue[Contact] = asyncio.Queue()
        self._registered: asyncio.Future[None] | None = None
        self._registration: Registration | None = None

    async def __aenter__(self) -> Softphone:
        """Open sockets. Raises OSError or PortsExhausted."""
        self._plane = Plane(address=self._bind[0], ports=self._rtp_ports, threads=1)
        self._stack = Stack(self._ids, admission=OpenAdmission(), product="Centralita phone")
        self._endpoint = Endpoint(self._stack, self._hear)
        try:
            await self._endpoint.start([self._bind])
        except OSError as error:
            self._plane.close()
            raise PhoneError(f"{self._bind[0]}:{self._bind[1]}: {error.strerror}; see --bind") from None
        self._exchange = Exchange(
            self._endpoint,
            self._plane,
            self._ids,
            _forget,
            lambda contact, caller: self._arrivals.put_nowait(contact),
            _ignore,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        """Unregister and close."""
        if self._registration is not None:
            self._stack.unregister(self._registration, now=self._endpoint.now())
            self._endpoint.flush()
            await asyncio.sleep(0.1)
        await self._endpoint.close()
        self._exchange.close()
        self._plane.close()

    async def register(self, account: str, server: tuple[str, int], login: Login) -> None:
        """Register and stay registered. Raises PhoneError when refused."""
        self._registered = asyncio.get_running_loop().create_future()
        self._registration = self._stack.register(
            f"sip:{account}@{host_in_uri(server[0])}", registrar=server, login=login, now=self._endpoint.now()
        )
        self._endpoint.flush()
        await self._registered
        self._say(f"registered as {account}")

    async def dial(
        self, number: str, server: tuple[str, int], caller: str, login: Login | None, script: Sequence[Step]
    ) -> LegEnded:
        """Call a number through a server and carry out the script; how the call ended."""
        contact = Contact(self._ids.new(), ani=caller, display="", dnis=number, record=_forget)
        host, port = server
        target = Target(f"sip:{number}@{host_in_uri(host)}:{port}", server, login)
        leg = self._exchange.dial(contact, target, role="external", caller=CallerIdentity(caller))
        self._say(f"calling {number}")
        return await self._perform(contact, leg, script)

    async def answer(self, script: Sequence[Step]) -> LegEnded:
        """Wait for a call and carry out the script on it; how the call ended."""
        contact = await self._arrivals.get()
        leg = contact.caller
        if leg is None:
            raise PhoneError("a call without a leg")
        self._say(f"called by {contact.ani or 'nobody known'}")
        leg.ring()
        return await self._perform(contact, leg, script)

    async def _perform(self, contact: Contact, leg: Leg, script: Sequence[Step]) -> LegEnded:
        call = _Call(contact, leg, self._say)
        try:
            for step in script:
                if leg.has_ended:
                    break
                await call.carry_out(step)
            return await call.over()
        finally:
            leg.hang_up()

    def _hear(self, event: sip_events.Event) -> None:
        waiting = self._registered
        if isinstance(event, sip_events.RegistrationAccepted):
            if waiting is not None and not waiting.done():
                waiting.set_result(None)
        elif isinstance(event, sip_events.RegistrationRefused):
            if waiting is not None and not waiting.done():
                waiting.set_exception(PhoneError(f"not registered: {event.status} {event.reason}"))
        else:
            self._exchange.handle_sip(event)


class _Call:
    """One call under a script."""

    def __init__(self, contact: Contact, leg: Leg, say: Callable[[str], None]) -> None:
        self._contact = contact
        self._leg = leg
        self._say = say
        self._seen: set[str] = set()

    async def carry_out(self, step: Step) -> None:
        match step:
            case Wait():
                await self._listen(asyncio.get_running_loop().time() + step.seconds)
            case Until():
                while step.moment not in self._seen and not self._leg.has_ended:
                    await self._listen(None, once=True)
                self._seen.discard(step.moment if step.moment in ("held", "resumed") else "")
            case Keys():
                await self._press(step)
            case Answer():
                self._leg.answer()
            case Refuse():
                self._leg.refuse(step.status)
            case Hold():
                self._leg.hold(on=step.on)
                self._say("hold" if step.on else "resume")
            case Play():
                self._leg.play((_clip(self._leg.exchange.plane, step),))
            case Record(path=None):
                self._leg.stream.port.stop_recording()
            case Record():
                self._leg.stream.port.record(str(step.path))
            case HangUp():
                self._leg.hang_up()

    async def over(self) -> LegEnded:
        """Wait for the end of the call."""
        while self._leg.ending is None:
            await self._listen(None, once=True)
        await self._listen(0.0)
        return self._leg.ending

    async def _press(self, step: Keys) -> None:
        keys = step.keys.reveal()
        self._leg.stream.port.send_digits(keys, duration=0.1, gap=0.08)
        self._say(f"pressed {len(keys)} key{'s' if len(keys) != 1 else ''}")
        await self._listen(asyncio.get_running_loop().time() + 0.18 * len(keys))

    async def _listen(self, until: float | None, *, once: bool = False) -> None:
        """Take what happens until a time, or one event of it."""
        while True:
            event = await self._contact.inbox.next(until)
            if event is None:
                return
            self._note(event)
            if once or self._leg.has_ended:
                return

    def _note(self, event: object) -> None:
        moment = _MOMENTS.get(type(event))
        if moment is None:
            return
        self._seen.add(moment)
        if isinstance(event, LegEnded):
            self._say(f"ended: {_ending(event)}")
        else:
            self._say(moment)


def _ending(event: LegEnded) -> str:
    reason = event.reason or REASONS.get(event.status, "")
    match event.by, event.status >= 300:
        case "local", _:
            return f"we hung up ({event.status})"
        case "remote", False:
            return f"the other side hung up ({event.status})"
        case "remote", True:
            return f"the call failed ({event.status} {reason})"
        case by, _:
            return f"{by} ({event.status} {reason})"


def _clip(plane: Plane, step: Play) -> Clip:
    try:
        with wave.open(str(step.path)) as source:
            if (source.getnchannels(), source.getsampwidth(), source.getframerate()) != (1, 2, RATE):
                raise PhoneError(f"{step.path}: play takes mono 16-bit WAV at {RATE} Hz")
            return plane.load_clip(source.readframes(source.getnframes()))
    except (OSError, wave.Error, EOFError) as error:
        raise PhoneError(f"{step.path}: {error}") from None


def _forget(contact: str, leg: str | None, kind: str, data: Mapping[str, object]) -> None:
    """A phone keeps no records."""


def _ignore(event: object) -> None:
    """A phone is no registrar."""
