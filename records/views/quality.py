"""How the sound of a leg was, as a mean opinion score, estimated from what was counted (ITU-T G.107, the E-model).

    R = 93.2 - Id - Ie_eff            93.2: the default rating of G.107 without any impairment
    Id = 0.024 d + 0.11 max(0, d - 177.3)                 d: delay one way in ms
    Ie_eff = Ie + (95 - Ie) * Ppl / (Ppl + Bpl)           Ppl: lost packets in percent, taken as random (BurstR 1)
    MOS = 1 + 0.035 R + R (R - 60) (100 - R) 7e-6         from 1 to 4.5

Id is the usual straightening of G.107's curve of delay (Cole and Rosenbluth, 2001). Ie and Bpl by codec are those of
ITU-T G.113, appendix I; G.722 and Opus, which it rates on wideband scales of their own, are held against the narrowband
scale without impairment by themselves. The delay is half the round trip that RTCP measured, one packet, and a jitter
buffer of twice the jitter. What nobody counts (echo, noise, level) is not in it: an estimate, for comparing legs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from records.views.fields import real

if TYPE_CHECKING:
    from records.views.fields import Data

_CODECS = {
    "PCMA": (0.0, 25.1),
    "PCMU": (0.0, 25.1),
    "G722": (0.0, 25.1),
    "OPUS": (0.0, 25.1),
    "G729": (11.0, 19.0),
    "GSM": (20.0, 43.0),
    "ILBC": (11.0, 32.0),
}
"""Ie and Bpl, with concealment of losses."""
_UNKNOWN = (0.0, 25.1)
_PACKET_MS = 20.0
_FEWEST = 50
"""Packets, a second of sound: of less nothing can be said."""


def mean_opinion(codec: str | None, counters: Data) -> float | None:
    """The score of what the far end sent; None where too little came."""
    heard = real(counters, "packets_in") or 0.0
    if heard < _FEWEST:
        return None
    lost = max(0.0, real(counters, "lost") or 0.0)
    jitter = max(0.0, real(counters, "jitter_ms") or 0.0)
    round_trip = max(0.0, real(counters, "round_trip_ms") or 0.0)
    own, robustness = _CODECS.get((codec or "").partition("/")[0].upper(), _UNKNOWN)
    percent = 100.0 * lost / (heard + lost)
    delay = round_trip / 2 + _PACKET_MS + 2 * jitter
    rating = 93.2 - _of_delay(delay) - (own + (95.0 - own) * percent / (percent + robustness))
    return round(_score(rating), 2)


def _of_delay(delay: float) -> float:
    return 0.024 * delay + 0.11 * max(0.0, delay - 177.3)


def _score(rating: float) -> float:
    if rating <= 0.0:
        return 1.0
    if rating >= 100.0:
        return 4.5
    return max(1.0, 1.0 + 0.035 * rating + rating * (rating - 60.0) * (100.0 - rating) * 7e-6)
