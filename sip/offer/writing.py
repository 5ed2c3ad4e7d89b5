"""Our descriptions as text: the head, our media line, and the refused ones around it in their places (RFC 3264 s.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sip.offer.coding import NOISE, NOISE_LINE, codec_lines, event_lines
from sip.sdp import address_type, attribute

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sip.offer.coding import Events, Format
    from sip.offer.sides import LocalMedia
    from sip.sdp import Media


def written(
    local: LocalMedia,
    sounds: Sequence[Format],
    events: Sequence[Events],
    *,
    security: str = "",
    has_noise: bool = False,
    ptime: int,
    direction: str,
) -> bytes:
    """The whole description; `security` are the attributes that protect the stream."""
    kind = address_type(local.address)
    group = f"a=group:BUNDLE {local.mid}\r\n" if local.is_bundled else ""
    lite = "a=ice-lite\r\n" if "a=ice-ufrag:" in security else ""
    head = (
        f"v=0\r\no=- {local.session_id} {local.version} IN {kind} {local.address}\r\n"
        f"s=-\r\nc=IN {kind} {local.address}\r\nt=0 0\r\n{lite}{group}"
    )
    payloads = [each.payload for each in sounds]
    lines = [codec_lines(each.codec, each.payload) for each in sounds]
    if has_noise:
        payloads.append(NOISE)
        lines.append(NOISE_LINE)
    for each in events:
        payloads.append(each.payload)
        lines.append(event_lines(*each))
    if local.has_mux:
        lines.append("a=rtcp-mux\r\n")
    ours = (
        f"m=audio {local.port} {local.protocol} {' '.join(map(str, payloads))}\r\n{mid_line(local.mid)}"
        f"{''.join(lines)}{security}a=ptime:{ptime}\r\na={direction}\r\n"
    )
    return "".join((head, *local.before, ours, *local.after)).encode()


def refused(media: Iterable[Media]) -> tuple[str, ...]:
    """Refuse by port 0 (RFC 3264 s.6); one format is enough, since it means nothing there."""
    return tuple(
        f"m={each.kind} 0 {each.protocol} {each.formats[0]}\r\n{mid_line(mid_of(each))}" for each in media
    )


def mid_of(media: Media) -> str | None:
    """How the peer calls a line (RFC 5888), where that is a token."""
    mid = attribute(media.attributes, "mid")
    return mid if mid and len(mid) <= 64 and mid.isascii() and mid.isprintable() and " " not in mid else None


def mid_line(mid: str | None) -> str:
    """The attribute that calls our line as the peer does."""
    return f"a=mid:{mid}\r\n" if mid is not None else ""
