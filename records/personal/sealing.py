"""Sealing of personal fields: each contact has a key of its own, and to destroy it is to erase them all.

AES-256-GCM. The nonce is 8 random bytes, drawn each time that a key is taken up, and a count of 4 bytes: under one key
none comes twice, whatever number of restarts there are. Contact and type of the event are authenticated with it, so
that no piece opens elsewhere. Events of no contact, such as a number put on the do-not-call list, have the key of the
person that they tell of: `subject` in the open data names it by a keyed hash.
"""

from __future__ import annotations

import functools
import json
import os
from collections import OrderedDict
from collections.abc import Mapping
from json.encoder import encode_basestring_ascii as _quoted
from typing import TYPE_CHECKING, Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from base.compact import compact
from records.errors import SealBroken
from records.event import NODE
from records.personal.fields import split

if TYPE_CHECKING:
    from collections.abc import Callable

    from records.personal.fields import Data
    from records.personal.master_key import MasterKey

ERASED = "erased"
"""Stands as true in the data of an event whose personal fields are gone for ever."""
SUBJECT = "subject"
PERSON = "person:"
"""What the names of persons' keys begin with; other keys have the ids of contacts."""
ROOM = 8_192
"""Keys that are kept at hand: about 10 MB."""
_KEY, _PREFIX, _NONCE = 32, 8, 12
_SUBJECT_NAMES = ("number", "phone", "ani", "email", "customer")


class StoredKey(NamedTuple):
    """A row of `contact_key`: the wrapped key, or None where it was destroyed."""

    key: bytes | None


class _Key:
    """A contact's key in use."""

    __slots__ = ("cipher", "count", "prefix")

    def __init__(self, key: bytes) -> None:
        self.cipher = AESGCM(key)
        self.prefix = os.urandom(_PREFIX)
        self.count = 0

    def seal(self, plain: bytes, bound: bytes) -> bytes:
        if self.count >> 32:
            self.prefix, self.count = os.urandom(_PREFIX), 0
        nonce = self.prefix + self.count.to_bytes(4, "big")
        self.count += 1
        return nonce + self.cipher.encrypt(nonce, plain, bound)


class Sealer:
    """The writer's side; used in its thread only.

    In each transaction: `seal` each event, store `fresh_keys`, and then say whether it was `kept` or `dropped`.
    """

    def __init__(
        self, master: MasterKey, load: Callable[[str], StoredKey | None], *, room: int = ROOM
    ) -> None:
        """`load` finds the stored key of a contact from before a restart; what it raises, `seal` raises."""
        self._master = master
        self._load = load
        self._room = room
        self._keys: OrderedDict[str, _Key | None] = OrderedDict()
        self._fresh: dict[str, bytes] = {}
        self._given: list[str] = []

    def seal(self, contact: str, kind: str, data: Data) -> tuple[Data, bytes | None]:
        """What is stored openly, and what is stored sealed: None where nothing in it is personal."""
        opened, personal = split(kind, data)
        if personal is None:
            return data, None
        owner = contact
        if contact in ("", NODE):
            owner = subject(self._master, personal)
            opened = {**opened, SUBJECT: owner}
        key = self._key(owner)
        if key is None:
            return {**opened, ERASED: True}, None
        return opened, key.seal(_encoded(personal), _bound(owner, kind))

    def fresh_keys(self) -> list[tuple[str, bytes]]:
        """New rows of `contact_key`, (contact, wrapped key), for the transaction that stores what was sealed."""
        self._given = list(self._fresh)
        return list(self._fresh.items())

    def kept(self) -> None:
        """The transaction was committed: what `fresh_keys` gave is stored."""
        for owner in self._given:
            self._fresh.pop(owner, None)
        self._given = []
        while len(self._keys) > self._room and next(iter(self._keys)) not in self._fresh:
            self._keys.popitem(last=False)

    def dropped(self) -> None:
        """The transaction left no trace, as far as is known: what it gave is looked up again.

        It may have been kept after all, or another node may have made one of the keys first.
        """
        for owner in self._fresh:
            self._keys.pop(owner, None)
        self._fresh.clear()
        self._given = []

    def forget(self, contact: str) -> None:
        """The contact's key was destroyed in the database, or another node made one first: look there again."""
        self._keys.pop(contact, None)
        self._fresh.pop(contact, None)

    def _key(self, owner: str) -> _Key | None:
        """A contact's key; None where it was destroyed."""
        keys = self._keys
        if owner in keys:
            keys.move_to_end(owner)
            return keys[owner]
        stored = self._load(owner)
        if stored is None:
            new = os.urandom(_KEY)
            self._fresh[owner] = self._master.wrap(owner, new)
            keys[owner] = _Key(new)
        else:
            keys[owner] = None if stored.key is None else _Key(self._master.unwrap(owner, stored.key))
        return keys[owner]


class Opener:
    """The readers' side. May be used by several threads."""

    def __init__(self, master: MasterKey, *, room: int = 1_024) -> None:
        """Keep `room` keys at hand."""
        self._cipher = functools.lru_cache(room)(lambda owner, key: AESGCM(master.unwrap(owner, key)))

    def open(
        self, contact: str | None, kind: str, data: Data, sealed: bytes | None, key: bytes | None
    ) -> Data:
        """The whole data; without a key what is open of it, and `erased`.

        `key` is what `contact_key` holds for `owner`. Raises SealBroken and MasterKeyWrong.
        """
        if sealed is None:
            return data
        if key is None:
            return {**data, ERASED: True}
        found = owner(contact, data) or ""
        try:
            plain = self._cipher(found, key).decrypt(sealed[:_NONCE], sealed[_NONCE:], _bound(found, kind))
        except (InvalidTag, ValueError):
            raise SealBroken(f"personal data of {found} in {kind} is not as it was written") from None
        whole: dict[str, Any] = {name: value for name, value in data.items() if name != SUBJECT or contact}
        whole.update(json.loads(plain))
        return whole


def owner(contact: str | None, data: Data) -> str | None:
    """Under which name of `contact_key` the key of an event's sealed fields is found; None where there is none."""
    if contact and contact != NODE:
        return contact
    found = data.get(SUBJECT)
    return found if isinstance(found, str) else None


def subject(master: MasterKey, personal: Mapping[str, Any]) -> str:
    """Whose key an event of no contact has: the same person's always, whatever way the number is written."""
    told = (personal, *(each for each in personal.values() if isinstance(each, Mapping)))
    for name in _SUBJECT_NAMES:
        for each in told:
            if isinstance(value := each.get(name), str):
                return person(master, value)
    return person(master, compact(personal))


def person(master: MasterKey, known_by: str) -> str:
    """The name of a person's own key, by a number or an address."""
    return PERSON + master.hash("person", plain_number(known_by))


def plain_number(text: str) -> str:
    """A number however it is written: +34 600 11 22 33 and 0034600112233 are one. Other text in small letters."""
    digits = "".join(filter(str.isdecimal, text))
    return digits.lstrip("0") if len(digits) >= 5 and "@" not in text else text.strip().lower()


def _encoded(personal: Mapping[str, Any]) -> bytes:
    """As JSON. Mostly texts, for which the encoder of all things takes three times as long."""
    pairs = [
        f"{_quoted(name)}:{_quoted(value) if type(value) is str else compact(value)}"
        for name, value in personal.items()
    ]
    return f"{{{','.join(pairs)}}}".encode()


def _bound(owner: str, kind: str) -> bytes:
    return f"{owner}\0{kind}".encode()
