"""A scribe: writes the transcript of a simulated call from what the session commands; shows no key that is secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calls.destination import Hangup, Queue, described
from ivr import commands as do
from ivr.authoring import transcript as tell

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from calls.destination import Destination
    from ivr.authoring.hearing import Hearing

SAME_MOMENT = 0.01
"""Seconds."""


class Scribe:
    """One call's."""

    __slots__ = ("_ahead", "_hearing", "_hidden", "_pressed", "entries", "is_secure")

    def __init__(self, hearing: Hearing) -> None:
        """Nothing is written yet."""
        self.entries: list[tell.Entry] = []
        self.is_secure = False
        """Card data is being typed."""
        self._hearing = hearing
        self._pressed = 0
        self._hidden = False
        self._ahead: list[int] = []
        """The entries of keys that no step has asked for yet."""

    def tell(self, kind: Callable[..., tell.Entry], *values: object, now: float) -> None:
        """Write one entry."""
        self.entries.append(kind(now, *values))

    def press(self, key: str, *, hidden: bool, now: float) -> None:
        """A key, before the session hears it; `settle` follows."""
        self._pressed, self._hidden = len(self.entries), hidden or self.is_secure
        self.tell(tell.Pressed, key, now=now)

    def settle(self, waiting: int) -> None:
        """The session has heard the key, and `waiting` keys are there that no step has asked for."""
        self._ahead = [*self._ahead, self._pressed][-waiting:] if waiting else []
        if self._hidden or self._was_void(self._pressed):
            self._hide(self._pressed)

    def note(self, command: do.Command, *, now: float) -> None:
        """Write what a command of the session tells."""
        match command:
            case do.Play(segments=segments, language=language, loop=loop):
                hearing = self._hearing
                said = hearing.prompts(segments, language), hearing.text(segments, language)
                seconds = hearing.seconds(segments, language)
                self.tell(tell.Said, *said, language, segments, seconds, loop, now=now)
            case do.StopPlayback():
                self.tell(tell.Hushed, now=now)
            case do.AskBackEnd(action=action, fields=fields):
                names = tuple(each for each in fields if each not in ("client", "caller"))
                self.tell(tell.BackEndAsked, action, names, now=now)
            case do.BeginSecure():
                self._begin_secure(now)
            case do.EndSecure():
                self.is_secure = False
                self.tell(tell.SecureEnded, now=now)
            case do.SetLanguage(language=language):
                self.tell(tell.LanguageSet, language, now=now)
            case do.SetAttribute(name=name, value=value):
                self.tell(tell.AttributeSet, name, value, now=now)
            case do.Require(skills=skills, priority=priority):
                self.tell(tell.Noted, _required(skills, priority), now=now)
            case do.Identified():
                self.tell(tell.Noted, "the caller is identified", now=now)
            case do.SwitchRecording(on=on):
                self.tell(tell.Noted, "recording is allowed" if on else "recording is refused", now=now)
            case do.RecordMessage(mailbox=mailbox):
                self.tell(tell.Noted, f"a message for {mailbox} is recorded", now=now)
            case do.Record():
                self._record(command, now)
            case do.Leave(destination=destination):
                self.tell(tell.Left, self._outcome(destination, now), now=now)
            case _:
                pass

    def _begin_secure(self, now: float) -> None:
        for at in self._ahead:
            self._hide(at)  # keys that no step had asked for may be the beginning of a card number
        self.is_secure = True
        self.tell(tell.SecureBegan, now=now)

    def _record(self, record: do.Record, now: float) -> None:
        data = record.data
        match record.type:
            case "menu.entered":
                self.tell(tell.StepEntered, data["step"], now=now)
            case "menu.noinput":
                self.tell(tell.Silent, data["count"], now=now)
            case "menu.nomatch":
                self.tell(tell.Refused, data["count"], now=now)
            case "menu.input":
                self.tell(tell.Chosen, data.get("result") or "", now=now)
            case "menu.branch":
                self.tell(tell.WayTaken, data.get("result"), data.get("why"), now=now)
            case "menu.result":
                self.tell(tell.BackEndAnswered, data["action"], data["result"], now=now)
            case "menu.message":
                self.tell(tell.Noted, f"message {data['result']}, {data['seconds']:g} s", now=now)
            case "survey.answered":
                self.tell(tell.Noted, "survey answered", now=now)
            case "field.captured":
                reason = data.get("reason") or ""
                self.tell(tell.FieldTyped, data["field"], data["length"], reason, now=now)
            case _:
                pass

    def _was_void(self, pressed: int) -> bool:
        """Whether a secure entry began upon a key that nothing had understood: it may belong to the card."""
        for each in self.entries[pressed + 1 :]:
            match each:
                case tell.Chosen() | tell.FieldTyped():
                    return False
                case tell.SecureBegan():
                    return True
                case _:
                    pass
        return False

    def _hide(self, at: int) -> None:
        self.entries[at] = tell.Pressed(self.entries[at].at, tell.DOT)

    def _outcome(self, destination: Destination, now: float) -> str:
        match destination:
            case Hangup():
                last = self._last_words(now)
                return f"hung up after {last}" if last else "hung up without a word"
            case Queue(priority=priority, requires=requires):
                words = described(destination) + (f" priority {priority}" if priority else "")
                return words + "".join(f" requires {skill} {level}" for skill, level in requires)
            case _:
                return described(destination)

    def _last_words(self, now: float) -> str:
        """The prompt whose end the caller heard at this moment."""
        for each in reversed(self.entries):
            match each:
                case tell.Said(at=at, seconds=seconds, prompts=prompts):
                    return prompts[-1] if prompts and abs(at + seconds - now) < SAME_MOMENT else ""
                case tell.Hushed():
                    return ""
                case _:
                    pass
        return ""


def _required(skills: Mapping[str, int], priority: int | None) -> str:
    words = [f"{skill} {level}" for skill, level in skills.items()]
    return "asks of agents: " + ", ".join(words + [f"priority {priority}"] * bool(priority))
