"""The formats of one media line: codecs of ours, telephone-event and comfort noise, with their numbers.

Total over whatever strangers write: a number or mapping that makes no sense is as if it were not there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sip.offer.coding import CODINGS, NOISE, USUAL_CLOCK, Events, Format

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sip.sdp import Media

_NUMBER = re.compile(r"0|[1-9][0-9]{0,2}")
_STATIC = {str(each.number): each.name for each in CODINGS.values() if each.is_static}
_BY_MAPPING = {(each.encoding.upper(), each.clock): each.name for each in CODINGS.values()}


def sound_formats(media: Media, codecs: Sequence[str]) -> tuple[Format, ...]:
    """Those of the codecs that the line holds, in its own order; a codec under two numbers counts once."""
    found: dict[str, Format] = {}
    for text in media.formats:
        codec = _codec(media, text)
        if codec is not None and codec in codecs and codec not in found:
            found[codec] = Format(int(text), codec)
    return tuple(found.values())


def events_beside(media: Media, codec: str) -> Events | None:
    """Telephone-event at the clock of a codec (RFC 4733 s.2.1).

    Where that is not 8000 and nothing else is there, that of 8000 will do: many phones know no other beside Opus.
    """
    clock = CODINGS[codec].clock
    for wanted in dict.fromkeys((clock, USUAL_CLOCK)):
        payload = _mapped(media, ("TELEPHONE-EVENT", wanted))
        if payload is not None:
            return Events(payload, wanted)
    return None


def has_noise_beside(media: Media, codec: str) -> bool:
    """Whether comfort noise (RFC 3389) stands there at the clock of a codec, under its static number."""
    noise = ("CN", USUAL_CLOCK)
    said = media.rtpmaps.get(str(NOISE), (*noise, 1))
    return CODINGS[codec].clock == USUAL_CLOCK and str(NOISE) in media.formats and said[:2] == noise


def _codec(media: Media, text: str) -> str | None:
    said = media.rtpmaps.get(text)
    if said is None:
        return _STATIC.get(text)
    codec = _BY_MAPPING.get(said[:2])
    if codec is None or (_STATIC.get(text) != codec and not _is_dynamic(text)):
        return None
    return codec if said[2] in (1, CODINGS[codec].channels) else None


def _mapped(media: Media, wanted: tuple[str, int]) -> int | None:
    for text, said in media.rtpmaps.items():
        if said[:2] == wanted and text in media.formats and _is_dynamic(text):
            return int(text)
    return None


def _is_dynamic(text: str) -> bool:
    """Whether a number may be given to any format: below 35 they are other codecs' own (RFC 3551 s.6)."""
    if not _NUMBER.fullmatch(text):
        return False
    # 72 to 76 would read as RTCP (RFC 5761 s.4).
    return 35 <= int(text) <= 127 and not 72 <= int(text) <= 76
