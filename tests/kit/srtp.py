"""A far end of media tests that speaks SRTP by libsrtp, none of ours."""

from __future__ import annotations

import os
from dataclasses import replace

from pylibsrtp import Policy, Session

from media.connection import SUITES, Connection, SrtpKeys
from tests.kit.rtp import EVENT_PAYLOAD, FarEnd

_PROFILES = {
    "AEAD_AES_256_GCM": Policy.SRTP_PROFILE_AEAD_AES_256_GCM,
    "AEAD_AES_128_GCM": Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
    "AES_CM_128_HMAC_SHA1_80": Policy.SRTP_PROFILE_AES128_CM_SHA1_80,
    "AES_CM_128_HMAC_SHA1_32": Policy.SRTP_PROFILE_AES128_CM_SHA1_32,
}
USUAL = "AES_CM_128_HMAC_SHA1_80"


def new_keys(suite: str = USUAL) -> SrtpKeys:
    """Keys of a call, seen from our side."""
    return SrtpKeys(suite, os.urandom(SUITES[suite]), os.urandom(SUITES[suite]))


class SecretFarEnd(FarEnd):
    """A peer that protects what it sends and reads only what is protected; `keys` are as seen from our side."""

    def __init__(self, keys: SrtpKeys | None = None, *, ssrc: int = 0x5EED) -> None:
        super().__init__(ssrc=ssrc)
        self.keys = keys or new_keys()
        self.take(self.keys)
        self.sent: list[bytes] = []
        """As they went over the wire."""

    def take(self, keys: SrtpKeys) -> None:
        """Begin anew under these keys."""
        self.keys = keys
        profile = _PROFILES[keys.suite]
        self.sender = Session(Policy(keys.theirs, Policy.SSRC_ANY_OUTBOUND, srtp_profile=profile))
        self.receiver = Session(Policy(keys.ours, Policy.SSRC_ANY_INBOUND, srtp_profile=profile))

    def connection(self, *, event_payload: int | None = EVENT_PAYLOAD) -> Connection:
        """What a port is told, keys and all."""
        return replace(super().connection(event_payload=event_payload), srtp=self.keys)

    def send_bytes(self, data: bytes) -> None:
        """Protect a packet and send it."""
        self.sent.append(self.sender.protect(data))
        super().send_bytes(self.sent[-1])

    def send_raw(self, data: bytes) -> None:
        """Send any bytes as they are."""
        super().send_bytes(data)

    def receive(self) -> bytes:
        """Take the datagram that waits; it must be protected."""
        return self.receiver.unprotect(super().receive())
