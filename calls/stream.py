"""A leg's media: one port of the plane and what was negotiated for it (RFC 3264). Knows nothing of dialogs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from media.codec import Codec
from sip.offer_answer import LocalMedia, make_answer, make_offer, read_answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from media.plane import Clip, Port
    from sip.offer_answer import Negotiated
    from sip.sdp import SessionDescription

CODECS = ("PCMU", "PCMA")


class Stream:
    """Owns the port; offers, answers, and connects it when both sides are known."""

    __slots__ = ("_codecs", "_version", "agreed", "port")

    def __init__(self, port: Port, codecs: Sequence[str] = CODECS) -> None:
        """`codecs` in order of preference."""
        self.port = port
        self.agreed: Negotiated | None = None
        self._codecs = tuple(codecs)
        self._version = 0

    def _local(self) -> LocalMedia:
        self._version += 1
        return LocalMedia(
            address=self.port.address,
            port=self.port.number,
            codecs=self._codecs,
            session_id=self.port.id + 1,
            version=self._version,
        )

    def offer(self) -> bytes:
        """Our offer, for an INVITE or for the answer to one without."""
        return make_offer(self._local())

    def answer(self, offer: SessionDescription) -> bytes:
        """Agree to a remote offer. Raises NoCommonCodec (488)."""
        self.agreed = make_answer(offer, self._local())
        return self.agreed.body

    def accept(self, answer: SessionDescription) -> None:
        """Take the remote answer to our offer. Raises NoCommonCodec (488)."""
        self.agreed = read_answer(self._local(), answer)

    def connect(self) -> None:
        """Let media run as agreed."""
        agreed = self.agreed
        if agreed is None or agreed.remote is None:
            return
        self.port.connect(
            agreed.remote,
            codec=Codec[agreed.codec],
            event_payload=agreed.event_payload,
            ptime=agreed.ptime,
            sending=agreed.direction in ("sendrecv", "sendonly"),
            receiving=agreed.direction in ("sendrecv", "recvonly"),
        )

    @property
    def codec(self) -> str | None:
        """The codec agreed on."""
        return self.agreed.codec if self.agreed else None

    @property
    def held(self) -> bool:
        """Whether the far end does not want to hear us."""
        return self.agreed is not None and self.agreed.direction in ("recvonly", "inactive")

    def play(self, clips: Sequence[Clip], *, loop: bool = False, start: float = 0.0) -> int:
        """Play clips one after the other towards the far end; see media.plane.Port.play."""
        return self.port.play(clips, loop=loop, start=start)
