"""Sound files of contacts: found by what the ledger says of them, deleted so that the ledger tells of it. Blocks."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from records.views.tables import recording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from records.database import Database

CALL, MESSAGE = "call", "message"
DEPTH = 3
"""CLIENT/DAY/FILE."""
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Sound:
    """One file."""

    contact: str
    leg: str | None
    client: str | None
    kind: str
    name: str
    path: Path
    began_at: int
    """Microseconds since 1970 UTC."""


def sounds_of(
    database: Database, folder: Path, contacts: Sequence[str], *, at_once: int = 500
) -> list[Sound]:
    """The files of these contacts that are still there."""
    found: list[Sound] = []
    for at in range(0, len(contacts), at_once):
        query = select(recording).where(recording.c.contact.in_(contacts[at : at + at_once]))
        with database.read() as connection:
            for row in connection.execute(query.order_by(recording.c.contact, recording.c.n)).mappings():
                sound = sound_of(dict(row), folder)
                if sound is not None:
                    found.append(sound)
    return found


def sound_of(row: dict[str, object], folder: Path) -> Sound | None:
    """The file that a row of `recording` tells of; None where it is gone.

    Whatever the row says, nothing outside the folder of recordings is ever meant.
    """
    told = row["file"] or row["name"]
    if not isinstance(told, str) or not told:
        return None
    path = _path(folder, told)
    if path is None:
        return None
    leg, client = row["leg"], row["client"]
    return Sound(
        str(row["contact"]),
        str(leg) if leg is not None else None,
        str(client) if client is not None else None,
        str(row["kind"] or CALL),
        path.name,
        path,
        int(str(row["began_at"])),
    )


def delete_sound(sound: Sound) -> dict[str, object] | None:
    """Delete a file; what the ledger is to be told of it. None where it was gone already. Raises OSError."""
    try:
        digest = sha256_of(sound.path)
        size = sound.path.stat().st_size
        sound.path.unlink()
    except FileNotFoundError:
        return None
    return {"recording": sound.name, "kind": sound.kind, "bytes": size, "sha256": digest}


def sha256_of(path: Path) -> str:
    """Of a whole file, in hexadecimal digits. Raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _path(folder: Path, told: str) -> Path | None:
    parts = Path(told).parts[-DEPTH:]
    if ".." in parts or parts[0] == "/":
        return None
    path = folder.joinpath(*parts)
    if len(parts) < DEPTH:
        path = next(iter(sorted(folder.glob(f"*/*/{_plain(parts[-1])}"))), path)
    if path.is_symlink() or not path.is_file():
        return None
    return path if path.resolve().is_relative_to(folder.resolve()) else None


def _plain(name: str) -> str:
    """Without the signs that mean something to glob."""
    return "".join(f"[{each}]" if each in "*?[" else each for each in name)
