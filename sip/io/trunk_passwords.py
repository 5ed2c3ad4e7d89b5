"""The file of our passwords at carriers: readable by its owner only, replaced whole or not at all.

They stand there as they are: a carrier's challenge may ask for any algorithm, and hashes of one answer no other.
"""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import yaml

from base.errors import DocumentError
from base.io.private_file import write_private
from base.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_HEADER = (
    "# Our passwords at carriers, by trunk. Written by `centralita trunk password`; keep this file private.\n"
)


def load_trunk_passwords(path: Path) -> dict[str, Secret]:
    """Read the file; one that is not there yet holds none. Raises DocumentError, which quotes nothing of it."""
    if not path.exists():
        return {}
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise DocumentError(f"{path}:1: others than its owner may read or write it (chmod 600 {path})")
    try:
        data = yaml.safe_load(path.read_text(encoding="ascii"))
    except (yaml.YAMLError, UnicodeDecodeError, OSError):
        data = ""
    if data is None:
        return {}
    if not isinstance(data, dict) or not all(isinstance(each, str) for pair in data.items() for each in pair):
        raise DocumentError(f"{path}:1: it does not hold a text for each trunk; give the passwords anew")
    return {name: Secret(password) for name, password in data.items()}


def save_trunk_passwords(path: Path, passwords: Mapping[str, Secret]) -> None:
    """Write the file so that a crash leaves either the old one or the new one. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    data = {name: password.reveal() for name, password in sorted(passwords.items())}
    text = _HEADER + (yaml.safe_dump(data, default_flow_style=False) if data else "")
    write_private(path, text.encode("ascii"))
