"""Keys in INFO (RFC 6086): the bodies that phones send, and what is answered to others."""

from __future__ import annotations

import pytest

from sip.events import KeySignalled
from sip.session.info import key_in

RELAY, BARE = "application/dtmf-relay", "application/dtmf"


@pytest.mark.parametrize(
    ("kind", "body", "key"),
    [
        (RELAY, b"Signal=5\r\nDuration=160\r\n", "5"),
        (RELAY, b"Signal= #\r\nDuration= 250", "#"),
        (RELAY, b"signal=10\nDuration=100", "*"),
        (RELAY, b"Signal=11\r\n", "#"),
        (RELAY, b"Signal=d\r\nDuration=100\r\n", "D"),
        (RELAY, b"7", "7"),
        (BARE, b"9", "9"),
        (BARE, b"11\r\n", "#"),
        (BARE, b" * ", "*"),
        (RELAY, b"Signal=16\r\nDuration=100", None),  # hook-flash
        (RELAY, b"Signal=hf\r\n", None),
        (RELAY, b"Duration=100", None),
        (BARE, b"55", None),
        (BARE, b"", None),
        (RELAY, b"\xff\xfe\x00", None),
        (RELAY, b"Signal=\xd9\xa3\r\n", None),  # a digit, but none of a phone's
    ],
)
def test_the_key_that_a_body_tells(kind: str, body: bytes, key: str | None) -> None:
    assert key_in(kind, body) == key


def test_printing_the_event_does_not_show_the_key() -> None:
    assert "7" not in repr(KeySignalled(None, "7"))  # type: ignore[arg-type]
