"""Recording calls: on the caller's leg, so that it goes on from agent to agent; masked while secrets are spoken.

What is recorded, how and where is the client company's matter: see `Shelf`. Sound never passes through here.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from calls.events import MessageRecorded
from media.errors import CannotRecord
from media.events import RecordingFailed, RecordingFinished, RecordingOverrun

if TYPE_CHECKING:
    from pathlib import Path

    from calls.leg import Leg
    from media.recording import Recording, RecordingPlan

Outcome = RecordingFinished | RecordingFailed | RecordingOverrun

NOT_CONSENTED = "no consent"
"""Why a caller is not recorded who has not agreed to it. No secret: keys go on, and a message may be left."""


@dataclass(frozen=True, slots=True)
class RecordingRules:
    """What a client company wants recorded."""

    calls: Literal["all", "queue"]
    """Every call from its answer on, or what callers of queues and agents speak."""
    plan: RecordingPlan


class Shelf(Protocol):
    """Where recordings are kept, and whose are made."""

    def rules(self, client: str | None) -> RecordingRules | None:
        """What a client company wants; None is no recording."""

    def message_plan(self, client: str | None) -> RecordingPlan:
        """How a client company's messages are recorded: what the caller says alone."""

    def place(self, leg: Leg, plan: RecordingPlan, name: str = "") -> Path:
        """The file of a new recording, its folder made; `name` tells it from others of the leg. Raises CannotRecord."""


def is_secret(leg: Leg) -> bool:
    """Whether what the party says or keys now is a secret."""
    return any(why != NOT_CONSENTED for why in leg.secrets)


class LegRecording:
    """The recording of a leg. Safe in every state."""

    __slots__ = ("_leg", "_recording", "name")

    def __init__(self, leg: Leg, recording: Recording, name: str) -> None:
        """Begun just now; `name` is told in the record."""
        self._leg = leg
        self._recording = recording
        self.name = name

    @property
    def number(self) -> int:
        """The plane's number of it."""
        return self._recording.id

    @property
    def leg(self) -> Leg:
        """Whom the recorded port hears."""
        return self._leg

    def mask(self, why: str) -> None:
        """Hold what follows back, and what was said a moment ago."""
        self._recording.mask()
        self._leg.contact.record("recording.masked", self._leg, recording=self.name, reason=why)

    def unmask(self) -> None:
        """Let what follows be heard."""
        self._recording.unmask()
        self._leg.contact.record("recording.unmasked", self._leg, recording=self.name)

    def pause(self) -> None:
        """Leave out what follows."""
        self._recording.pause()
        self._leg.contact.record("recording.paused", self._leg, recording=self.name)

    def resume(self) -> None:
        """Go on after a pause."""
        self._recording.resume()
        self._leg.contact.record("recording.resumed", self._leg, recording=self.name)

    def stop(self) -> None:
        """End it; the call goes on."""
        self._recording.stop()


@dataclass(frozen=True, slots=True)
class LegMessage:
    """A spoken message that a caller is leaving."""

    leg: Leg
    recording: Recording
    name: str
    number: int
    """As whoever asked for it counts."""
    mailbox: str


class Recordings:
    """All recordings of calls in progress, and the messages that callers leave."""

    __slots__ = ("_all_told", "_messages", "_running", "_shelf")

    def __init__(self, shelf: Shelf | None) -> None:
        """Nothing is recorded yet; nothing ever is without a shelf."""
        self._shelf = shelf
        self._running: dict[int, LegRecording] = {}
        self._messages: dict[int, LegMessage] = {}
        self._all_told: asyncio.Event | None = None

    async def settle(self, limit: float) -> None:
        """Wait until of each recording that began it is told how it ended; at most `limit` seconds."""
        if self._running or self._messages:
            self._all_told = asyncio.Event()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._all_told.wait(), limit)

    def answered(self, leg: Leg) -> None:
        """A leg was answered: begin, where all calls are recorded."""
        if leg is leg.contact.caller:
            self._begin(leg, "all")

    def conversing(self, leg: Leg) -> None:
        """An agent of a queue speaks with the caller: begin, where those are recorded."""
        self._begin(leg, "queue")

    def _begin(self, leg: Leg, occasion: str) -> None:
        if self._shelf is None:
            return
        rules = self._shelf.rules(leg.contact.client)
        if rules is None or rules.calls != occasion or leg.recording is not None or leg.has_ended:
            return
        try:
            path = self._shelf.place(leg, rules.plan)
            recording = leg.stream.port.record(str(path), rules.plan)
        except CannotRecord as error:
            leg.contact.record("recording.failed", leg, reason=str(error))
            return
        leg.recording = LegRecording(leg, recording, path.name)
        self._running[recording.id] = leg.recording
        sealed = rules.plan.key is not None
        leg.contact.record("recording.started", leg, recording=path.name, file=str(path), sealed=sealed)
        if leg.secrets:
            leg.recording.mask(leg.secrets[0])

    def begin_message(self, leg: Leg, *, number: int, mailbox: str) -> Recording | None:
        """Record what the caller says from now on, for a mailbox; None where nothing can be recorded.

        MessageRecorded follows, whether it is stopped or the caller hangs up.
        """
        if self._shelf is None or leg.has_ended or is_secret(leg):
            return None
        plan = self._shelf.message_plan(leg.contact.client)
        try:
            path = self._shelf.place(leg, plan, f"message{number}")
            recording = leg.stream.port.record(str(path), plan)
        except CannotRecord as error:
            leg.contact.record("message.failed", leg, mailbox=mailbox, reason=str(error))
            return None
        self._messages[recording.id] = LegMessage(leg, recording, path.name, number, mailbox)
        leg.contact.record("message.began", leg, mailbox=mailbox, recording=path.name, file=str(path))
        return recording

    def withhold(self, leg: Leg) -> None:
        """Nothing of a caller is recorded until he or she agrees."""
        if NOT_CONSENTED not in leg.secrets:
            self.begin_secret(leg, NOT_CONSENTED)

    def allow(self, leg: Leg) -> None:
        """The caller agrees to be recorded."""
        self.end_secret(leg, NOT_CONSENTED)

    def begin_secret(self, leg: Leg, why: str) -> None:
        """What is said and keyed from now on is in no recording, nor in one that begins later."""
        leg.secrets = (*leg.secrets, why)
        if leg.recording is not None and len(leg.secrets) == 1:
            leg.recording.mask(why)

    def end_secret(self, leg: Leg, why: str) -> None:
        """That is over; secrets that began as often must end as often, whatever else is secret meanwhile."""
        if why not in leg.secrets:
            return
        at = leg.secrets.index(why)
        leg.secrets = leg.secrets[:at] + leg.secrets[at + 1 :]
        if leg.recording is not None and not leg.secrets:
            leg.recording.unmask()

    def hear(self, event: Outcome) -> None:
        """What the plane tells of a recording; its leg, even its contact, may be over."""
        if isinstance(event, RecordingOverrun):
            found = self._running.get(event.recording)
            if found is not None:
                found.leg.contact.record("recording.overrun", found.leg, recording=found.name)
            return
        message = self._messages.pop(event.recording, None)
        if message is not None:
            self._told(message, event)
            return
        found = self._running.pop(event.recording, None)
        if found is None:
            return
        told: dict[str, object] = {
            "recording": found.name,
            "seconds": round(event.seconds, 2),
            "bytes": event.size,
            "masked": [[round(start, 2), round(end, 2)] for start, end in event.masked],
            "dropped": event.dropped,
        }
        if isinstance(event, RecordingFailed):
            found.leg.contact.record("recording.failed", found.leg, reason=event.reason, **told)
        else:
            found.leg.contact.record("recording.finished", found.leg, **told)
        self._settled()

    def _told(self, message: LegMessage, event: RecordingFinished | RecordingFailed) -> None:
        """A message is over; its caller may be gone, and it stays all the same."""
        contact, failed = message.leg.contact, isinstance(event, RecordingFailed)
        told = {"mailbox": message.mailbox, "recording": message.name, "seconds": round(event.seconds, 2)}
        contact.record("message.failed" if failed else "message.recorded", message.leg, **told)
        name = None if failed else message.name
        contact.inbox.post(MessageRecorded(message.leg, message.number, event.seconds, name))
        self._settled()

    def _settled(self) -> None:
        if self._all_told is not None and not self._running and not self._messages:
            self._all_told.set()
