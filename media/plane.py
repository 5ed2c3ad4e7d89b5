"""The media plane's face: ports that play, relay, hear and send digits; every packet stays in Rust.

Commands go down and return at once; events come up through a file descriptor. Any command may be given at
any time; on a closed port it does nothing. No call logic lives here.
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Any

from media import _plane
from media.codec import Codec
from media.counters import Listened, PlaneCounters, PortCounters
from media.errors import CannotRecord, ClipReleased, MediaError, PortsExhausted
from media.event_rows import BUILD
from media.events import MediaEvent, RecordingFailed, RecordingFinished, RecordingOverrun
from media.recording import Recording, RecordingPlan
from media.room import Room

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from media.connection import Connection

LONGEST_DIGIT = 60.0
"""Seconds of one press; beyond 8 it goes on in segments (RFC 4733 s.2.5.1.3)."""
EXPEDITED = 46
"""The mark that telephony networks expect of voice (RFC 3246)."""
LAWS = (Codec.PCMU, Codec.PCMA)
ALONE = RecordingPlan()
DIGITS = frozenset("0123456789*#ABCDabcd!")
"""What can be sent; `!` is a hook-flash, which has no tone."""


class Clip:
    """A sound made ready once in each codec in use, and shared by all ports that play it."""

    __slots__ = ("_clip", "duration")

    def __init__(self, clip: _plane.Clip) -> None:
        self._clip = clip
        self.duration = clip.duration
        """Seconds."""

    def prepare(self, codecs: Iterable[Codec]) -> None:
        """Encode it beforehand; in other codecs it is encoded as it plays. Takes a while: not for the event loop."""
        for codec in codecs:
            self._clip.prepare(codec.name)

    def release(self) -> None:
        """Give up the memory as soon as no port plays it any more."""
        self._clip.release()


class Port:
    """One RTP port (and its RTCP port, one above)."""

    __slots__ = ("_port", "address", "id", "number")

    def __init__(self, port: _plane.Port, address: str) -> None:
        self._port = port
        self.id = port.id
        self.address = address
        self.number = port.number

    def connect(self, connection: Connection) -> None:
        """Begin or change the stream. Raises MediaError for what cannot be sent to."""
        try:
            self._port.connect(connection)
        except (ValueError, OverflowError) as error:
            host, number = connection.remote
            raise MediaError(f"cannot send RTP to {host}:{number}: {error}") from None

    def play(
        self,
        clips: Sequence[Clip],
        *,
        loop: bool = False,
        start: float = 0.0,
        gain: float = 0.0,
        over: bool = False,
    ) -> int:
        """Play clips one after the other, replacing what plays; return the playback's number.

        `start` is in seconds from the beginning of the first clip, `gain` in dB. With `over` what plays goes on
        below, 18 dB quieter, and comes back at the end: announcements over music. On a bridged port the partner
        is not heard until all playback ends.
        """
        playback = self._port.play([clip._clip for clip in clips], loop, start, _factor(gain), over)  # noqa: SLF001
        if playback is None:
            raise ClipReleased("a clip cannot be played after it was released")
        return playback

    def stop(self, playback: int | None = None) -> None:
        """Stop a playback, or all; told as PlaybackFinished that is not completed."""
        self._port.stop(playback)

    def pause(self, *, on: bool = True) -> None:
        """Pause what plays, or go on where it was paused; what plays over it is not touched."""
        self._port.pause(on)

    def seek(self, seconds: float) -> None:
        """Go on from a place, in seconds from the beginning of the first clip."""
        self._port.seek(seconds)

    def set_gain(self, gain: float) -> None:
        """Make what plays louder or quieter, in dB of its own loudness."""
        self._port.set_gain(_factor(gain))

    def echo(self) -> None:
        """Send back what comes, until bridged or unbridged."""
        self._port.echo()

    def secure(self, *, on: bool, blips: bool = True) -> None:
        """Let nobody hear anything of this port, neither sound nor keys, while it hears the others as before.

        Its keys are told as events all the same; with `blips` the others hear the same soft sound for each. The span
        ends a moment after it was told to, and not while a key is down: nothing of a key pressed in it is ever heard.
        """
        self._port.secure(on, blips)

    def send_digits(self, digits: str, *, duration: float = 0.1, gap: float = 0.1) -> None:
        """Send digits after those already waiting; sound is suspended meanwhile.

        They go as telephone events, or as tones to a peer that takes no events. `duration` and `gap` are seconds,
        40 ms at least.
        """
        if not DIGITS.issuperset(digits):
            raise MediaError("only the digits 0-9, *, #, A-D and ! for a hook-flash can be sent")
        self._port.send_digits(digits, min(duration, LONGEST_DIGIT), gap)

    def record(self, path: str, plan: RecordingPlan = ALONE) -> Recording:
        """Record to a file, replacing a recording in progress of as many sides. Raises CannotRecord."""
        key = str(plan.key) if plan.key is not None else None
        try:
            begun = self._port.record(path, plan.stereo, plan.format, plan.tone, plan.look_back, key)
        except (OSError, ValueError) as error:
            text = getattr(error, "strerror", None) or str(error)
            raise CannotRecord(f"cannot record to {path}: {text}") from error
        return Recording(begun, path)

    def stop_recording(self) -> None:
        """End what is recorded of this port; the files are whole within a fraction of a second."""
        self._port.stop_recording()

    def listen(
        self, *, hangover: float = 0.0, dead_air: float = 0.0, one_way: float = 0.0, answer: bool = False
    ) -> None:
        """Listen to what is said here, until told otherwise; times are in seconds, 0 is never.

        SpeechStarted and SpeechEnded are told with a `hangover`: the silence that ends speech. DeadAir is told when
        nobody said anything for `dead_air`, OneWayAudio when nothing came for `one_way` while our side talked.
        `answer` asks for AnswerGuessed, from now on. What was listened for before is replaced.
        """
        self._port.listen(hangover, dead_air, one_way, answer)

    def stop_listening(self) -> None:
        """Listen no longer; `listened` keeps what was seen."""
        self._port.stop_listening()

    def listened(self) -> Listened:
        """Return who has talked for how long, and how loud it is now."""
        far, near, both, none, level, peak, late, concealed, wait = self._port.listened()
        return Listened(far, near, both, none, level, peak, int(late), int(concealed), wait)

    def counters(self) -> PortCounters:
        """Return what has been counted so far."""
        return PortCounters._make(_numbers(self._port.counters()))

    def close(self) -> PortCounters:
        """Close the port and return its last counters; it may be closed again."""
        counters = self.counters()
        self._port.close()
        return counters


class Plane:
    """All ports of the process, on threads of their own."""

    def __init__(
        self,
        *,
        address: str,
        advertised: str | None = None,
        also: str | None = None,
        ports: range,
        threads: int | None = None,
        fill: int | None = None,
        rtp_timeout: float = 30.0,
        dscp: int = EXPEDITED,
        realtime: bool = False,
    ) -> None:
        """Start the threads: one for each core unless told, of which the next is used when one has `fill` ports.

        `realtime` asks for real-time scheduling.
        """
        self.address = advertised or address
        """What the far ends of calls are told, where that is not what is bound."""
        self.also = also if also is not None and (":" in also) != (":" in self.address) else None
        """An address of the other family, for far ends of that."""
        try:
            self._plane = _plane.Plane(
                address, (ports.start, ports.stop), threads, fill, rtp_timeout, dscp, realtime
            )
        except ValueError as error:
            raise MediaError(f"media address {address!r}: {error}") from None

        self.is_running = True
        """Until it is closed."""

    def fileno(self) -> int:
        """Return a descriptor that is readable when events wait."""
        return self._plane.fileno()

    def take_events(self) -> list[MediaEvent]:
        """Return what has happened since the last call, oldest first for each port."""
        events = self._plane.take_events()
        return [
            BUILD[kind](port, number, value)
            if kind < _RECORDING_OVER
            else self._recording(kind, port, number)
            for kind, port, number, value in events
        ]

    def _recording(self, kind: int, port: int, number: int) -> MediaEvent:
        return RecordingOverrun(port, number) if kind == _RECORDING_OVERRUN else self._outcome(port, number)

    def _outcome(self, port: int, recording: int) -> MediaEvent:
        outcome = self._plane.take_outcome(recording)
        if outcome is None:
            return RecordingFailed(port, recording, 0.0, 0, (), 0, "the media plane was closed")
        seconds, size, masked, dropped, failure = outcome
        if failure is not None:
            return RecordingFailed(port, recording, seconds, size, tuple(masked), dropped, failure)
        return RecordingFinished(port, recording, seconds, size, tuple(masked), dropped)

    def load_clip(self, pcm: bytes) -> Clip:
        """Take a sound (16-bit little-endian mono samples at 8 kHz), ready in both laws of G.711."""
        clip = Clip(_plane.Clip(pcm))
        clip.prepare(LAWS)
        return clip

    def open_clip(self, path: Path) -> Clip:
        """Take a sound from a WAV file, mapped and not read; its encodings are kept beside it, for all processes.

        The file must never change. Raises OSError.
        """
        return Clip(_plane.Clip.open(str(path)))

    def open_port(self, *, towards: str = "") -> Port:
        """Open a pair of ports; PortsExhausted says which limit stands in the way.

        `towards` is an address of the far end: the ports are of its family, where we have that.
        """
        try:
            if towards and self.also is not None and (":" in towards) == (":" in self.also):
                return Port(self._plane.open_port(self.also), self.also)
            return Port(self._plane.open_port(), self.address)
        except OSError as error:
            raise PortsExhausted(_limit_met(error)) from error

    def bridge(self, a: Port, b: Port) -> Room:
        """Let two ports hear each other, parting them from whomever they heard before.

        Where their codecs allow it packets pass as they are; else they are transcoded. The room is over with their
        conversation; others may join it meanwhile.
        """
        return Room(self._plane.bridge(a._port, b._port))  # noqa: SLF001

    def conference(self) -> Room:
        """A room that stays until it is closed."""
        return Room(self._plane.open_room())

    def unbridge(self, a: Port) -> None:
        """Part a port from its partner, or end its echo."""
        a._port.unbridge()  # noqa: SLF001

    @property
    def fingerprint(self) -> str:
        """The SHA-256 fingerprint of our certificate, as `a=fingerprint` writes its octets (RFC 8122)."""
        return self._plane.fingerprint

    def draw_ice(self) -> tuple[str, str]:
        """Draw a user name fragment and a password for one session of ICE (RFC 8445 s.5.3)."""
        return self._plane.draw_ice()

    def loads(self) -> list[int]:
        """Ports on each media thread."""
        return self._plane.loads()

    def counters(self) -> PlaneCounters:
        """Return the totals."""
        return PlaneCounters._make(_numbers(self._plane.counters()))

    def close(self) -> None:
        """End the threads; all ports are closed with them."""
        self.is_running = False
        self._plane.close()


def _factor(decibels: float) -> float:
    """What samples are multiplied by."""
    return float(10.0 ** (decibels / 20.0))


def _limit_met(error: OSError) -> str:
    if error.errno == errno.EMFILE:
        return "no RTP port: the process may open no more files; raise its limit (ulimit -n, LimitNOFILE=)"
    if error.errno == errno.ENFILE:
        return "no RTP port: the machine may open no more files; raise fs.file-max"
    if error.errno is None:
        return f"no RTP port: {error}; widen the range of RTP ports"
    return f"no RTP port: {error.strerror}"


def _numbers(rows: list[tuple[str, float]]) -> list[Any]:
    """The values, in the extension's order, which is that of the fields; all but milliseconds are whole."""
    return [value if name[-3:] == "_ms" else int(value) for name, value in rows]


_RECORDING_OVER, _RECORDING_OVERRUN = 20, 21
