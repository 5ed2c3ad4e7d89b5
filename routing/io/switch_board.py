"""The switches of a running node: read from memory, kept in a private file of the state folder, each act recorded.

An act is in force once it is on disk, so that what was told survives kill -9; when the disk refuses, nothing changes.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import yaml
from pydantic import AwareDatetime, Field

from base.document import Part, load, refuse
from base.errors import CentralitaError
from base.io.private_file import write_private
from records.card_scan import clean
from routing.hours.switches import Announcement, Closure, Switches

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from base.document import Fault
    from calls.events import Record

_HEADER = "# What supervisors have switched: emergency closures and announcements. Written by the node.\n"
_SCHEMA = "switches/1"


class SwitchNotKept(CentralitaError):
    """The state folder could not be written: nothing was switched."""

    code = "not_kept"
    status = 503


class _Closure(Part):
    name: str
    by: str
    since: AwareDatetime
    reason: str
    until: AwareDatetime | None = None


class _Announcement(Part):
    name: str
    prompt: str
    by: str
    since: AwareDatetime
    client: str | None = None
    reason: str = ""
    until: AwareDatetime | None = None


class _File(Part):
    schema_: Literal["switches/1"] = Field(alias="schema")
    closures: tuple[_Closure, ...] = ()
    announcements: tuple[_Announcement, ...] = ()


def load_switches(path: Path) -> Switches:
    """What the file holds; nothing where there is none. Raises DocumentError that lists its faults."""
    if not path.exists():
        return Switches()
    faults: list[Fault] = []
    found, _ = load(_File, path, faults)
    refuse(faults)
    if found is None:
        raise AssertionError("a file without faults is there")
    closures = (Closure(**dict(each)) for each in found.closures)
    announcements = (Announcement(**dict(each)) for each in found.announcements)
    return Switches(
        MappingProxyType({each.name: each for each in closures}),
        MappingProxyType({(each.name, each.client): each for each in announcements}),
    )


def save_switches(path: Path, switches: Switches) -> None:
    """Replace the file. Raises OSError."""
    content = {
        "schema": _SCHEMA,
        "closures": [clean(path.name, _entry(each)) for each in switches.closures.values()],
        "announcements": [clean(path.name, _entry(each)) for each in switches.announcements.values()],
    }
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=120)
    write_private(path, (_HEADER + text).encode())


def _entry(switch: Closure | Announcement) -> Mapping[str, str]:
    """What is given of it, moments as text."""
    names = (name for name in type(switch).__dataclass_fields__ if getattr(switch, name) not in (None, ""))
    values = {name: getattr(switch, name) for name in names}
    return {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()
    }


class SwitchBoard:
    """All switches of a node; `switches` is read at once, acts are awaited."""

    def __init__(
        self,
        path: Path,
        switches: Switches,
        record: Record,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Go on from what `load_switches` read."""
        self.switches = switches
        self.path = path
        self._record = record
        self._clock = clock
        self._acting = asyncio.Lock()
        self._watchers: list[Callable[[], None]] = []

    def watch(self, watcher: Callable[[], None]) -> None:
        """Hear of each act, once it is in force."""
        self._watchers.append(watcher)

    def now(self) -> datetime:
        """The clock of the switches."""
        return self._clock()

    async def close(self, closure: Closure) -> None:
        """Close in an emergency. Raises SwitchNotKept."""
        async with self._acting:
            await self._keep(self.switches.with_closure(closure))
        self._tell("hours.closed", closure)

    async def reopen(self, name: str, by: str) -> Closure | None:
        """End a closure: the one that was, None where there was none. Raises SwitchNotKept."""
        async with self._acting:
            found = self.switches.lasting(now=self.now()).closures.get(name)
            if found is None:
                return None
            await self._keep(self.switches.without_closure(name))
        self._record("", None, "hours.reopened", {"name": name, "by": by})
        return found

    async def announce(self, announcement: Announcement) -> None:
        """Switch an announcement on. Raises SwitchNotKept."""
        async with self._acting:
            await self._keep(self.switches.with_announcement(announcement))
        self._tell("announcement.began", announcement)

    async def silence(self, name: str, client: str | None, by: str) -> Announcement | None:
        """Switch an announcement off: the one that was, None where there was none. Raises SwitchNotKept."""
        async with self._acting:
            found = self.switches.lasting(now=self.now()).announcements.get((name, client))
            if found is None:
                return None
            await self._keep(self.switches.without_announcement((name, client)))
        data = {"name": name, "by": by} | ({} if client is None else {"client": client})
        self._record("", None, "announcement.ended", data)
        return found

    async def _keep(self, switches: Switches) -> None:
        lasting = switches.lasting(now=self.now())
        try:
            await asyncio.to_thread(save_switches, self.path, lasting)
        except OSError as error:
            raise SwitchNotKept(f"{self.path} cannot be written: {error.strerror}") from None
        self.switches = lasting
        for watcher in self._watchers:
            watcher()

    def _tell(self, kind: str, switch: Closure | Announcement) -> None:
        data = {name: value for name, value in _entry(switch).items() if name != "since"}
        self._record("", None, kind, {**data, "by": switch.by})
