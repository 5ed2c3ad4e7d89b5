"""The file of hashed secrets, state/credentials.yaml: readable by its owner only, replaced whole or not at all."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING, Annotated

import yaml
from pydantic import Field, RootModel

from base.document import Fault, Part, load, refuse
from base.io.private_file import write_private
from sip.digest.credentials import HashedSecrets

if TYPE_CHECKING:
    from pathlib import Path

_HEADER = "# Hashes of the accounts' passwords. Worth as much as the passwords: keep this file private.\n"

_Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{32}([0-9a-f]{32})?$")]


class _Entry(Part):
    realm: str
    md5: _Hash
    sha_256: Annotated[_Hash, Field(alias="sha-256")]
    sha_512_256: Annotated[_Hash, Field(alias="sha-512-256")]


class _File(RootModel[dict[str, _Entry]]):
    pass


def read_credentials(path: Path, faults: list[Fault]) -> HashedSecrets:
    """Read the file; one that is not there yet holds nobody. Faults are appended, and nobody is then held."""
    if not path.exists():
        return HashedSecrets()
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        faults.append(Fault(str(path), 1, "others than its owner may read or write it", f"chmod 600 {path}"))
        return HashedSecrets()
    found, _ = load(_File, path, faults)
    if found is None:
        return HashedSecrets()
    return HashedSecrets(
        {
            account: (each.realm, {"MD5": each.md5, "SHA-256": each.sha_256, "SHA-512-256": each.sha_512_256})
            for account, each in found.root.items()
        }
    )


def load_credentials(path: Path) -> HashedSecrets:
    """Read the file. Raises DocumentError that lists its faults."""
    faults: list[Fault] = []
    found = read_credentials(path, faults)
    refuse(faults)
    return found


def save_credentials(path: Path, secrets: HashedSecrets) -> None:
    """Write the file so that a crash leaves either the old one or the new one."""
    data = {
        account: {"realm": realm, **{name.lower(): each for name, each in sorted(hashes.items())}}
        for account, realm, hashes in secrets
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    text = _HEADER + yaml.safe_dump(data, default_flow_style=False, sort_keys=True)
    write_private(path, text.encode("utf-8"))
