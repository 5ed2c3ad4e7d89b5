"""A full agent of ICE in few lines (RFC 8445): it asks, nominates, and says hello as DTLS does."""

from __future__ import annotations

import hmac
import os
import struct
import zlib
from typing import TYPE_CHECKING

from media.connection import Connection, Dtls, Format, Ice
from sip.stun import mapped_address
from tests.kit.rtp import FarEnd

if TYPE_CHECKING:
    from media.plane import Plane, Port

USERNAME, INTEGRITY, ERROR_CODE = 0x0006, 0x0008, 0x0009
PRIORITY, USE_CANDIDATE, FINGERPRINT, CONTROLLING = 0x0024, 0x0025, 0x8028, 0x802A
STRANGER = "sha-256", ":".join(["AB"] * 32)
"""A fingerprint that no certificate has."""


def request(username: str, password: str, *, nominate: bool = False, more: bytes = b"") -> bytes:
    """A connectivity check."""
    body = attribute(USERNAME, username.encode()) + attribute(PRIORITY, bytes(4))
    body += attribute(CONTROLLING, bytes(8)) + (attribute(USE_CANDIDATE, b"") if nominate else b"") + more
    head = struct.pack("!HHI", 1, len(body) + 24, 0x2112A442) + os.urandom(12)
    message = head + body
    message += attribute(INTEGRITY, hmac.digest(password.encode(), message, "sha1"))
    return with_fingerprint(message)


def with_fingerprint(message: bytes) -> bytes:
    """The message, its length counting the FINGERPRINT at its end."""
    message = message[:2] + struct.pack("!H", len(message) - 20 + 8) + message[4:]
    return message + attribute(FINGERPRINT, struct.pack("!I", zlib.crc32(message) ^ 0x5354554E))


def attribute(kind: int, value: bytes) -> bytes:
    """One attribute, filled up to four octets."""
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


def error_of(answer: bytes) -> int:
    """The number of an error answer."""
    assert struct.unpack_from("!HHHH", answer, 0)[0] == 0x0111
    assert struct.unpack_from("!H", answer, 20)[0] == ERROR_CODE
    return answer[26] * 100 + answer[27]


def hello() -> bytes:
    """The first flight of a DTLS 1.2 client that speaks SRTP (RFC 5764)."""
    extensions = b"".join(
        (
            _extension(10, "0004 001d 0017"),  # X25519, P-256
            _extension(11, "01 00"),
            _extension(13, "0002 0403"),  # ECDSA over P-256 with SHA-256
            _extension(14, "0004 0007 0001 00"),
            _extension(23, ""),
        )
    )
    body = b"\xfe\xfd" + os.urandom(32) + bytes(2) + bytes.fromhex("0002 c02b 01 00")
    body += struct.pack("!H", len(extensions)) + extensions
    size = len(body).to_bytes(3)
    message = b"\x01" + size + bytes(2) + bytes(3) + size + body
    return b"\x16\xfe\xfd" + bytes(8) + struct.pack("!H", len(message)) + message


def _extension(kind: int, content: str) -> bytes:
    value = bytes.fromhex(content)
    return struct.pack("!HH", kind, len(value)) + value


class Checker(FarEnd):
    """A far end whose port has a gate."""

    def meet_by_ice(self, plane: Plane, port: Port, *, peer: str = "peer", is_client: bool = False) -> None:
        """Connect a port of ours with new credentials, and this far end with it."""
        self.target = (port.address, port.number)
        fragment, self.password = plane.draw_ice()
        self.username = f"{fragment}:{peer}"
        dtls = Dtls((STRANGER,), is_client, Ice(fragment, self.password, peer))
        form = Format(self.codec, 0)
        port.connect(Connection(remote=("0.0.0.0", 9), sends=form, mux=True, dtls=dtls))

    def check(
        self, *, nominate: bool = False, password: str = "", username: str = "", more: bytes = b""
    ) -> None:
        """Ask once."""
        secret = password or self.password
        self.send_bytes(request(username or self.username, secret, nominate=nominate, more=more))

    def hear_bytes(self) -> bytes:
        """The next datagram, whatever it is."""
        self.socket.settimeout(5.0)
        return self.socket.recv(4096)

    def is_answered(self) -> bool:
        """Whether the next datagram tells us our own address."""
        data = self.hear_bytes()
        return mapped_address(data, data[8:20]) == self.address
