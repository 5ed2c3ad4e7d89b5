"""Hashed secrets, strong and weak passwords, and the file they are kept in."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from base.errors import DocumentError
from base.ids import SequenceIds
from base.weak_passwords import weakness
from sip.digest.credentials import HashedSecrets, make_password
from sip.digest.digest import make_ha1
from sip.errors import WeakPassword
from sip.io.credentials_file import load_credentials, read_credentials, save_credentials

if TYPE_CHECKING:
    from pathlib import Path

    from base.document import Fault

STRONG = "tangerine-Boat-42"


@pytest.fixture
def secrets() -> HashedSecrets:
    secrets = HashedSecrets()
    secrets.set_password("1001", "centralita", STRONG)
    return secrets


def test_a_password_is_kept_as_hashes_only(secrets: HashedSecrets) -> None:
    for name in ("MD5", "SHA-256", "SHA-512-256"):
        assert secrets.ha1("1001", "centralita", name) == make_ha1(name, "1001", "centralita", STRONG)
    assert STRONG not in repr(secrets)
    assert "1001" in secrets
    assert len(secrets) == 1


def test_other_accounts_realms_and_algorithms_have_none(secrets: HashedSecrets) -> None:
    assert secrets.ha1("1002", "centralita", "MD5") is None
    assert secrets.ha1("1001", "elsewhere", "MD5") is None
    assert secrets.ha1("1001", "centralita", "SHA-1") is None
    secrets.forget("1001")
    assert secrets.ha1("1001", "centralita", "MD5") is None


@pytest.mark.parametrize(
    "password",
    [
        "",
        "short1",
        "password1234",
        "xx1001xxYYzz",
        "aaaaaaaaaaaa",
        "0123456789",
        "9876543210",
        "bad\nline-Here-1",
    ],
)
def test_weak_passwords_are_refused_without_being_named(secrets: HashedSecrets, password: str) -> None:
    with pytest.raises(WeakPassword) as found:
        secrets.set_password("1001", "centralita", password)
    assert not password or password not in str(found.value)
    assert secrets.ha1("1001", "centralita", "MD5") == make_ha1("MD5", "1001", "centralita", STRONG)


class FullIds(SequenceIds):
    """Numbers that fill all their bits."""

    def number(self, bits: int = 32) -> int:
        return (1 << bits) - 1 - super().number(bits)


def test_made_passwords_are_long_strong_and_different() -> None:
    ids = FullIds()
    made = {make_password(ids) for _ in range(20)}
    assert len(made) == 20
    assert all(len(each) == 16 and weakness(each, ("1001",)) is None for each in made)


def test_the_file_is_private_and_read_back(secrets: HashedSecrets, tmp_path: Path) -> None:
    path = tmp_path / "state" / "credentials.yaml"
    faults: list[Fault] = []
    assert len(read_credentials(path, faults)) == 0
    save_credentials(path, secrets)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert STRONG not in path.read_text()
    assert list(read_credentials(path, faults)) == list(secrets)
    assert faults == []
    assert [each.name for each in path.parent.iterdir()] == ["credentials.yaml"]


def test_a_file_that_others_can_read_is_not_used(secrets: HashedSecrets, tmp_path: Path) -> None:
    path = tmp_path / "credentials.yaml"
    save_credentials(path, secrets)
    path.chmod(0o644)
    faults: list[Fault] = []
    assert len(read_credentials(path, faults)) == 0
    assert "chmod 600" in faults[0].mend


@pytest.mark.parametrize(
    "text", ["[]", '"1001": {realm: x}', '"1001": {realm: x, md5: zz, sha-256: y, sha-512-256: z}']
)
def test_a_damaged_file_is_a_fault(tmp_path: Path, text: str) -> None:
    path = tmp_path / "credentials.yaml"
    path.write_text(text)
    path.chmod(0o600)
    faults: list[Fault] = []
    assert len(read_credentials(path, faults)) == 0
    assert faults
    with pytest.raises(DocumentError, match=r"credentials\.yaml:1"):
        load_credentials(path)
