"""Passwords of the demonstration's phones: made at the first run, kept where only their owner reads, shown again.

Only for trying: a centre at work gives each phone its password with `centralita agent password`, which keeps a hash.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from base.document import read
from base.io.ids import SystemIds
from base.io.private_file import write_private
from centralita.state import CREDENTIALS_FILE
from sip.digest.credentials import make_password
from sip.io.credentials_file import load_credentials, save_credentials

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

FILE = "demo-passwords.yaml"


def demo_passwords(state: Path, realm: str, accounts: Iterable[str]) -> Mapping[str, str]:
    """A password for each account that has none; those set otherwise are not known here and not changed."""
    secrets = load_credentials(state / CREDENTIALS_FILE)
    file = state / FILE
    known: dict[str, str] = dict(read(file).data) if file.exists() else {}
    fresh = [account for account in accounts if account not in secrets]
    for account in fresh:
        known[account] = make_password(SystemIds())
        secrets.set_password(account, realm, known[account])
    if fresh:
        save_credentials(state / CREDENTIALS_FILE, secrets)
        _write(file, known)
    return {account: password for account, password in known.items() if account in secrets}


def _write(file: Path, passwords: Mapping[str, str]) -> None:
    lines = [
        "# Passwords of the demonstration's phones.",
        *(f'"{name}": "{word}"' for name, word in passwords.items()),
    ]
    write_private(file, ("\n".join(lines) + "\n").encode("ascii"))
