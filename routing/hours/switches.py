"""What supervisors switch while the centre runs: emergency closures, and announcements that menus speak. Values only.

A closure is of one place (an id of hours.yaml), of all that a client company has (`client:ID`), or of everything.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

EVERYTHING = "everything"
_CLIENT = "client:"


def of_client(client: str) -> str:
    """The name of a closure of all that a client company has."""
    return f"{_CLIENT}{client}"


def client_of(name: str) -> str | None:
    """The client company that the name of a closure means, if it means one."""
    return name.removeprefix(_CLIENT) if name.startswith(_CLIENT) else None


@dataclass(frozen=True, slots=True)
class Closure:
    """An emergency: closed whatever the calendar says."""

    name: str
    by: str
    since: datetime
    reason: str
    until: datetime | None = None
    """When it ends by itself."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """A prompt that is spoken wherever a menu has a place for announcements of this name."""

    name: str
    prompt: str
    by: str
    since: datetime
    client: str | None = None
    """The callers of this client company alone."""
    reason: str = ""
    until: datetime | None = None


Slot = tuple[str, str | None]
"""An announcement's name and client company."""

S = TypeVar("S", bound=Closure | Announcement)


@dataclass(frozen=True, slots=True)
class Switches:
    """All that is switched, at one moment; every change makes another of these."""

    closures: Mapping[str, Closure] = field(default_factory=lambda: MappingProxyType({}))
    announcements: Mapping[Slot, Announcement] = field(default_factory=lambda: MappingProxyType({}))

    def closure(self, hours: str, clients: Iterable[str | None], *, now: datetime) -> Closure | None:
        """What closes a place now: itself, one of these companies, or everything."""
        if not self.closures:
            return None
        names = [EVERYTHING, *(of_client(each) for each in clients if each is not None), hours]
        found = (self.closures.get(each) for each in names)
        return next((each for each in found if each is not None and _lasts(each, now)), None)

    def prompts(self, names: Collection[str], client: str | None, *, now: datetime) -> tuple[str, ...]:
        """What is announced now under these names to a client company's callers; its own goes before everybody's."""
        if not self.announcements:
            return ()
        found: dict[str, None] = {}
        for name in names:
            for slot in ((name, client), (name, None)):
                each = self.announcements.get(slot)
                if each is not None and _lasts(each, now):
                    found[each.prompt] = None
                    break
        return tuple(found)

    def lasting(self, *, now: datetime) -> Switches:
        """Without those whose time is over."""
        return Switches(_still(self.closures, now), _still(self.announcements, now))

    def with_closure(self, closure: Closure) -> Switches:
        """One more; it takes the place of one of the same name."""
        return replace(self, closures=MappingProxyType({**self.closures, closure.name: closure}))

    def without_closure(self, name: str) -> Switches:
        """One fewer."""
        kept = {key: each for key, each in self.closures.items() if key != name}
        return replace(self, closures=MappingProxyType(kept))

    def with_announcement(self, announcement: Announcement) -> Switches:
        """One more; it takes the place of one of the same name for the same callers."""
        slot = announcement.name, announcement.client
        return replace(self, announcements=MappingProxyType({**self.announcements, slot: announcement}))

    def without_announcement(self, slot: Slot) -> Switches:
        """One fewer."""
        kept = {key: each for key, each in self.announcements.items() if key != slot}
        return replace(self, announcements=MappingProxyType(kept))


K = TypeVar("K")


def _lasts(switch: Closure | Announcement, now: datetime) -> bool:
    return switch.until is None or now < switch.until


def _still(switches: Mapping[K, S], now: datetime) -> Mapping[K, S]:
    return MappingProxyType({key: each for key, each in switches.items() if _lasts(each, now)})
