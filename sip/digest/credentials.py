"""Accounts' hashed secrets (RFC 7616 s.3.4.2, H(A1)): who has one, setting one. Passwords are never kept.

Reading and writing the file is in io/credentials_file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from base.weak_passwords import weakness
from sip.digest.digest import HASHES, make_ha1, make_userhash
from sip.errors import WeakPassword

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from base.ids import Ids

_LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


class Credentials(Protocol):
    """Where digest finds an account's hashed secret."""

    def ha1(self, account: str, realm: str, algorithm: str) -> str | None:
        """H(account:realm:password) in hexadecimal; None for an unknown account, realm or algorithm."""

    def unhidden(self, userhash: str, realm: str, algorithm: str) -> str | None:
        """The account whose H(account:realm) in hexadecimal this is (RFC 7616 s.3.4.4), or None."""


class HashedSecrets:
    """The hashed secrets of all accounts, each for one realm."""

    __slots__ = ("_accounts", "_hidden")

    def __init__(self, accounts: Mapping[str, tuple[str, Mapping[str, str]]] | None = None) -> None:
        """Begin with account -> (realm, algorithm -> hashed secret)."""
        self._accounts = {name: (realm, dict(hashes)) for name, (realm, hashes) in (accounts or {}).items()}
        self._hidden: dict[str, dict[str, str]] = {}

    def __len__(self) -> int:
        """How many accounts have a secret."""
        return len(self._accounts)

    def __contains__(self, account: str) -> bool:
        """Whether the account has a secret."""
        return account in self._accounts

    def __iter__(self) -> Iterator[tuple[str, str, Mapping[str, str]]]:
        """Account, realm and hashed secrets, by account."""
        for account, (realm, hashes) in sorted(self._accounts.items()):
            yield account, realm, hashes

    def __repr__(self) -> str:
        """Names no secret, since a hashed one is as good as a password here."""
        return f"<HashedSecrets of {len(self)} accounts>"

    def ha1(self, account: str, realm: str, algorithm: str) -> str | None:
        """H(account:realm:password) in hexadecimal; None for an unknown account, realm or algorithm."""
        found = self._accounts.get(account)
        if found is None or found[0] != realm:
            return None
        return found[1].get(algorithm)

    def unhidden(self, userhash: str, realm: str, algorithm: str) -> str | None:
        """The account whose H(account:realm) in hexadecimal this is (RFC 7616 s.3.4.4), or None."""
        known = self._hidden.get(algorithm)
        if known is None:
            known = self._hidden[algorithm] = {
                make_userhash(algorithm, account, own): account
                for account, (own, _) in self._accounts.items()
            }
        account = known.get(userhash)
        return account if account is not None and self._accounts[account][0] == realm else None

    def set_password(self, account: str, realm: str, password: str) -> None:
        """Hash and keep a password. Raises WeakPassword (which does not name it).

        Digest lets a listener try guesses offline, so weak ones are not taken.
        """
        fault = weakness(password, (account,))
        if fault is not None:
            raise WeakPassword(fault)
        self._accounts[account] = (realm, {name: make_ha1(name, account, realm, password) for name in HASHES})
        self._hidden.clear()

    def forget(self, account: str) -> None:
        """Remove an account's secret, if it has one."""
        self._accounts.pop(account, None)
        self._hidden.clear()


def make_password(ids: Ids, *, length: int = 16) -> str:
    """A strong password without letters that look alike (16 of them are 92 bits)."""
    while True:
        number = ids.number(8 * length)
        letters = []
        for _ in range(length):
            number, letter = divmod(number, len(_LETTERS))
            letters.append(_LETTERS[letter])
        made = "".join(letters)
        if weakness(made) is None:
            return made
