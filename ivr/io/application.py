"""Runs a menu session over a caller's leg: keys and finished prompts in, playback and back-end questions out."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Protocol

from base.errors import CentralitaError
from calls.events import (
    DigitPressed,
    LegEnded,
    MessageRecorded,
    PlaybackFinished,
    SpeechPaused,
    TakenBack,
)
from ivr import events as heard
from ivr.commands import (
    AskBackEnd,
    BeginSecure,
    EndSecure,
    Identified,
    Leave,
    Play,
    Record,
    RecordMessage,
    Require,
    SetAttribute,
    SetLanguage,
    StopMessage,
    StopPlayback,
    SwitchRecording,
)
from ivr.compiled import CompiledMenus
from ivr.session import MenuSession
from ivr.surroundings import Quiet

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from base.secret import Secret
    from calls.contact import Contact, Inbox
    from calls.destination import Destination, Menu
    from calls.leg import Leg
    from ivr.commands import Command
    from ivr.manners import Floor
    from ivr.scene import CallerFacts
    from ivr.surroundings import Surroundings
    from media.plane import Clip
    from media.recording import Recording


SECURE_ENTRY = "secure entry"
"""Why a caller is not recorded."""
WITHHELD = "anonymous"
"""What client companies' systems are told in place of a number that the caller keeps back."""


class Voice(Protocol):
    """Where prompts are found as sound."""

    def clips(self, segments: Sequence[str], language: str) -> tuple[Clip, ...]:
        """The sound of these prompt ids in a language."""


class BackEnd(Protocol):
    """A client company's system."""

    async def ask(
        self,
        action: str,
        fields: Mapping[str, Secret | str],
        *,
        client: str,
        contact: str,
        caller: str,
        request: int,
        attestation: str | None,
        number: str | None,
    ) -> heard.BackEndReplied:
        """Carry out an action. Empties the secrets it was given before it awaits anything.

        `number` is the caller's, which counts for limits; `caller` what the client company's system may know of it.

        Never raises for what the caller typed; CentralitaError where it is broken.
        """

    def forget(self, contact: str) -> None:
        """Whoever was identified in this contact has left it."""


@dataclass(slots=True)
class MenuApplication:
    """Serves menu sets. A call keeps the set it began with, whatever is published meanwhile."""

    menus: Callable[[str], CompiledMenus]
    voice: Voice
    back_end: BackEnd
    facts: Callable[[Contact], CallerFacts]
    surroundings: Callable[[Contact], Surroundings] = lambda _: Quiet()
    floor: Callable[[str | None], Floor | None] = lambda _: None
    """What questions to a client company's callers may not go below."""
    late: set[asyncio.Task[None]] = field(default_factory=set)
    """Questions that the back end has not answered when the caller had already been led on."""

    async def serve(self, contact: Contact, destination: Menu) -> Destination | None:
        """Until the menus are done with the caller, or the caller with us."""
        caller = contact.caller
        if caller is None or caller.has_ended:
            return None
        visit = self._enter(contact, caller, destination, contact.inbox)
        caller.answer()
        return await visit.run()

    async def lend(self, contact: Contact, leg: Leg, destination: Menu, inbox: Inbox[object]) -> str:
        """Lead a party through menus in the middle of a conversation, whose events are read from `inbox`.

        Gives the last answer of the client company's system, empty without one; wherever the menus lead then.
        """
        visit = self._enter(contact, leg, destination, inbox)
        await visit.run()
        return visit.answer

    def _enter(self, contact: Contact, caller: Leg, destination: Menu, inbox: Inbox[object]) -> _Visit:
        floor, menus = self.floor(contact.client), self._version(contact, destination.menu)
        session = MenuSession(
            menus if floor is None else menus.raised(floor),
            start=destination.step,
            language=contact.language,
            caller=self.facts(contact),
            surroundings=self.surroundings(contact),
        )
        return _Visit(self, contact, caller, session, inbox)

    def _version(self, contact: Contact, menu_set: str) -> CompiledMenus:
        """What is live when the contact first comes there, and the same whenever it comes back."""
        kept = contact.menus.get(menu_set)
        if not isinstance(kept, CompiledMenus):
            kept = contact.menus[menu_set] = self.menus(menu_set)
        return kept


class _Visit:
    """One caller in one menu set."""

    __slots__ = (
        "_app",
        "_asking",
        "_caller",
        "_contact",
        "_inbox",
        "_message",
        "_next",
        "_playing",
        "_session",
        "answer",
    )

    def __init__(
        self, app: MenuApplication, contact: Contact, caller: Leg, session: MenuSession, inbox: Inbox[object]
    ) -> None:
        self._app = app
        self._contact = contact
        self._caller = caller
        self._session = session
        self._playing: tuple[int, int] | None = None
        """(the port's number of what plays, the session's number for it)"""
        self._asking: dict[int, asyncio.Task[None]] = {}
        self._message: tuple[int, Recording] | None = None
        """The message that is being left: its number, and what records it."""
        self._next: Destination | None = None
        self._inbox = inbox
        self.answer = ""
        """What the client company's system answered last, as the menus took it."""

    async def run(self) -> Destination | None:
        session, inbox = self._session, self._inbox
        loop = asyncio.get_running_loop()
        self._carry_out(session.start(now=loop.time()))
        while not session.finished:
            event = await inbox.next(session.next_timeout())
            now = loop.time()
            self._carry_out(session.handle_timeout(now=now) if event is None else self._hear(event, now))
        if self._caller.has_ended and self._contact.outcome is None:
            self._contact.outcome = "menu"
        await self._see_to_questions()
        return self._next

    async def _see_to_questions(self) -> None:
        """A transaction once begun ends in a known state: without the caller, who must not wait for it in silence."""
        asking = list(self._asking.values())
        if asking and self._caller.has_ended:
            await asyncio.wait(asking)
        for each in asking:
            if not each.done():
                self._app.late.add(each)
                each.add_done_callback(self._app.late.discard)

    def _hear(self, event: object, now: float) -> list[Command]:
        match event:
            case DigitPressed(leg=leg) if leg is self._caller:
                return self._session.feed(heard.DigitPressed(event.digit), now=now)
            case PlaybackFinished(leg=leg) if leg is self._caller and self._playing is not None:
                port_number, number = self._playing
                if event.playback == port_number:
                    self._playing = None
                    return self._session.feed(heard.PlaybackFinished(number), now=now)
                return []
            case heard.BackEndReplied() | heard.MessageEnded():
                return self._session.feed(event, now=now)
            case SpeechPaused(leg=leg) if leg is self._caller:
                return self._session.feed(heard.SpeechPaused(), now=now)
            case MessageRecorded(leg=leg) if leg is self._caller:
                self._message_over(event.message)
                ended = heard.MessageEnded(event.message, event.seconds, event.recording)
                return self._session.feed(ended, now=now)
            case TakenBack():
                return self._session.feed(heard.CallerHungUp(), now=now)
            case LegEnded(leg=leg) if leg is self._caller:
                return self._session.feed(heard.CallerHungUp(), now=now)
            case _:
                return []

    def _carry_out(self, commands: Sequence[Command]) -> None:
        for command in commands:
            match command:
                case Play():
                    self._play(command)
                case StopPlayback():
                    self._playing = None
                    self._caller.stop()
                case Record():
                    if command.type == "menu.result":
                        self.answer = str(command.data["result"])
                    self._contact.record(command.type, self._caller, **command.data)
                case AskBackEnd():
                    self._ask(command)
                case SetLanguage():
                    self._contact.language = command.language
                    self._contact.record("language.set", self._caller, language=command.language)
                case BeginSecure():
                    self._contact.record("secure.began", self._caller)
                    self._caller.exchange.recordings.begin_secret(self._caller, SECURE_ENTRY)
                case EndSecure():
                    self._contact.record("secure.ended", self._caller)
                    self._caller.exchange.recordings.end_secret(self._caller, SECURE_ENTRY)
                case SetAttribute(name=name, value=value):
                    self._contact.attributes[name] = value
                case Require(skills=skills, priority=priority):
                    self._contact.requires.update(skills)
                    if priority is not None:
                        self._contact.priority = priority
                case Identified():
                    self._contact.is_identified = True
                    self._contact.record("contact.identified", self._caller)
                case SwitchRecording(on=on):
                    self._switch_recording(on=on)
                case RecordMessage():
                    self._record_message(command)
                case StopMessage():
                    self._stop_message()
                case Leave():
                    self._next = command.destination

    def _play(self, command: Play) -> None:
        clips = self._app.voice.clips(command.segments, command.language)
        if not self._caller.has_ended:
            self._playing = (self._caller.play(clips, loop=command.loop), command.playback)

    def _record_message(self, command: RecordMessage) -> None:
        exchange, leg, number = self._caller.exchange, self._caller, command.message
        self._contact.requests = number
        recording = exchange.recordings.begin_message(leg, number=number, mailbox=command.mailbox)
        if recording is None:
            self._inbox.post(heard.MessageEnded(number, 0.0, None))
            return
        self._message = number, recording
        exchange.await_pause(leg, command.silence)

    def _stop_message(self) -> None:
        if self._message is not None:
            number, recording = self._message
            recording.stop()
            self._message_over(number)

    def _message_over(self, number: int) -> None:
        """Stopped, or broken off by the disk: nobody waits for a pause any more."""
        if self._message is not None and self._message[0] == number:
            self._message = None
            self._caller.exchange.await_pause(self._caller, 0.0)

    def _switch_recording(self, *, on: bool) -> None:
        recordings, leg = self._caller.exchange.recordings, self._caller
        self._contact.record("recording.allowed" if on else "recording.refused", leg)
        (recordings.allow if on else recordings.withhold)(leg)

    def _ask(self, command: AskBackEnd) -> None:
        self._contact.requests = command.request
        # Not with the contact alone: whoever the call is transferred to has proven nothing.
        self._caller.when_over(partial(self._app.back_end.forget, self._contact.id))
        self._asking[command.request] = asyncio.get_running_loop().create_task(self._reply(command))

    async def _reply(self, command: AskBackEnd) -> None:
        """The answer comes to the contact's inbox like everything else; the session's own timeout bounds the wait."""
        result = "failed"
        try:
            reply = await self._app.back_end.ask(
                command.action,
                command.fields,
                client=self._contact.client or "",
                contact=self._contact.id,
                caller=WITHHELD if self._contact.is_private else self._contact.ani,
                request=command.request,
                attestation=self._contact.attestation,
                number=self._contact.ani,
            )
            result = reply.result
            self._inbox.post(reply)
        except CentralitaError:
            pass  # recorded; the session takes silence for what its action says
        finally:
            self._contact.record("transaction.result", self._caller, action=command.action, result=result)
            self._asking.pop(command.request, None)
