"""The file of webhooks' secrets: readable by its owner only, replaced whole or not at all.

They stand there as they are, since a signature can be made of nothing else.
"""

from __future__ import annotations

import asyncio
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from base.errors import DocumentError
from base.io.private_file import write_private
from base.secret import Secret
from console.webhooks.signature import new_secret

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

OVERLAP = 86_400.0
"""Seconds that the secret before signs too."""
_HEADER = "# Secrets of webhooks. Written by the node; keep this file private.\n"


@dataclass(frozen=True, slots=True)
class Secrets:
    """What signs for one webhook."""

    current: Secret
    previous: Secret | None = None
    previous_until: float = 0.0
    """Unix seconds: until then both sign."""

    def valid(self, *, now: float) -> list[Secret]:
        """Those that sign now, the newest first."""
        if self.previous is None or now >= self.previous_until:
            return [self.current]
        return [self.current, self.previous]

    def rotated(self, new: Secret, *, until: float) -> Secrets:
        """With a new one; the one that was signs for a while yet."""
        return Secrets(new, self.current, until)


class SecretBook:
    """The secrets of all webhooks that this node serves. What is changed is on disk before it signs."""

    def __init__(self, file: Path, clock: Callable[[], float]) -> None:
        """`clock` tells Unix time."""
        self._file, self._clock = file, clock
        self._secrets: dict[str, Secrets] = {}

    async def open(self) -> None:
        """Read the file. Raises DocumentError."""
        self._secrets = await asyncio.to_thread(load_secrets, self._file)

    def signing(self, webhook: str) -> list[Secret]:
        """What signs for it now."""
        found = self._secrets.get(webhook)
        return [] if found is None else found.valid(now=self._clock())

    async def renew(self, webhook: str) -> Secret:
        """A new secret; the one before signs too for a day. Raises OSError."""
        secret, before = new_secret(), self._secrets.get(webhook)
        after = Secrets(secret) if before is None else before.rotated(secret, until=self._clock() + OVERLAP)
        await self._save({**self._secrets, webhook: after})
        return secret

    async def forget(self, webhook: str) -> None:
        """It is gone. Raises OSError."""
        await self._save({name: each for name, each in self._secrets.items() if name != webhook})

    async def _save(self, secrets: dict[str, Secrets]) -> None:
        await asyncio.to_thread(save_secrets, self._file, secrets)
        self._secrets = secrets


def load_secrets(path: Path) -> dict[str, Secrets]:
    """Read the file; one that is not there yet holds none. Raises DocumentError, which quotes nothing of it."""
    if not path.exists():
        return {}
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise DocumentError(f"{path}:1: others than its owner may read or write it (chmod 600 {path})")
    try:
        data = yaml.safe_load(path.read_text(encoding="ascii")) or {}
        return {str(name): _secrets(entry) for name, entry in data.items()}
    except (yaml.YAMLError, UnicodeError, OSError, AttributeError, KeyError, TypeError, ValueError):
        raise DocumentError(f"{path}:1: it does not hold the secrets of webhooks; rotate them anew") from None


def save_secrets(path: Path, secrets: Mapping[str, Secrets]) -> None:
    """Write the file so that a crash leaves either the old one or the new one. Raises OSError."""
    data = {name: _entry(each) for name, each in sorted(secrets.items())}
    write_private(path, (_HEADER + yaml.safe_dump(data, default_flow_style=False)).encode("ascii"))


def _secrets(entry: Mapping[str, Any]) -> Secrets:
    previous = entry.get("previous")
    if not isinstance(entry["current"], str) or not isinstance(previous, str | None):
        raise TypeError
    return Secrets(
        Secret(entry["current"]),
        None if previous is None else Secret(previous),
        float(entry.get("previous_until", 0.0)),
    )


def _entry(secrets: Secrets) -> dict[str, object]:
    entry: dict[str, object] = {"current": secrets.current.reveal()}
    if secrets.previous is not None:
        entry |= {"previous": secrets.previous.reveal(), "previous_until": secrets.previous_until}
    return entry
