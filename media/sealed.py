"""Sealed recordings: reading what media/plane/src/record/seal.rs writes (AES-256-GCM in chunks, HKDF-SHA256).

Whatever was changed, moved or left out is found; a file that was cut off is read up to its last whole chunk.
"""

from __future__ import annotations

import hashlib
import os
import struct
from typing import TYPE_CHECKING, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from media.errors import MediaError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAGIC = b"CENTREC1"
_HEADER = 56
_KEY = 32
_TAG = 16
_LONGEST_CHUNK = 65536 + _TAG
_INFO = b"centralita recording"
_NUMBER = b"centralita key number"
_WAV_HEADER = 44
_ANEW = os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW


class NoKey(MediaError):
    """A file that should hold a key does not."""

    code = "no_key"


class Tampered(MediaError):
    """A sealed recording is not as it was written, or is opened with another key."""

    code = "recording_tampered"


def read_key(path: Path) -> bytes:
    """The key in a file: 32 bytes, or 64 hexadecimal digits. Raises NoKey and OSError."""
    text = path.read_bytes()
    if len(text) == _KEY:
        return text
    try:
        key = bytes.fromhex(text.decode("ascii").rstrip())
    except ValueError:
        key = b""
    if len(key) != _KEY:
        raise NoKey(f"{path} holds no key: 32 bytes or 64 hexadecimal digits")
    return key


def key_number(key: bytes) -> str:
    """What tells keys apart without telling anything of them."""
    return hashlib.sha256(_NUMBER + key).digest()[:8].hex()


class SealedFile:
    """One sealed recording."""

    def __init__(self, file: BinaryIO) -> None:
        """Read its header. Raises Tampered."""
        self._file = file
        self._header = file.read(_HEADER)
        if len(self._header) < _HEADER or not self._header.startswith(MAGIC):
            raise Tampered("not a sealed recording")
        self.key_number = self._header[8:16].hex()
        self.is_whole = False
        """Whether the end has been read; False afterwards where the file was cut off."""

    def chunks(self, key: bytes) -> Iterator[bytes]:
        """What was recorded, piece by piece. Raises Tampered at the first piece that is not as it was written."""
        salt, prefix = self._header[16:48], self._header[48:55]
        cipher = AESGCM(HKDF(SHA256(), _KEY, salt, _INFO).derive(key))
        for index, sealed in enumerate(self._sealed_chunks()):
            if self.is_whole:
                raise Tampered("something was added after the end of the recording")
            for last in (False, True):
                nonce = prefix + struct.pack("!IB", index, last)
                try:
                    plain = cipher.decrypt(nonce, sealed, self._header)
                except InvalidTag:
                    continue
                self.is_whole = last
                yield plain
                break
            else:
                raise Tampered(f"chunk {index + 1} is not as it was written, or the key is another")

    def _sealed_chunks(self) -> Iterator[bytes]:
        while len(head := self._file.read(4)) == 4:
            (length,) = struct.unpack("!I", head)
            if not _TAG <= length <= _LONGEST_CHUNK:
                raise Tampered("a chunk of impossible length")
            sealed = self._file.read(length)
            if len(sealed) < length:
                return
            yield sealed


def unseal(path: Path, to: Path, key: bytes) -> bool:
    """Write a recording as anybody can play it, for its owner only; returns whether it was whole. Raises Tampered."""
    with path.open("rb") as file, os.fdopen(os.open(to, _ANEW, 0o600), "w+b") as out:
        sealed = SealedFile(file)
        for chunk in sealed.chunks(key):
            out.write(chunk)
        _tell_length(out)
        return sealed.is_whole


def _tell_length(out: BinaryIO) -> None:
    """The length of a WAV file was not known when its header was sealed."""
    length = out.tell()
    out.seek(0)
    if out.read(4) != b"RIFF" or length < _WAV_HEADER:
        return
    out.seek(4)
    out.write(struct.pack("<I", length - 8))
    out.seek(40)
    out.write(struct.pack("<I", length - _WAV_HEADER))
