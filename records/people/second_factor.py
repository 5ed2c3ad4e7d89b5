"""One-time passwords by the clock (RFC 6238): 6 digits, 30 seconds, one step of grace to either side."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

import pyotp

from base.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator

STEP = 30
_GRACE = 1
ISSUER = "Centralita"


def new_secret() -> Secret:
    """160 random bits (RFC 4226 s.4, R6) in base 32, as apps ask for."""
    return Secret(pyotp.random_base32(32))


def uri(secret: Secret, person: str, centre: str) -> str:
    """What apps read from a QR code. It holds the secret: for the person's eyes only, once."""
    return pyotp.TOTP(secret.reveal()).provisioning_uri(name=person, issuer_name=centre or ISSUER)


def step_of(secret: Secret, code: str, *, now: float) -> int | None:
    """The step of time whose code this is; None when it is no code of now. Whoever asks takes each step once."""
    totp = pyotp.TOTP(secret.reveal())
    given, found = code.strip().replace(" ", "").encode("utf-8", "surrogatepass"), None
    for step in _steps(now):
        if hmac.compare_digest(totp.generate_otp(step).encode("ascii"), given):
            found = step
    return found


def _steps(now: float) -> Iterator[int]:
    present = int(now) // STEP
    yield from range(max(0, present - _GRACE), present + _GRACE + 1)
