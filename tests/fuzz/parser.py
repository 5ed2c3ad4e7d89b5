"""Coverage-guided fuzzing of all that reads octets: framing, parser, header values, SDP, the door of the stack.

`.venv/bin/python -m tests.fuzz.parser tests/data/corpus -max_total_time=600` adds what it finds to the corpus; other
options are libFuzzer's. A crash is written to a file of its own: make a test of it.
"""

from __future__ import annotations

import contextlib
import sys

import atheris  # type: ignore[import-untyped]

with atheris.instrument_imports(include=["sip", "base"]):
    from base.ids import SequenceIds
    from sip import sdp
    from sip.body import description_of
    from sip.capture.redaction import redacted
    from sip.digest.digest import read_digest
    from sip.errors import NoCommonCodec, ParseError, SdpError, UnreadableMessage
    from sip.flow import Flow
    from sip.framing import Framer
    from sip.offer.answering import make_answer
    from sip.offer.coding import CODINGS
    from sip.offer.crypto import KEY_LENGTHS
    from sip.offer.dtls import Fingerprint
    from sip.offer.ice import IceCredentials
    from sip.offer.reading import read_answer
    from sip.offer.security import Identity, Security, Srtp
    from sip.offer.sides import LocalMedia
    from sip.parser import parse
    from sip.session.info import TYPES, key_in
    from sip.stack import Stack
    from sip.uri import Uri
    from tests.kit.builders import LOCAL, PEER, Everybody

LISTS = (
    "Via",
    "Contact",
    "Route",
    "Record-Route",
    "Require",
    "Supported",
    "Accept",
    "Diversion",
    "History-Info",
)

SIDE = LocalMedia(
    "127.0.0.1",
    40000,
    tuple(CODINGS),
    security=Security(
        Srtp.OFFERED,
        {suite: bytes(length) for suite, length in KEY_LENGTHS.items()},
        identity=Identity(Fingerprint("sha-256", "00"), IceCredentials("ourname1", "p" * 24)),
    ),
)
"""One that takes all there is."""


def one(data: bytes) -> None:
    """Read the octets in every way that a peer can make us read them; only refusals of our own may be raised."""
    framer = Framer()
    half = len(data) // 2
    framer.feed(data[:half])
    framer.feed(data[half:])
    assert len(redacted(data)) == len(data)
    _read(data)
    made = Stack(SequenceIds("a"), admission=Everybody())
    made.listen("UDP", LOCAL)
    made.receive_datagram(data, Flow("UDP", LOCAL, PEER), now=0.0)
    made.take_output()


def _read(data: bytes) -> None:
    try:
        message = parse(data)
    except UnreadableMessage:
        return
    for name in LISTS:
        _bearing(message.listed, name)
    _bearing(lambda: message.contacts)
    _bearing(lambda: description_of(message))
    _bearing(lambda: make_answer(sdp.parse(message.body), SIDE))
    _bearing(lambda: read_answer(SIDE, sdp.parse(message.body)))
    for value in message.headers("Authorization"):
        _bearing(read_digest, value)
    for line in (message.header("To") or "", message.header("Subject") or ""):
        _bearing(lambda text=line: str(Uri.parse(text)))
    for kind in TYPES:
        key_in(kind, message.body)


def _bearing(work, *given) -> None:  # type: ignore[no-untyped-def]
    with contextlib.suppress(ParseError, SdpError, NoCommonCodec):
        work(*given)


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
