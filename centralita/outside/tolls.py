"""The gate to the outside: lists and caps of the present configuration, counts that outlive the node, alarms.

Whoever asked for a call answers for it: the phone that dialled, transferred or forwarded; where no phone did, the
client company whose caller was sent there. The whole centre has caps of its own. Calls for help are never held up.
"""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import ip_address
from typing import TYPE_CHECKING

import structlog

from base.errors import CentralitaError
from calls.gate import open_gate
from routing.numbers.outbound import in_e164
from routing.tolls.allowed import admits
from routing.tolls.kinds import country_of, is_emergency, kind_of
from routing.tolls.meter import Cap, Caps, Meter, Reached
from sip import causes
from sip import uri as uris

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from calls.contact import Contact
    from calls.gate import Leaving, Over
    from centralita.configuration import Configuration
    from centralita.outside.gateway import Gateway
    from centralita.outside.toll_book import TollBook
    from sip.dialling import CapsPart

log = structlog.get_logger()

CENTRE = "centre"
"""The payer that is the whole centre."""
SAVE_AFTER = 1.0
"""Seconds from a change to its being on disk; a node that is killed forgets no more."""
SAVE_SPEAKING = 60.0
"""Seconds between two writings of what calls that go on have come to."""

NOT_ALLOWED = "this number may not be called from here"
_TOLD = {
    Cap.AT_ONCE: "too many outgoing calls at once",
    Cap.CALLS_PER_DAY: "no more outgoing calls today",
    Cap.MINUTES_PER_DAY: "no more minutes of outgoing calls today",
    Cap.NEW_NUMBERS: "too many numbers never called before",
}


class NotAllowedOut(CentralitaError):
    """No list admits the number."""

    code = "not_allowed_out"
    status = 403
    cause = causes.REJECTED
    told = NOT_ALLOWED


class CapReached(CentralitaError):
    """A cap stops the call: 503 where a later try may do, 403 for the rest of the day."""

    code = "cap_reached"

    def __init__(self, reached: Reached) -> None:
        """Say which."""
        super().__init__(f"{reached.payer}: {reached.cap.value} is {reached.limit:g}")
        is_for_today = not reached.wait
        self.status = 403 if is_for_today else 503
        self.cause = causes.REJECTED if is_for_today else causes.CONGESTION
        self.retry_after = None if is_for_today else max(1, round(reached.wait))
        self.told = _TOLD[reached.cap]


class Tolls:
    """One for a node; the exchange asks it for every call to the outside."""

    def __init__(
        self,
        configuration: Callable[[], Configuration],
        gateways: Callable[[], Iterable[Gateway]],
        book: TollBook,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`gateways` are the carriers' as they are reached now; `clock` says what day it is."""
        self._configuration = configuration
        self._gateways = gateways
        self._book = book
        self._clock = clock
        self._meter = Meter()
        self._timer: asyncio.TimerHandle | None = None
        self._saving: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Go on from what was counted today. A book that cannot be read is begun anew, and that is told."""
        day = self._day()
        try:
            self._meter.restore(day, await asyncio.to_thread(self._book.load, day))
        except (sqlite3.Error, OSError) as error:
            log.error("toll_counts_lost", path=str(self._book.path), error=str(error))
            if isinstance(error, sqlite3.DatabaseError) and not _may_pass(error):
                await asyncio.to_thread(self._book.begin_anew)

    async def close(self) -> None:
        """Write down what was counted."""
        if self._timer is not None:
            self._timer.cancel()
        if self._saving is not None:
            await self._saving
        await self._save()

    # --- the gate --------------------------------------------------------------------------------------------------

    def __call__(self, contact: Contact, leaving: Leaving) -> Over:
        """Count a call that is let out. Raises NotAllowedOut and CapReached; then nothing is counted."""
        number = self._number(leaving)
        if number is None:
            return open_gate(contact, leaving)
        if self.is_emergency(number):
            contact.record("outbound.emergency", to=number)
            return open_gate(contact, leaving)
        account = leaving.errand.by or contact.account
        if not leaving.errand.is_listed and not self.admits(account, number, contact.client):
            self.refused(contact, account, number)
            raise NotAllowedOut(f"{number} is on no list")
        now = asyncio.get_running_loop().time()
        payers = self._payers(contact, account)
        call = self._meter.begin(payers, number, day=self._day(), now=now)
        if isinstance(call, Reached):
            self._tell_reached(contact, call, number)
            raise CapReached(call)
        self._save_soon(SAVE_AFTER)

        def over() -> None:
            self._meter.end(call, day=self._day(), now=asyncio.get_running_loop().time())
            self._save_soon(SAVE_AFTER)

        return over

    def admits(self, account: str | None, number: str, client: str | None = None) -> bool:
        """Whether a list lets an account call a number that no file names, or a client company's callers be called."""
        configuration = self._configuration()
        profiles = configuration.profiles
        if self.is_emergency(number):
            return True
        if account is not None:
            lists = profiles.internal.dial_out_of(account)
        else:
            company = configuration.clients.get(client or "")
            countries = company.callback.countries if company is not None else None
            lists = (*profiles.external.dial_out, *(countries or ()))
        return admits(lists, number, country_of(configuration.centre.country))

    def is_emergency(self, number: str) -> bool:
        """Whether a number calls for help: always put through, never counted."""
        configuration = self._configuration()
        also = configuration.routing.emergency.numbers
        return number in also or is_emergency(number, country_of(configuration.centre.country))

    def refused(self, contact: Contact, account: str | None, number: str) -> None:
        """Record that a number is on no list."""
        told = kind_of(number)
        contact.record(
            "outbound.refused",
            why="destination",
            to=number,
            by=account or f"client {contact.client}",
            kind=told.kind.value,
            country=told.country,
        )

    def _tell_reached(self, contact: Contact, reached: Reached, number: str) -> None:
        why, limit = reached.cap.value, reached.limit
        contact.record("outbound.refused", why=why, to=number, by=reached.payer, limit=limit)
        if reached.is_first:
            log.error("toll_cap_reached", payer=reached.payer, cap=why, limit=limit, contact=contact.id)
            contact.record("outbound.cap_reached", by=reached.payer, cap=why, limit=limit)

    def _payers(self, contact: Contact, account: str | None) -> list[tuple[str, Caps]]:
        profiles = self._configuration().profiles
        if account is not None:
            first = f"account {account}", _caps(profiles.internal.caps_of(account))
        else:
            first = f"client {contact.client}", _caps(profiles.external.client_caps)
        return [first, (CENTRE, _caps(profiles.external.caps))]

    def _number(self, leaving: Leaving) -> str | None:
        """The number in one form; None for an address that leads to no carrier."""
        written = leaving.errand.number
        country = self._configuration().centre.country
        if written is None:
            gateway = next((each for each in self._gateways() if _leads_to(each, leaving)), None)
            if gateway is None:
                return None
            written = gateway.settings.numbers.received(leaving.user)
        return in_e164(written, country) or written

    def _day(self) -> str:
        return self._clock().astimezone(self._configuration().zone(None)).date().isoformat()

    # --- keeping counts --------------------------------------------------------------------------------------------

    def _save_soon(self, after: float) -> None:
        if self._timer is None and (self._saving is None or self._saving.done()):
            self._timer = asyncio.get_running_loop().call_later(after, self._begin_saving)

    def _begin_saving(self) -> None:
        self._timer = None
        self._saving = asyncio.get_running_loop().create_task(self._save(), name="tolls")
        self._saving.add_done_callback(lambda _: self._go_on())

    def _go_on(self) -> None:
        if self._meter.changed:
            self._save_soon(SAVE_AFTER)
        elif self._meter.at_once(CENTRE):
            self._save_soon(SAVE_SPEAKING)

    async def _save(self) -> None:
        now = asyncio.get_running_loop().time()
        payers = {*self._meter.changed, *self._meter.speaking()}
        self._meter.changed.clear()
        rows = []
        for payer in payers:
            day, calls, seconds = self._meter.counts(payer, now=now)
            rows.append((day, payer, calls, seconds))
        if not rows:
            return
        try:
            await asyncio.to_thread(self._book.save, rows)
        except (sqlite3.Error, OSError) as error:
            log.error("toll_counts_not_kept", path=str(self._book.path), error=str(error))


def _may_pass(error: sqlite3.DatabaseError) -> bool:
    """Whether the book may be whole, and only this time not to be had: locked, no rights, a disk that is full."""
    return isinstance(error, sqlite3.OperationalError) and not str(error).startswith("no such ")


def _caps(part: CapsPart) -> Caps:
    def figure(value: int | str) -> int | None:
        return value if isinstance(value, int) else None

    return Caps(
        figure(part.at_once),
        figure(part.calls_per_day),
        figure(part.minutes_per_day),
        figure(part.new_numbers),
        part.new_within,
    )


def _leads_to(gateway: Gateway, leaving: Leaving) -> bool:
    """Whether a call goes to a carrier, by whatever name or address of its servers."""
    settings = gateway.settings
    if settings.host is None:
        return False
    if leaving.trunk == settings.name:
        return True
    own: list[tuple[str, int | None]] = [hop.address for hop in gateway.hops]
    own += (_place(each) for each in (settings.host, settings.proxy) if each is not None)
    return any(_same(one, other) for one in own for other in leaving.places) or any(
        _is_within(host, gateway) for host, _ in leaving.places
    )


@lru_cache(maxsize=1024)
def _place(written: str) -> tuple[str, int | None]:
    """A host of the configuration, asked for at each call to an address."""
    uri = uris.Uri.parse(f"sip:{written}")
    return uri.host.lower(), uri.port


def _same(one: tuple[str, int | None], other: tuple[str, int | None]) -> bool:
    """One server at any of its ports; at the loopback address each port is a server of its own."""
    if one[0] != other[0]:
        return False
    return not _is_loopback(one[0]) or (one[1] or 5060) == (other[1] or 5060)


def _is_within(host: str, gateway: Gateway) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return not address.is_loopback and any(address in each for each in gateway.settings.addresses)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
