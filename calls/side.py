"""Our side of a new stream, as offer and answer begin with it: where, with what, and with which secrets."""

from __future__ import annotations

from secrets import token_bytes
from typing import TYPE_CHECKING

from sip.flow import MESSAGE_BASED
from sip.offer.crypto import KEY_LENGTHS
from sip.offer.dtls import Fingerprint
from sip.offer.ice import IceCredentials
from sip.offer.keys import Dtmf
from sip.offer.security import UNPROTECTED, Identity, Security, Srtp, first_offer
from sip.offer.sides import LocalMedia

if TYPE_CHECKING:
    from collections.abc import Sequence

    from media.plane import Plane, Port
    from sip.flow import Flow


def our_side(
    plane: Plane,
    port: Port,
    codecs: Sequence[str],
    srtp: Srtp,
    flow: Flow | None = None,
    *,
    dtmf: Dtmf = Dtmf.AUTO,
) -> LocalMedia:
    """With keys of its own where they may be needed: none is used twice.

    Who comes by a WebSocket, or is reached by one, is a browser: that insists on DTLS-SRTP, whatever `srtp` says.
    """
    is_browser = flow is not None and flow.transport in MESSAGE_BASED
    security = UNPROTECTED
    if srtp is not Srtp.OFF or is_browser:
        security = Security(
            srtp,
            _keys() if srtp is not Srtp.OFF else {},
            identity=Identity(Fingerprint("sha-256", plane.fingerprint), IceCredentials(*plane.draw_ice())),
        )
    protocol, security = first_offer(security, insists_on_dtls=is_browser)
    return LocalMedia(
        port.address,
        port.number,
        tuple(dict.fromkeys(codecs)),
        session_id=port.id + 1,
        protocol=protocol,
        security=security,
        dtmf=dtmf,
        has_mux=is_browser,
    )


def _keys() -> dict[str, bytes]:
    return {suite: token_bytes(length) for suite, length in KEY_LENGTHS.items()}
