"""Legal holds: what is held is neither deleted nor erased until it is released or its day has come."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import insert, or_, select, update

from records.errors import HoldNotFound
from records.moments import stored, unix
from records.retention.tables import legal_hold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from records.database import Database

Kind = Literal["contact", "customer", "client"]
KINDS: tuple[Kind, ...] = ("contact", "customer", "client")


@dataclass(frozen=True, slots=True)
class Hold:
    """One hold. Times are Unix seconds."""

    id: str
    kind: str
    subject: str
    """A contact's id, a client company's id, or the keyed hash of a customer's number."""
    label: str
    """What people see instead of `subject`."""
    client: str | None
    """The one client company whose contacts of the customer are held; None for all."""
    reason: str
    made_by: str
    made_at: float
    until: float | None
    released_by: str | None = None
    released_at: float | None = None

    def lasts(self, *, now: float) -> bool:
        """Whether it still holds."""
        return self.released_at is None and (self.until is None or now < self.until)

    def __str__(self) -> str:
        """As told to whoever wanted to erase."""
        return f"{self.id}: {self.kind} {self.label}, by {self.made_by}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Held:
    """The holds that last, ready to be asked of many contacts."""

    contacts: dict[str, Hold]
    clients: dict[str, Hold]
    customers: dict[tuple[str, str | None], Hold]

    @classmethod
    def of(cls, holds: Iterable[Hold]) -> Held:
        """Sort them."""
        held = cls({}, {}, {})
        for each in holds:
            if each.kind == "contact":
                held.contacts[each.subject] = each
            elif each.kind == "client":
                held.clients[each.subject] = each
            else:
                held.customers[each.subject, each.client] = each
        return held

    def customer(self, person: str, client: str | None) -> Hold | None:
        """What holds a person in the name of a client company, or of any where none is given."""
        return next(
            (
                hold
                for (whose, company), hold in self.customers.items()
                if whose == person and (client is None or company in (None, client))
            ),
            None,
        )

    def on(self, contact: str, client: str | None, person: str | None) -> Hold | None:
        """What holds a contact of this client company and person, if anything does."""
        found = self.contacts.get(contact) or self.clients.get(client or "")
        if found is None and person is not None:
            found = self.customers.get((person, client)) or self.customers.get((person, None))
        return found


class Holds:
    """The table. Blocks: for threads."""

    __slots__ = ("_database",)

    def __init__(self, database: Database) -> None:
        """In this database."""
        self._database = database

    def add(
        self,
        kind: Kind,
        subject: str,
        *,
        label: str,
        reason: str,
        by: str,
        now: float,
        until: float | None = None,
        client: str | None = None,
    ) -> Hold:
        """Hold something from now on."""
        hold = Hold(f"h-{secrets.token_hex(4)}", kind, subject, label, client, reason, by, now, until)
        with self._database.write() as connection:
            row = asdict(hold) | {"made_at": stored(now), "until": stored(until)}
            connection.execute(insert(legal_hold).values(row))
        return hold

    def release(self, hold: str, *, by: str, now: float) -> Hold:
        """End one. What it kept is looked at again by the next deletion. Raises HoldNotFound."""
        table = legal_hold
        with self._database.write() as connection:
            changed = connection.execute(
                update(table)
                .where(table.c.id == hold, table.c.released_at.is_(None))
                .values(released_by=by, released_at=stored(now))
            )
            if changed.rowcount == 0:
                raise HoldNotFound(
                    f"no hold {hold} lasts; `centralita records hold list` shows those that do"
                )
        return next(each for each in self.all() if each.id == hold)

    def all(self) -> list[Hold]:
        """Every hold that ever was, newest first."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(legal_hold).order_by(legal_hold.c.made_at.desc(), legal_hold.c.id)
            ).mappings()
            return [_hold(dict(row)) for row in rows]

    def lasting(self, *, now: float) -> list[Hold]:
        """Those that last."""
        moment = stored(now)
        until = legal_hold.c.until
        query = select(legal_hold).where(
            legal_hold.c.released_at.is_(None), or_(until.is_(None), until > moment)
        )
        with self._database.read() as connection:
            return [_hold(dict(row)) for row in connection.execute(query).mappings()]


def _hold(row: dict[str, Any]) -> Hold:
    for name in ("made_at", "until", "released_at"):
        row[name] = unix(row[name])
    return Hold(**row)
