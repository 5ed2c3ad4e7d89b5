"""The master key: it wraps the keys of contacts, so that a stolen database alone opens nothing.

It lies in the state folder (`records.key`, for its owner only) and never in the database. All nodes on one PostgreSQL
need the same file. Keys are wrapped with AES-SIV (RFC 5297), which takes no nonce that could come twice, and are bound
to their contact: moved to another row they open nothing.
"""

from __future__ import annotations

import hmac
import os
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from base.io.private_file import make_private
from records.errors import MasterKeyMissing, MasterKeyWrong

if TYPE_CHECKING:
    from pathlib import Path

LENGTH = 32
_WRAPPING, _HASHING, _NUMBER, _SIGNING, _JOURNAL = (
    f"centralita records {use}".encode() for use in ("wrapping", "hashing", "number", "signing", "journal")
)
_NONCE = 12


class MasterKey:
    """One key, and what is derived from it. Prints nothing of it."""

    __slots__ = ("_hashing", "_journal", "_signing", "_wrapping", "number")

    def __init__(self, key: bytes) -> None:
        """Take 32 random bytes."""
        self._wrapping = AESSIV(_derived(key, _WRAPPING, 64))
        self._hashing = _derived(key, _HASHING, 32)
        self._journal = AESGCM(_derived(key, _JOURNAL, 32))
        self._signing = Ed25519PrivateKey.from_private_bytes(_derived(key, _SIGNING, 32))
        self.number = _derived(key, _NUMBER, 8).hex()
        """What tells keys apart without telling anything of them."""

    def wrap(self, owner: str, key: bytes) -> bytes:
        """A contact's key as it may be stored."""
        return self._wrapping.encrypt(key, [owner.encode()])

    def unwrap(self, owner: str, wrapped: bytes) -> bytes:
        """A contact's key. Raises MasterKeyWrong."""
        try:
            return self._wrapping.decrypt(wrapped, [owner.encode()])
        except (InvalidTag, ValueError):
            raise MasterKeyWrong(
                f"the records' master key {self.number} does not open the key of {owner}: "
                "another node's or an older file is needed"
            ) from None

    def seal_line(self, place: str, line: bytes) -> bytes:
        """A line of a journal, bound to its place (AES-256-GCM after a random nonce)."""
        nonce = os.urandom(_NONCE)
        return nonce + self._journal.encrypt(nonce, line, place.encode())

    def open_line(self, place: str, sealed: bytes) -> bytes | None:
        """The line; None where it was changed, moved, or sealed by another key."""
        try:
            return self._journal.decrypt(sealed[:_NONCE], sealed[_NONCE:], place.encode())
        except (InvalidTag, ValueError):
            return None

    def sign(self, content: bytes) -> bytes:
        """An Ed25519 signature (RFC 8032, 64 bytes)."""
        return self._signing.sign(content)

    @property
    def public_key(self) -> bytes:
        """What others check signatures by (32 bytes)."""
        return self._signing.public_key().public_bytes_raw()

    def hash(self, kind: str, value: str) -> str:
        """A keyed hash (HMAC-SHA-256, 32 hexadecimal digits) by which a value is known again and not read."""
        return hmac.digest(self._hashing, f"{kind}\0{value}".encode(), "sha256")[:16].hex()


def open_master_key(path: Path, *, may_make: bool) -> MasterKey:
    """The key in a file; a new one where there is none and `may_make` says that nothing is sealed yet.

    Raises MasterKeyMissing and OSError.
    """
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        if not may_make:
            raise MasterKeyMissing(
                f"{path} is missing, and the database holds what was sealed with it. Bring it back from a copy, or "
                "from another node of this database; without it nobody can read who called"
            ) from None
        key = make_private(path, os.urandom(LENGTH))
    if len(key) != LENGTH:
        raise MasterKeyMissing(f"{path} holds no key: {LENGTH} bytes are needed, it has {len(key)}")
    return MasterKey(key)


def _derived(key: bytes, use: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, None, use).derive(key)
