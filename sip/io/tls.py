"""TLS on one connection (RFC 3261 s.26.3.2.1, RFC 5922): octets of the socket in, octets of SIP out, and back.

Owns no socket: what is to be written comes out of `take`. Sockets, limits and time are in tcp.
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

from sip.certificate import identities, proves
from sip.io.wrapping import WrappingBroken

if TYPE_CHECKING:
    from sip.flow import Flow
    from sip.io.certificates import Contexts

_CHUNK = 65_536


class TlsWrapping:
    """One TLS connection."""

    __slots__ = ("_expected", "_incoming", "_outgoing", "_tls", "identities", "is_ready")

    is_mid_message = False  # a message is cut anywhere, and put together by who reads it

    def __init__(self, contexts: Contexts, flow: Flow, *, accepted: bool) -> None:
        """Begin before the handshake. Raises WrappingBroken for a name that no server can have."""
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._expected = None if accepted else flow.name or flow.remote[0]
        context = contexts.accepting if accepted else contexts.connecting
        try:
            self._tls = context.wrap_bio(
                self._incoming, self._outgoing, server_side=accepted, server_hostname=self._expected
            )
        except (ssl.SSLError, ValueError) as error:
            raise WrappingBroken(str(error)) from None
        self.is_ready = False
        """Whether the handshake is done."""
        self.identities: tuple[str, ...] = ()
        """The domains that a client's certificate has proved."""

    def begin(self) -> None:
        """Say hello, where that is ours. Raises WrappingBroken."""
        if self._expected is not None:
            self.receive(b"")

    def receive(self, data: bytes) -> tuple[list[bytes], bool]:
        """Take octets of the socket: what they hold for us, and whether the far end said goodbye.

        Raises WrappingBroken.
        """
        if data:
            self._incoming.write(data)
        try:
            if not self.is_ready:
                self._tls.do_handshake()
                self._know_peer()
                self.is_ready = True
            return self._read()
        except ssl.SSLWantReadError:
            return [], False
        except (ssl.SSLError, ValueError, OSError) as error:
            raise WrappingBroken(str(error)) from None

    def write(self, data: bytes) -> None:
        """Wrap octets of ours. Raises WrappingBroken."""
        try:
            self._tls.write(data)
        except (ssl.SSLError, ValueError, OSError) as error:
            raise WrappingBroken(str(error)) from None

    def end(self) -> None:
        """Say goodbye."""
        try:
            self._tls.unwrap()
        except (ssl.SSLError, ValueError, OSError):
            return  # its own goodbye need not be waited for (RFC 8446 s.6.1)

    def take(self) -> bytes:
        """What is to be written to the socket."""
        return self._outgoing.read()

    def _read(self) -> tuple[list[bytes], bool]:
        pieces: list[bytes] = []
        try:
            while piece := self._tls.read(_CHUNK):
                pieces.append(piece)
        except ssl.SSLWantReadError:
            return pieces, False
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            pass
        return pieces, True

    def _know_peer(self) -> None:
        """Compare a server with whom we called; note whom a client has proved to be."""
        certificate: dict[str, Any] = dict(self._tls.getpeercert() or {})
        names: tuple[tuple[str, str], ...] = certificate.get("subjectAltName", ())
        if self._expected is None:
            self.identities = identities(names)
        elif not proves(names, self._expected):
            raise WrappingBroken(f"its certificate is not one of {self._expected}")
