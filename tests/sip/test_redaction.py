"""What may be shown of a message: no credentials, no keys, nothing that a caller typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip.capture.redaction import redacted
from tests.kit.builders import request

TORTURE = sorted((Path(__file__).parents[1] / "data" / "torture").glob("*.dat"))


def with_lines(*lines: str, body: bytes = b"") -> bytes:
    head = "\r\n".join(("INFO sip:bob@192.0.2.1 SIP/2.0", *lines))
    return head.encode() + b"\r\n\r\n" + body


@pytest.mark.parametrize(
    "line",
    [
        'Authorization: Digest username="1001", response="5ec4e7"',
        'authorization : Digest response="5ec4e7"',
        'PROXY-AUTHORIZATION: Digest response="5ec4e7"',
        'Proxy-Authorization: Digest username="1001",\r\n response="5ec4e7"',
        'Authorization:\tDigest a=b,\r\n\tresponse="5ec4e7"',
        'Authentication-Info: rspauth="5ec4e7"',
        "To: <sip:ann:5ec4e7@192.0.2.1>",
        "Contact: SIPS:ann:5ec4e7@192.0.2.1",
    ],
)
def test_proofs_of_identity_are_covered(line: str) -> None:
    shown = redacted(with_lines(line, "Call-ID: c1"))
    assert b"5ec4e7" not in shown
    assert b"*" in shown
    assert b"Call-ID: c1" in shown


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/dtmf-relay", b"Signal=7\r\nDuration=160\r\n"),
        ("application/dtmf", b"7"),
        ("text/plain", b"my card is 7"),
        ("application/vnd.unknown", b"7"),
        ("APPLICATION/SDP", b"v=0\r\na=crypto:7 AES_CM_128_HMAC_SHA1_80 inline:7\r\n"),
        ("application/sdp", b"v=0\r\nk=clear:7\r\na=ice-pwd:7\r\n"),
        (
            "multipart/mixed;boundary=x",
            b"--x\r\nContent-Type: application/dtmf-relay\r\n\r\nSignal= 7\r\n--x--",
        ),
    ],
)
def test_what_was_typed_and_keys_of_sound_are_covered(kind: str, body: bytes) -> None:
    shown = redacted(with_lines(f"Content-Type: {kind}", body=body)).partition(b"\r\n\r\n")[2]
    assert len(shown) == len(body)
    assert b"7" not in shown


def test_a_body_without_a_type_is_covered() -> None:
    assert redacted(with_lines(body=b"4111")).endswith(b"\r\n\r\n****")


def test_a_compact_content_type_counts_too() -> None:
    assert redacted(with_lines("c: application/sdp", body=b"v=0\r\ns=-\r\n")).endswith(b"v=0\r\ns=-\r\n")


def test_a_session_description_is_shown_as_it_is() -> None:
    plain = request("INVITE", body=b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\n")
    assert redacted(plain) == plain


@pytest.mark.parametrize("path", TORTURE, ids=lambda path: path.stem)
def test_torture_messages_keep_their_length_and_all_that_is_no_secret(path: Path) -> None:
    data = path.read_bytes()
    assert len(redacted(data)) == len(data)
    if b"uthorization" not in data and b"ontent" not in data:
        assert redacted(data).partition(b"\r\n\r\n")[0] == data.partition(b"\r\n\r\n")[0]


@given(st.binary(max_size=400))
def test_any_octets_can_be_shown(data: bytes) -> None:
    assert len(redacted(data)) == len(data)


@given(st.text("sip:@;, \n", max_size=3000))
def test_uris_without_end_take_no_time(text: str) -> None:
    redacted(text.encode())
