"""Signatures as Standard Webhooks 1.0.0 wants them: HMAC-SHA256 over `id.timestamp.body`, one for each valid secret."""

from __future__ import annotations

import base64
import hmac
import os
from typing import TYPE_CHECKING

from base.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterable

PREFIX = "whsec_"
_OCTETS = 32

ID_HEADER = "webhook-id"
TIME_HEADER = "webhook-timestamp"
SIGNATURE_HEADER = "webhook-signature"


def new_secret() -> Secret:
    """A new secret as receivers are given it."""
    return Secret(PREFIX + base64.b64encode(os.urandom(_OCTETS)).decode("ascii"))


def headers(secrets: Iterable[Secret], message: str, body: bytes, *, now: float) -> dict[str, str]:
    """What is sent with a body. While a secret is being changed there are two, and a signature by each."""
    stamp = str(int(now))
    signed = b"%b.%b.%b" % (message.encode("ascii"), stamp.encode("ascii"), body)
    signatures = (f"v1,{_signature(each, signed)}" for each in secrets)
    return {ID_HEADER: message, TIME_HEADER: stamp, SIGNATURE_HEADER: " ".join(signatures)}


def _signature(secret: Secret, signed: bytes) -> str:
    key = base64.b64decode(secret.reveal().removeprefix(PREFIX))
    return base64.b64encode(hmac.digest(key, signed, "sha256")).decode("ascii")
