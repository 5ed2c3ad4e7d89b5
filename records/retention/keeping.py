"""What is kept too long is deleted, and a person who asks is erased: by events, so that the chain tells of each.

To erase a contact is to write `contact.erased`: the ledger's writer destroys its key in the same transaction and clears
what was derived (see records.personal). It goes in small batches, each on disk before the next; after a stop the next
run goes on where this one was. Databases and files are touched in threads.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from records.errors import HoldOfNothing, PersonNotFound, UnderLegalHold
from records.personal.columns import MARK
from records.personal.sealing import person
from records.reader import Reader
from records.retention.deleting import Deleting
from records.retention.export import export_person
from records.retention.holds import Held, Holds
from records.retention.person import Person, contacts_of, in_e164, makers_of, subjects_of
from records.retention.run import Run
from records.retention.told import Applied, Erased, told_of_person, told_of_run

if TYPE_CHECKING:
    from pathlib import Path

    from records.database import Database
    from records.personal.master_key import MasterKey
    from records.retention.deleting import Writer
    from records.retention.export import Exported
    from records.retention.holds import Hold, Kind
    from records.retention.rules import Rules

APPLIED = "retention.applied"
PERSON_ERASED, PERSON_EXPORTED = "person.erased", "person.exported"
HELD, RELEASED = "hold.added", "hold.released"
PAUSE = 0.05
"""Seconds that calls have for themselves between two batches."""

Elsewhere = Callable[[Person, "str | None", bool], Awaitable[int]]
"""Erases a person from what is no part of the ledger, in one client company's name or all, or only counts (True)."""

KeptElsewhere = Callable[[Person, "str | None"], Awaitable[Sequence[Mapping[str, Any]]]]
"""Finds what is kept of a person beside the ledger; what it calls `contact` is one that this belongs to."""


class Keeping:
    """The keeper of one node's records."""

    def __init__(
        self,
        database: Database,
        ledger: Writer,
        master: MasterKey,
        recordings: Path,
        *,
        rules: Callable[[], Mapping[str, Rules]],
        home: Callable[[], str | None],
        clock: Callable[[], float],
        elsewhere: Mapping[str, Elsewhere] | None = None,
        kept_elsewhere: Mapping[str, KeptElsewhere] | None = None,
        opened: Callable[[Path], bytes | None] = lambda _: None,
        pause: float = PAUSE,
    ) -> None:
        """`rules` by client company, empty for the house; `clock` tells Unix time.

        `opened` unseals a recording, where its key is at hand.
        """
        self._database, self._master, self._recordings = database, master, recordings
        self._rules, self._home, self._clock = rules, home, clock
        self._deleting = Deleting(database, ledger, recordings, clock)
        self._elsewhere = dict(elsewhere or {})
        self._kept_elsewhere = dict(kept_elsewhere or {})
        self._opened = opened
        self._pause = pause
        self._working = asyncio.Lock()
        self.holds = Holds(database)

    # --- what is kept too long ---

    async def run(
        self, *, dry_run: bool = False, tell: Callable[[Applied], None] = lambda _: None
    ) -> list[Applied]:
        """Delete all that is due; `tell` hears of each batch. Raises StoreUnavailable."""
        async with self._working:
            held = Held.of(await asyncio.to_thread(self.holds.lasting, now=self._clock()))
            return [
                await self._apply(client, rules, held, tell, dry_run=dry_run)
                for client, rules in sorted(self._rules().items())
                if rules.deletes
            ]

    async def _apply(
        self, client: str, rules: Rules, held: Held, tell: Callable[[Applied], None], *, dry_run: bool
    ) -> Applied:
        applied = Applied(client)
        run = Run(
            self._deleting, self._recordings, held, self._subject, applied, tell, self._pause, dry_run=dry_run
        )
        await run.apply(rules, self._clock())
        if not dry_run and (applied.contacts or applied.recordings or applied.messages):
            await self._deleting.tell(APPLIED, told_of_run(applied, rules))
        return applied

    def _subject(self, number: str | None) -> str | None:
        return None if number is None else person(self._master, in_e164(number, self._home()))

    # --- what must be kept ---

    async def hold(
        self,
        kind: Kind,
        subject: str,
        *,
        reason: str,
        by: str,
        until: float | None = None,
        client: str | None = None,
    ) -> Hold:
        """Hold a contact (by a beginning of its id), a customer (by number) or a client company from now on.

        Raises HoldOfNothing, ContactNotFound, ContactAmbiguous: what names nothing would keep nothing.
        """
        if kind == "contact":
            reader = Reader(self._database, self._master)
            subject = (await asyncio.to_thread(reader.contact, subject)).contact.id
        label = subject
        if kind == "customer":
            who = self.person(subject)
            if not any(map(str.isdecimal, who.number)):
                raise HoldOfNothing(f"{subject!r} is no telephone number; write it as +34600111222")
            subject, label = who.subject, who.label
        known = sorted(filter(None, self._rules()))
        for company in (subject if kind == "client" else None, client):
            if company is not None and company not in known:
                raise HoldOfNothing(f"no client company is called {company}; known: {', '.join(known)}")
        hold = await asyncio.to_thread(
            self.holds.add,
            kind,
            subject,
            label=label,
            reason=reason,
            by=by,
            now=self._clock(),
            until=until,
            client=client,
        )
        told = {"hold": hold.id, "what": kind, "subject": subject, "because": reason, "by": by}
        await self._deleting.tell(HELD, told)
        return hold

    async def release(self, hold: str, *, by: str) -> Hold:
        """Hold it no more. Raises HoldNotFound."""
        released = await asyncio.to_thread(self.holds.release, hold, by=by, now=self._clock())
        await self._deleting.tell(RELEASED, {"hold": hold, "by": by})
        return released

    # --- one person ---

    def person(self, number: str) -> Person:
        """Whoever has a number."""
        return Person.of(self._master, number, home=self._home())

    async def erase(
        self, number: str, *, by: str, client: str | None = None, dry_run: bool = False
    ) -> Erased:
        """Erase a person, of one client company's contacts or of all.

        Raises UnderLegalHold, with nothing erased, PersonNotFound, StoreUnavailable.
        """
        async with self._working:
            who = self.person(number)
            made = await asyncio.to_thread(contacts_of, self._database, who, client=client)
            await self._check_holds(who, [(each.id, each.client) for each in made], client)
            ids = [each.id for each in made if each.is_over]
            sounds = await self._deleting.sounds(ids)
            erased = Erased(who.number, len(ids), len(sounds), len(made) - len(ids))
            erased.elsewhere = {
                name: await erase(who, client, dry_run) for name, erase in self._elsewhere.items()
            }
            if not made and not any(erased.elsewhere.values()):
                raise PersonNotFound(f"nothing is kept of {number}")
            if not dry_run:
                gone = await self._deleting.delete(sounds, by)
                ids = [each for each in ids if each not in gone.failed]
                erased.contacts, erased.recordings, erased.failed = len(ids), gone.count, len(gone.failed)
                await self._deleting.erase(ids, by)
                if client is None:
                    for subject in await asyncio.to_thread(subjects_of, self._database, who):
                        self._deleting.append(MARK, {"subject": subject, "by": by})
                await self._deleting.tell(PERSON_ERASED, told_of_person(erased, who, client, by))
                await asyncio.to_thread(self._database.wipe_leftovers)
            return erased

    async def export(
        self, number: str, to: Path, *, by: str, now: float, client: str | None = None
    ) -> Exported:
        """Write everything that is kept of a person into a new file, and tell the ledger who took it.

        Raises PersonNotFound, OSError, StoreUnavailable.
        """
        who = self.person(number)
        other = {name: await find(who, client) for name, find in self._kept_elsewhere.items()}
        exported = await asyncio.to_thread(
            export_person,
            Reader(self._database, self._master),
            self._recordings,
            who,
            to,
            now=now,
            client=client,
            other=other,
            opened=self._opened,
        )
        if not exported.contacts and not any(exported.other.values()):
            await asyncio.to_thread(to.unlink)
            raise PersonNotFound(f"nothing is kept of {number}")
        told = {"subject": who.subject, "client": client, "by": by, "contacts": exported.contacts}
        await self._deleting.tell(PERSON_EXPORTED, told | {"recordings": exported.recordings})
        return exported

    async def _check_holds(
        self, who: Person, made: Sequence[tuple[str, str | None]], client: str | None
    ) -> None:
        held = Held.of(await asyncio.to_thread(self.holds.lasting, now=self._clock()))
        found = held.customer(who.subject, client)
        for contact, whose in made:
            found = found or held.on(contact, whose, who.subject)
        if found is None and (held.contacts or held.customers):
            found = await self._hold_beside(held, who, client)
        for company, hold in held.clients.items():
            # Customers and callbacks may be kept where no contact is.
            if found is None and client in (None, company):
                kept = [await count(who, company, True) for count in self._elsewhere.values()]
                found = hold if any(kept) else None
        if found is not None:
            raise UnderLegalHold(f"nothing was erased: under legal hold {found}")

    async def _hold_beside(self, held: Held, who: Person, client: str | None) -> Hold | None:
        """What holds a contact of somebody else that this person stands in: a callback to another number, a case."""
        kept = [await find(who, client) for find in self._kept_elsewhere.values()]
        named = sorted(set(_contacts_in(kept)))
        made = await asyncio.to_thread(makers_of, self._database, named)
        for contact in named:
            whose, number = made.get(contact, (None, None))
            if (found := held.on(contact, whose, self._subject(number))) is not None:
                return found
        return None


def _contacts_in(kept: object) -> Iterator[str]:
    if isinstance(kept, Mapping):
        for name, value in kept.items():
            if name == "contact" and isinstance(value, str):
                yield value
            else:
                yield from _contacts_in(value)
    elif isinstance(kept, list | tuple):
        for each in kept:
            yield from _contacts_in(each)
