"""What one waiting caller hears: music without end, and announcements over it at the announcer's times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calls.events import PlaybackFinished
from routing.waiting.announcer import Announcer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from calls.leg import Leg
    from media.plane import Clip
    from routing.waiting.announcer import Where
    from routing.waiting.sayings import Saying
    from routing.waiting.settings import Announcements


class Announcing:
    """The sound of one stay, as far as it comes from us."""

    __slots__ = ("_announcer", "_caller", "_music", "_pending", "_playback", "_spoken", "_where")

    def __init__(
        self,
        caller: Leg,
        settings: Announcements,
        spoken: Callable[[Sequence[Saying]], tuple[Clip, ...]],
        where: Callable[[], Where],
        now: float,
    ) -> None:
        """`spoken` makes sound of sayings, `where` tells how the caller stands at that moment."""
        self._caller = caller
        self._announcer = Announcer(settings, now=now)
        self._spoken = spoken
        self._where = where
        self._music: tuple[Clip, ...] = ()
        self._pending: tuple[Clip, ...] | None = None
        """Another music that waits for the end of what is said."""
        self._playback: int | None = None

    def play_music(self, clips: tuple[Clip, ...]) -> None:
        """Play these from now on, or from the end of what is said; what plays already is not begun again."""
        if self._playback is not None:
            self._pending = clips
        elif clips != self._music:
            self._music = clips
            if clips:
                self._caller.play(clips, loop=True)
            else:
                self._caller.stop()

    def adopt(self, settings: Announcements) -> None:
        """Other settings are in force."""
        self._announcer.settings = settings

    def due(self) -> float | None:
        """When `speak` is to be called."""
        return self._announcer.next_due()

    def speak(self, now: float) -> None:
        """Say what is due."""
        sayings = self._announcer.speak(self._where, now=now)
        if not sayings:
            return
        clips = self._spoken(sayings)
        if clips and not self._caller.has_ended:
            self._playback = self._caller.stream.port.play(clips, over=True)
        else:
            self._announcer.ended(now=now)  # nothing is there to be played in this language

    def take(self, event: object, now: float) -> None:
        """Hear of the end of what was said."""
        match event:
            case PlaybackFinished(leg=leg, playback=number) if leg is self._caller:
                if number == self._playback:
                    self._playback = None
                    self._announcer.ended(now=now)
                    if self._pending is not None:
                        pending, self._pending = self._pending, None
                        self.play_music(pending)
            case _:
                pass

    def hush(self) -> None:
        """Break off what is said; the music goes on until something else plays."""
        if self._playback is not None:
            self._caller.stream.port.stop(self._playback)
            self._playback = None
