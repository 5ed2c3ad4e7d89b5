"""Words that prove who somebody is, made of 256 random bits: only a hash is kept, which needs no salt and no time."""

from __future__ import annotations

import hashlib
import secrets

KEY_PREFIX = "ck_"
SESSION_PREFIX = "cs_"
INVITATION_PREFIX = "ci_"
TOKEN_PREFIXES = (KEY_PREFIX, SESSION_PREFIX, INVITATION_PREFIX)
"""What a token begins with tells what it is: people and scanners of leaked secrets know it at once."""

_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"


def new_token(prefix: str) -> str:
    """An unguessable word."""
    return prefix + secrets.token_urlsafe(32)


def hashed(token: str) -> str:
    """What is kept of it."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def short_id(letters: int = 8) -> str:
    """A name for something that has none: no secret."""
    return "".join(secrets.choice(_CROCKFORD) for _ in range(letters))


def new_recovery_code() -> str:
    """80 random bits that can be written on paper."""
    letters = short_id(16)
    return "-".join(letters[at : at + 4] for at in range(0, 16, 4))


def read_recovery_code(text: str) -> str:
    """As it was made, however it was typed: letters that look like digits are those."""
    plain = text.strip().lower().replace(" ", "").replace("-", "").translate(str.maketrans("oil", "011"))
    return "-".join(plain[at : at + 4] for at in range(0, len(plain), 4))
