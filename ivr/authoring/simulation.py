"""A simulation: one caller in one menu set in virtual time, with a transcript. The clock moves only here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ivr import commands as do
from ivr.authoring import transcript as tell
from ivr.authoring.dictation import Dictation
from ivr.authoring.hearing import Hearing
from ivr.authoring.scribe import Scribe
from ivr.authoring.stage import Stage
from ivr.errors import EndlessMenus, NothingAsked
from ivr.events import BackEndReplied, CallerHungUp, DigitPressed, PlaybackFinished
from ivr.session import MenuSession

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from calls.destination import Destination
    from ivr.compiled import CompiledMenus
    from ivr.events import Event

BETWEEN_KEYS = 0.1
"""Seconds."""
BACK_END_TAKES = 1.0
"""Seconds until an answer that is known beforehand."""
MOST_AT_ONCE = 1_000
"""Things that may happen while no time passes: more is a circle."""
CARD_DIGITS = 12
"""Digits pressed in one go that may be a card number wherever they are typed."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a back end answers."""

    result: str
    facts: Mapping[str, str] = field(default_factory=dict)


class Simulation:
    """One caller."""

    def __init__(
        self,
        menus: CompiledMenus,
        stage: Stage | None = None,
        *,
        start: str | None = None,
        hearing: Hearing | None = None,
        back_end: Callable[[do.AskBackEnd], Reply | None] | None = None,
    ) -> None:
        """The call comes to the menus, at `start` or at their first step.

        `back_end` answers by itself, or (None) leaves a question to `reply`.
        """
        stage = stage or Stage()
        self.menus = menus
        self.now = 0.0
        self.session = MenuSession(
            menus, start=start, language=stage.language, caller=stage.facts(), surroundings=stage
        )
        self.commands: list[do.Command] = []
        self.playing: tuple[int, float] | None = None
        """(number, when it ends) of what is being said, but not of what is said over and over."""
        self.asked: do.AskBackEnd | None = None
        """The last question to the back end, until `reply`; the menus may have gone on without its answer."""
        self.awaits_answer = False
        """The menus are waiting for the back end."""
        self.hung_up = False
        """The caller went."""
        self._hearing = hearing or Hearing(menus.wording)
        self._back_end = back_end
        self._due: tuple[float, BackEndReplied] | None = None
        self.dictation = Dictation()
        """The message that the caller leaves."""
        self._scribe = Scribe(self._hearing)
        self._take(self.session.start(now=0.0))

    @property
    def transcript(self) -> list[tell.Entry]:
        """What happened so far."""
        return self._scribe.entries

    @property
    def is_secure(self) -> bool:
        """Card data is being typed."""
        return self._scribe.is_secure and not self.finished

    @property
    def left(self) -> Destination | None:
        """Where the caller was sent."""
        return next((each.destination for each in self.commands if isinstance(each, do.Leave)), None)

    @property
    def finished(self) -> bool:
        """Whether the caller is out of the menus."""
        return self.session.finished

    @property
    def said(self) -> tuple[str, ...]:
        """The prompts that were said, in order."""
        return tuple(
            prompt for each in self.transcript if isinstance(each, tell.Said) for prompt in each.prompts
        )

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps that were entered, in order."""
        return tuple(each.step for each in self.transcript if isinstance(each, tell.StepEntered))

    def press(self, keys: str) -> None:
        """Keys one after the other, at once: they cut what is being said where that is allowed."""
        card = sum(map(str.isdigit, keys)) >= CARD_DIGITS
        for key in keys:
            self.wait(BETWEEN_KEYS)
            if not self.finished:
                self._scribe.press(key, hidden=card, now=self.now)
                self._feed(DigitPressed(key))
                self._scribe.settle(self.session.typed_ahead)

    def listen(self) -> None:
        """Until what is being said is over."""
        if self.playing is not None:
            self.wait(self.playing[1] - self.now)

    def hear_out(self) -> None:
        """Until nothing is being said any more: the menus wait for the caller or the back end, or are done."""
        for _ in range(MOST_AT_ONCE):
            if self.dictation.is_saving and self.dictation.due is not None:
                self.wait(self.dictation.due - self.now)
            elif self.playing is None:
                return
            self.listen()
        raise EndlessMenus(f"the menus {self.menus.name} speak without end, about step {self.session.step}")

    def stay_silent(self) -> None:
        """Hear out, then give no answer until the menus go on by themselves."""
        self.hear_out()
        due = self._next()
        if due is not None:
            self.wait(due - self.now)

    def wait(self, seconds: float) -> None:
        """Let time pass: prompts end, deadlines come, the back end answers."""
        end = self.now + seconds
        at_once = 0
        while (due := self._next()) is not None and due <= end:
            at_once = at_once + 1 if due <= self.now else 0
            if at_once > MOST_AT_ONCE:
                raise EndlessMenus(
                    f"the menus {self.menus.name} go in a circle about step {self.session.step}"
                )
            self.now = max(self.now, due)
            self._pass()
        self.now = end

    def talk(self, seconds: float) -> None:
        """The caller speaks for so long: into a message, or to nobody."""
        if self.finished:
            return
        self._scribe.tell(tell.Noted, f"the caller speaks for {seconds:g} s", now=self.now)
        self.dictation.talk(seconds, now=self.now)
        self.wait(seconds)

    def reply(self, result: str, **facts: str) -> None:
        """The back end answers, maybe too late. Raises NothingAsked when it was not asked, or has answered."""
        if self.asked is None:
            raise NothingAsked("the back end was not asked anything")
        self._feed(_answer(self.asked, Reply(result, facts)))

    def hang_up(self) -> None:
        """The caller goes."""
        if not self.finished:
            self.hung_up = True
            self._scribe.tell(tell.Left, "the caller hung up", now=self.now)
        self._feed(CallerHungUp())
        self.playing = self._due = None

    def speak(self, language: str) -> None:
        """Go on in another language: for trying, as no caller can."""
        self._take(self.session.speak(language))

    def heard_last(self, language: str) -> str:
        """What was said last, in any language of the menus."""
        last = next((each for each in reversed(self.transcript) if isinstance(each, tell.Said)), None)
        prompts = last.prompts if last is not None else ()
        said = tuple(segment for prompt in prompts for segment in self.session.segments(prompt, language))
        return self._hearing.text(said, language)

    def _next(self) -> float | None:
        due = [self.session.next_timeout()]
        due.append(self.playing[1] if self.playing is not None else None)
        due.append(self._due[0] if self._due is not None else None)
        due.append(self.dictation.due if not self.finished else None)
        return min((each for each in due if each is not None), default=None)

    def _pass(self) -> None:
        """What is due now."""
        if self.playing is not None and self.playing[1] <= self.now:
            number, self.playing = self.playing[0], None
            self._feed(PlaybackFinished(number))
        elif self._due is not None and self._due[0] <= self.now:
            self._feed(self._due[1])
        elif self.dictation.due is not None and self.dictation.due <= self.now:
            event = self.dictation.tell()
            if event is not None:
                self._feed(event)
        else:
            self._take(self.session.handle_timeout(now=self.now))

    def _feed(self, event: Event) -> None:
        if isinstance(event, BackEndReplied):
            self.asked = self._due = None
            self.awaits_answer = False
        self._take(self.session.feed(event, now=self.now))

    def _take(self, commands: list[do.Command]) -> None:
        self.commands += commands
        for each in commands:
            self._scribe.note(each, now=self.now)
            match each:
                case do.Play(playback=number, segments=segments, language=language):
                    seconds = self._hearing.seconds(segments, language)
                    self.playing = None if each.loop else (number, self.now + seconds)
                case do.StopPlayback():
                    self.playing = None
                case do.AskBackEnd():
                    self._ask(each)
                case do.RecordMessage():
                    self.dictation.begin(each, now=self.now)
                case do.StopMessage():
                    self.dictation.stop(now=self.now)
                case do.Record(type="menu.result"):
                    self.awaits_answer = False
                case do.Leave():
                    self.playing, self.awaits_answer = None, False
                case _:
                    pass

    def _ask(self, asked: do.AskBackEnd) -> None:
        self.asked, self.awaits_answer = asked, True
        reply = self._back_end(asked) if self._back_end is not None else None
        if reply is not None:
            self._due = self.now + BACK_END_TAKES, _answer(asked, reply)


def _answer(asked: do.AskBackEnd, reply: Reply) -> BackEndReplied:
    return BackEndReplied(asked.request, reply.result, reply.facts)
