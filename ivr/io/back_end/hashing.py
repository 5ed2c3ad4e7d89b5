"""Keyed hashes (HMAC-SHA-256) of what must be known again and never be read: cards, callers, elements of identity."""

from __future__ import annotations

import hmac
import os
from typing import TYPE_CHECKING

from base.io.private_file import write_private
from base.secret import Secret

if TYPE_CHECKING:
    from pathlib import Path

KEY_LENGTH = 32


class Hasher:
    """Hashes under one key."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        """Without the key no number can be tried against a hash."""
        self._key = key

    def hash(self, kind: str, client: str, value: Secret | str) -> str:
        """64 hexadecimal digits. Another kind or client company gives another hash of the same value."""
        mac = hmac.new(self._key, f"{kind}\0{client}\0".encode(), "sha256")
        if isinstance(value, Secret):
            value.lend(mac.update)
        else:
            mac.update(value.encode())
        return mac.hexdigest()


def key_in(path: Path) -> bytes:
    """The key in a file for its owner only; made when there is none. Raises OSError."""
    key = path.read_bytes() if path.exists() else b""
    if len(key) < KEY_LENGTH:
        # An empty file, left by a node that was killed while it wrote, would be a key that everybody knows.
        key = os.urandom(KEY_LENGTH)
        write_private(path, key)
    return key
