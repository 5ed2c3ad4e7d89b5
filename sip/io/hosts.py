"""Names that the system knows without the DNS: its hosts file, read again when it changes, and `localhost`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sip.dialog import is_literal

if TYPE_CHECKING:
    from pathlib import Path

_LOOPBACK = {"A": ("127.0.0.1",), "AAAA": ("::1",)}
_LARGEST = 1 << 20


class Hosts:
    """One hosts file."""

    __slots__ = ("_names", "_path", "_seen")

    def __init__(self, path: Path) -> None:
        """A file that is not there, or cannot be read, holds no name."""
        self._path = path
        self._seen: tuple[float, int] | None = None
        self._names: dict[str, list[str]] = {}

    def find(self, name: str, kind: str) -> tuple[str, ...] | None:
        """The addresses of a name by record type (A, AAAA); None when only the DNS can know it."""
        name = name.lower().rstrip(".")
        if name == "localhost" or name.endswith(".localhost"):
            return _LOOPBACK.get(kind, ())  # RFC 6761 s.6.3
        self._refresh()
        found = self._names.get(name)
        if found is None:
            return None
        return tuple(each for each in found if (":" in each) == (kind == "AAAA") and kind in _LOOPBACK)

    def _refresh(self) -> None:
        try:
            state = self._path.stat()
            seen = (state.st_mtime, state.st_size)
            if seen != self._seen and state.st_size <= _LARGEST:
                self._names = _read(self._path.read_text(encoding="utf-8", errors="replace"))
                self._seen = seen
        except OSError:
            self._names, self._seen = {}, None


def _read(text: str) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for line in text.splitlines():
        address, *called = line.partition("#")[0].split() or [""]
        if is_literal(address):
            for name in called:
                names.setdefault(name.lower(), []).append(address)
    return names
