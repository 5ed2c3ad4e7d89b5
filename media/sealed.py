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
    from collections.abc import Iterator, Mapping
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
        cipher = self.cipher(key)
        for index, sealed in enumerate(self._sealed_chunks()):
            if self.is_whole:
                raise Tampered("something was added after the end of the recording")
            plain, self.is_whole = self.open(cipher, index, sealed)
            yield plain

    def cipher(self, key: bytes) -> AESGCM:
        """What opens its chunks."""
        return AESGCM(HKDF(SHA256(), _KEY, self._header[16:48], _INFO).derive(key))

    def open(self, cipher: AESGCM, index: int, sealed: bytes) -> tuple[bytes, bool]:
        """One chunk, and whether it is the last. Raises Tampered."""
        for last in (False, True):
            nonce = self._header[48:55] + struct.pack("!IB", index, last)
            try:
                return cipher.decrypt(nonce, sealed, self._header), last
            except InvalidTag:
                continue
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


class SealedSound:
    """A sealed recording that is read in parts, wherever they lie, without opening the rest."""

    def __init__(self, file: BinaryIO, keys: Mapping[str, bytes]) -> None:
        """Find its chunks; `keys` by number. Raises Tampered and NoKey."""
        sealed = SealedFile(file)
        if sealed.key_number not in keys:
            raise NoKey(f"the key {sealed.key_number} is not at hand")
        self._file = file
        self._sealed = sealed
        self._cipher = sealed.cipher(keys[sealed.key_number])
        self._places = list(_places(file))
        self.size = sum(length - _TAG for _, length in self._places)
        """Bytes of sound, its header with them."""

    def read(self, start: int, end: int) -> bytes:
        """The bytes from `start` to before `end`. Raises Tampered."""
        found, at = bytearray(), 0
        for index, (place, length) in enumerate(self._places):
            size = length - _TAG
            if at < end and start < at + size:
                plain = self._chunk(index, place, length)
                found += plain[max(0, start - at) : end - at]
            at += size
        return bytes(found)

    def _chunk(self, index: int, place: int, length: int) -> bytes:
        self._file.seek(place)
        plain, _ = self._sealed.open(self._cipher, index, self._file.read(length))
        return with_length(plain, self.size) if index == 0 else plain


def _places(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """Where each whole chunk stands after the header."""
    end = file.seek(0, os.SEEK_END)
    at = _HEADER
    while at + 4 <= end:
        file.seek(at)
        (length,) = struct.unpack("!I", file.read(4))
        if not _TAG <= length <= _LONGEST_CHUNK:
            raise Tampered("a chunk of impossible length")
        if at + 4 + length > end:
            return
        yield at + 4, length
        at += 4 + length


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
    head = out.read(_WAV_HEADER)
    out.seek(0)
    out.write(with_length(head, length))


def with_length(head: bytes, length: int) -> bytes:
    """The beginning of a file of that many bytes; that of a WAV file says so."""
    if not head.startswith(b"RIFF") or len(head) < _WAV_HEADER:
        return head
    sizes = struct.pack("<I", length - 8), struct.pack("<I", length - _WAV_HEADER)
    return head[:4] + sizes[0] + head[8:40] + sizes[1] + head[_WAV_HEADER:]
