"""Our side of a new stream, as offer and answer begin with it: where, with what, and with which keys (RFC 4568)."""

from __future__ import annotations

from secrets import token_bytes
from typing import TYPE_CHECKING

from sip.offer.crypto import KEY_LENGTHS
from sip.offer.security import UNPROTECTED, Security, Srtp, first_offer
from sip.offer.sides import LocalMedia

if TYPE_CHECKING:
    from collections.abc import Sequence

    from media.plane import Port


def our_side(port: Port, codecs: Sequence[str], srtp: Srtp) -> LocalMedia:
    """With keys of its own where they may be needed: none is used twice."""
    security = UNPROTECTED
    if srtp is not Srtp.OFF:
        security = Security(srtp, {suite: token_bytes(length) for suite, length in KEY_LENGTHS.items()})
    protocol, security = first_offer(security, insists_on_dtls=False)
    return LocalMedia(
        port.address,
        port.number,
        tuple(dict.fromkeys(codecs)),
        session_id=port.id + 1,
        protocol=protocol,
        security=security,
    )
