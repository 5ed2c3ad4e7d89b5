"""Audio codecs as descriptions name them: encoding, clock, payload type (RFC 3551 s.6, RFC 7587, RFC 3190, RFC 4733).

How they sound is the media plane's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

USUAL_CLOCK = 8000
"""Hertz of the timestamps of most telephony."""
NOISE = 13
"""The static payload type of comfort noise (RFC 3389) for codecs with a clock of 8000."""
NOISE_LINE = f"a=rtpmap:{NOISE} CN/8000\r\n"
PTIMES = (20, 10, 30, 40, 50, 60)
"""Packet times that the plane sends, in milliseconds, the usual one first."""
_OPUS_PTIMES = (20, 10, 40, 60)
"""Those of one Opus frame (RFC 6716 s.2.1.4)."""


@dataclass(frozen=True, slots=True)
class Coding:
    """One codec."""

    name: str
    """As settings and the media plane call it."""
    encoding: str
    """As rtpmap does."""
    clock: int
    """Hertz of its RTP timestamps; that of G.722 is 8000 although it samples at 16000 (RFC 3551 s.4.5.2)."""
    number: int
    """Its static payload type, or what we offer for it."""
    channels: int = 1
    parameters: str = ""
    """Its fmtp where we receive it."""
    ptimes: tuple[int, ...] = PTIMES

    @property
    def is_static(self) -> bool:
        """Whether the number needs no rtpmap."""
        return self.number < 35


class Format(NamedTuple):
    """A payload type and what it stands for."""

    payload: int
    codec: str


class Events(NamedTuple):
    """A payload type for telephone-event, and the clock of its timestamps."""

    payload: int
    clock: int


CODINGS: Mapping[str, Coding] = MappingProxyType(
    {
        each.name: each
        for each in (
            Coding("PCMU", "PCMU", 8000, 0),
            Coding("PCMA", "PCMA", 8000, 8),
            Coding("G722", "G722", 8000, 9),
            Coding(
                "OPUS",
                "opus",
                48000,
                111,
                channels=2,  # RFC 7587 s.7: always written so, whatever is sent
                parameters="maxplaybackrate=16000;useinbandfec=1",  # one channel is what goes without saying
                ptimes=_OPUS_PTIMES,
            ),
            Coding("L16_8000", "L16", 8000, 112),
            Coding("L16_16000", "L16", 16000, 113),
        )
    }
)
_EVENT_NUMBERS = {8000: 101, 16000: 114, 48000: 110}


def event_key(clock: int) -> str:
    """The name of telephone-event at a clock among our payload types."""
    return f"telephone-event/{clock}"


NUMBERS: Mapping[str, int] = MappingProxyType(
    {name: each.number for name, each in CODINGS.items()}
    | {event_key(clock): number for clock, number in _EVENT_NUMBERS.items()}
)
"""The payload types of our offers, until another has been agreed on."""


def settled(numbers: Mapping[str, int], said: Mapping[str, int]) -> Mapping[str, int]:
    """Our payload types once some were said, which stay for the session (RFC 3264 s.8.3.2): others make way."""
    if all(numbers.get(name) == payload for name, payload in said.items()):
        return numbers
    found = {**numbers, **said}
    taken = set(found.values())
    for name, payload in numbers.items():
        if name not in said and payload in said.values():
            found[name] = next(each for each in range(96, 128) if each not in taken)
            taken.add(found[name])
    return found


def event_clocks(codecs: Sequence[str]) -> tuple[int, ...]:
    """The clocks of telephone-event beside these codecs: events share the timestamps of the sound (RFC 4733 s.2.1).

    8000 is always among them, since many phones know no other.
    """
    return tuple(dict.fromkeys((*(CODINGS[codec].clock for codec in codecs), USUAL_CLOCK)))


@lru_cache(maxsize=512)
def codec_lines(codec: str, payload: int) -> str:
    """The rtpmap of a codec under a payload type, and its fmtp if it has any."""
    coding = CODINGS[codec]
    channels = f"/{coding.channels}" if coding.channels > 1 else ""
    lines = f"a=rtpmap:{payload} {coding.encoding}/{coding.clock}{channels}\r\n"
    return lines + (f"a=fmtp:{payload} {coding.parameters}\r\n" if coding.parameters else "")


@lru_cache(maxsize=512)
def event_lines(payload: int, clock: int) -> str:
    """Telephone-event under a payload type: the sixteen keys and the hook flash."""
    return f"a=rtpmap:{payload} telephone-event/{clock}\r\na=fmtp:{payload} 0-16\r\n"
