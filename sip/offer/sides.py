"""What offer and answer work on and come to: our side of the stream, and what both sides agreed on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sip.offer.coding import NUMBERS, PTIMES
from sip.offer.keys import Dtmf
from sip.offer.security import PLAIN, UNPROTECTED, Dtls

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sip.offer.coding import Events, Format
    from sip.offer.security import Protection, Security

SENDS = {
    "sendrecv": (True, True),
    "sendonly": (True, False),
    "recvonly": (False, True),
    "inactive": (False, False),
}
"""Whether a direction means to send, and to receive."""
DIRECTION = {flags: name for name, flags in SENDS.items()}


@dataclass(frozen=True, slots=True)
class LocalMedia:
    """Our side of the stream: where it is received, with what, and the name of our description (o=)."""

    address: str
    port: int
    codecs: tuple[str, ...] = ("PCMU", "PCMA")
    """Names of codecs that we offer and take, the preferred first."""
    session_id: int = 1
    version: int = 1
    ptime: int = PTIMES[0]
    numbers: Mapping[str, int] = field(default_factory=lambda: NUMBERS)
    """Our payload types; once agreed they stay for the session (RFC 3264 s.8.3.2)."""
    protocol: str = "RTP/AVP"
    """The profile of our offers."""
    security: Security = UNPROTECTED
    dtmf: Dtmf = Dtmf.AUTO
    has_mux: bool = False
    """Whether our offers put RTCP on the port of RTP (RFC 5761)."""
    mid: str | None = None
    """How the peer called our media line (RFC 5888)."""
    is_bundled: bool = False
    """Whether that stands in a group BUNDLE (RFC 9143)."""
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    """The refused lines around ours: media lines are never taken out of a session (RFC 3264 s.8)."""

    def placed(
        self,
        protocol: str,
        mid: str | None,
        before: tuple[str, ...],
        after: tuple[str, ...],
        *,
        has_mux: bool,
        is_bundled: bool,
    ) -> LocalMedia:
        """The same in another media line; itself where nothing is other, as with nearly all phones."""
        now = (self.protocol, self.mid, self.before, self.after, self.has_mux, self.is_bundled)
        if now == (protocol, mid, before, after, has_mux, is_bundled):
            return self
        return replace(
            self,
            protocol=protocol,
            mid=mid,
            before=before,
            after=after,
            has_mux=has_mux,
            is_bundled=is_bundled,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Negotiated:
    """What both sides now agree on, from our side."""

    body: bytes = field(default=b"", repr=False)
    """The answer to send; empty where we read one. It may hold keys."""
    codec: str
    payload: int
    """The peer's payload type for the codec: what we send under."""
    accepts: tuple[Format, ...]
    """What may come, under the payload types that we said."""
    events: Events | None
    """The peer's payload type for telephone-event, or None where it takes none."""
    accepted_events: Events | None
    """Ours."""
    has_noise: bool = False
    """Whether comfort noise (RFC 3389) may come, under its static number."""
    remote: tuple[str, int] | None
    """Where to send; None while the peer's address is 0.0.0.0, ::, or a name. With ICE its checks decide."""
    control: tuple[str, int] | None
    """Where to send RTCP: as the peer said, else the port above (RFC 3605); the same as `remote` with RTCP-mux."""
    has_mux: bool
    """Whether RTP and RTCP share the port (RFC 5761)."""
    direction: str
    """What we do: sendrecv, sendonly, recvonly (the peer holds us) or inactive."""
    ptime: int
    protection: Protection = PLAIN
    protocol: str = "RTP/AVP"
    mid: str | None = None
    is_bundled: bool = False
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    @property
    def fragment(self) -> str | None:
        """The peer's name in ICE, where that finds the way."""
        return self.protection.fragment if isinstance(self.protection, Dtls) else None

    @property
    def sending(self) -> bool:
        """Whether we may send audio."""
        return SENDS[self.direction][0]

    @property
    def receiving(self) -> bool:
        """Whether audio may come."""
        return SENDS[self.direction][1]
