"""How requests to a client company's system are signed: HMAC-SHA-256 under a key that only both have.

What is signed is `POST`, path, time, nonce and idempotency key, a line each, and then the body as it is sent.
"""

from __future__ import annotations

import hashlib
import hmac

KEY_HEADER = "Centralita-Key"
"""Which key: the first 8 octets of the SHA-256 of `centralita back end` and the key, in hexadecimal."""
TIME_HEADER = "Centralita-Time"
"""Unix time in whole seconds; the receiver refuses what is older or newer than five minutes."""
NONCE_HEADER = "Centralita-Nonce"
"""Never used twice, also when a request is sent again: the receiver refuses one that it has seen."""
SIGNATURE_HEADER = "Centralita-Signature"
IDEMPOTENCY_HEADER = "Idempotency-Key"


def key_number(key: bytes) -> str:
    """What tells keys apart without telling anything of them."""
    return hashlib.sha256(b"centralita back end" + key).hexdigest()[:16]


def signature(
    key: bytes, *, path: str, time: str, nonce: str, idempotency: str, body: bytes | bytearray
) -> str:
    """64 hexadecimal digits. `path` is as in the request line, with the base URL's part of it."""
    mac = hmac.new(key, f"POST\n{path}\n{time}\n{nonce}\n{idempotency}\n".encode(), "sha256")
    mac.update(body)
    return mac.hexdigest()
