"""One person, as the records know it: by a telephone number, however it is written, and the contacts that it made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, or_, select

from records.narrowing import matching
from records.personal.sealing import person
from records.schema import contact_key
from records.views.tables import contact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement

    from records.database import Database
    from records.personal.master_key import MasterKey

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever has a number."""

    number: str
    """In the form of E.164 where the country is known, else as it was given."""
    spellings: frozenset[str]
    """All ways in which the records may have it."""
    subject: str
    """The keyed hash that stands for the person where the number must not."""
    subjects: frozenset[str]
    """That of each spelling: events of no contact are sealed by what stands in them."""

    @classmethod
    def of(cls, master: MasterKey, number: str, *, home: str | None = None) -> Person:
        """By a number; `home` is the calling code of numbers that are written without one, such as 34."""
        e164 = in_e164(number, home)
        found = {number.strip(), e164}
        if e164.startswith("+"):
            found |= {e164[1:], f"00{e164[1:]}"}
            if home and e164.startswith(f"+{home}"):
                national = e164[1 + len(home) :]
                found |= {national, f"0{national}"}
        return cls(
            e164, frozenset(found), person(master, e164), frozenset(person(master, each) for each in found)
        )

    @property
    def label(self) -> str:
        """As much of the number as may stand in lists."""
        return f"…{self.number[-_SHOWN:]}"


def in_e164(number: str, home: str | None) -> str:
    """A number with plus and country as far as that is known; what is no number stays as it is."""
    text = number.strip()
    digits = "".join(filter(str.isdecimal, text))
    if "@" in text or len(digits) < 5:
        return text
    if text.startswith("+"):
        return f"+{digits}"
    if digits.startswith("00"):
        return f"+{digits[2:]}"
    if home and digits.startswith(home) and len(digits) > len(home) + 8:
        return f"+{digits}"
    return f"+{home}{digits.lstrip('0')}" if home else digits


@dataclass(frozen=True, slots=True)
class Made:
    """One contact of a person."""

    id: str
    client: str | None
    started_at: int
    """Microseconds since 1970 UTC."""
    is_over: bool


def contacts_of(database: Database, who: Person, *, client: str | None = None) -> list[Made]:
    """All contacts that the person made, or was called in, the oldest first. Raises StoreUnavailable."""
    query = select(contact.c.id, contact.c.client, contact.c.started_at, contact.c.ended_at).where(
        _made_by(who), *matching(contact, client=client)
    )
    with database.read() as connection:
        rows = connection.execute(query.order_by(contact.c.started_at, contact.c.id)).all()
    return [Made(row.id, row.client, row.started_at, row.ended_at is not None) for row in rows]


def makers_of(
    database: Database, contacts: Sequence[str], *, at_once: int = 500
) -> dict[str, tuple[str | None, str | None]]:
    """The client company and the number of each of these contacts. Raises StoreUnavailable."""
    made: dict[str, tuple[str | None, str | None]] = {}
    for at in range(0, len(contacts), at_once):
        query = select(contact.c.id, contact.c.client, contact.c.ani)
        with database.read() as connection:
            rows = connection.execute(query.where(contact.c.id.in_(contacts[at : at + at_once])))
            made |= {row.id: (row.client, row.ani) for row in rows}
    return made


def subjects_of(database: Database, who: Person) -> list[str]:
    """Under which names the person has a key, besides the one that is always meant. Raises StoreUnavailable."""
    query = select(contact_key.c.contact).where(
        contact_key.c.contact.in_(sorted(who.subjects)), contact_key.c.key.is_not(None)
    )
    with database.read() as connection:
        return sorted({who.subject, *connection.execute(query).scalars()})


def _made_by(who: Person) -> ColumnElement[bool]:
    spellings = sorted(who.spellings)
    dialled = and_(contact.c.account.is_not(None), _without_separators(contact.c.dnis).in_(spellings))
    return or_(contact.c.ani.in_(spellings), _without_separators(contact.c.ani).in_(spellings), dialled)


def _without_separators(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A number without what telephones may write into it (RFC 3966 section 3)."""
    for each in ("-", ".", " ", "(", ")"):
        column = func.replace(column, each, "")
    return column
