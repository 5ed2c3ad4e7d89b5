"""The key that seals second factors in the database stands in the state folder: one without the other is mute."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from base.io.private_file import write_private
from records.people.errors import PeopleKeyBroken

if TYPE_CHECKING:
    from pathlib import Path

_OCTETS = 32
_NONCE = 12


class Seal:
    """AES-256-GCM, each value bound to whose it is."""

    __slots__ = ("_cipher",)

    def __init__(self, key: bytes) -> None:
        """With this key of 32 octets."""
        self._cipher = AESGCM(key)

    def close(self, value: bytes, owner: str) -> bytes:
        """The value, unreadable."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, value, owner.encode())

    def open(self, sealed: bytes, owner: str) -> bytes:
        """The value again. Raises PeopleKeyBroken."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], owner.encode())
        except InvalidTag:
            raise PeopleKeyBroken(
                "people.key of the state folder is not the one that second factors were sealed with"
            ) from None


def load_seal(path: Path) -> Seal:
    """The seal of a state folder, made where there is none. Raises PeopleKeyBroken, OSError."""
    try:
        mode = path.stat().st_mode
        key = bytes.fromhex(path.read_text(encoding="ascii"))
    except FileNotFoundError:
        key = b""
    except ValueError:
        raise PeopleKeyBroken(f"{path} does not hold a key; take it from a backup") from None
    else:
        if stat.S_IMODE(mode) & 0o077:
            raise PeopleKeyBroken(f"others than its owner may read {path}: chmod 600 {path}")
        if key and len(key) != _OCTETS:
            raise PeopleKeyBroken(f"{path} does not hold a key; take it from a backup")
    if not key:
        key = os.urandom(_OCTETS)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(path, f"{key.hex()}\n".encode("ascii"))
    return Seal(key)
