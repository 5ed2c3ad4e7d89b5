"""A door of digest as tests knock at it: what it challenges with, credentials that answer, and its judgement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sip.digest.digest import authorize
from sip.message import Request, fields_of

if TYPE_CHECKING:
    from sip.digest.authentication import Authenticator, Judged

REALM = "centralita"
PASSWORD = "correct horse battery"
HERE = "192.0.2.10"


def challenge(door: Authenticator, *, place: int = 0, source: str = HERE, now: float = 100.0) -> str:
    """The challenge of one algorithm, the favourite first."""
    return door.challenge(source, now=now)[place][1]


def credentials(
    challenge: str,
    *,
    user: str = "1001",
    password: str = PASSWORD,
    nc: int = 1,
    uri: str = "sip:centralita",
    method: str = "REGISTER",
    body: bytes = b"",
) -> str:
    """What a phone answers a challenge with."""
    return authorize(
        challenge, method=method, uri=uri, user=user, password=password, nc=nc, cnonce="abc", body=body
    )


def judge(
    door: Authenticator, *values: str, source: str = HERE, now: float = 101.0, body: bytes = b""
) -> Judged:
    """How the door judges a REGISTER with these credentials."""
    fields = fields_of(("Authorization", value) for value in values)
    return door.judge(Request("REGISTER", "sip:centralita", fields, body), source, now=now)
