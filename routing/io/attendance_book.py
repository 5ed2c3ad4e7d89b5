"""The running attendance: hears the distributor and the ledger, keeps what it knows in the state folder, tells alarms.

A status that was told is on disk; when the disk refuses, agents go on working and the log says so.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import structlog

from base.io.driver import Driver
from routing.agents.attendance import SYSTEM, Attendance
from routing.agents.tables import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from calls.events import Record
    from routing.agents.attendance import Standing, Won
    from routing.agents.reasons import Reasons
    from routing.commands import AgentChanged
    from routing.io.attendance_file import AttendanceFile
    from routing.io.distribution import Distribution

log = structlog.get_logger()

_PAUSE = 0.05
"""Seconds between two commits: what changes meanwhile is in the next one."""


class AttendanceBook:
    """Statuses are chosen here, so that it is known who chose them."""

    def __init__(
        self,
        distribution: Distribution,
        reasons: Callable[[], Reasons],
        record: Record,
        file: AttendanceFile | None = None,
        kept: Mapping[str, Standing] | None = None,
        clock: Callable[[], float] = time.time,
        today: Callable[[], str] = lambda: "",
    ) -> None:
        """Bind to the running loop and go on from what was kept; without a file nothing is. `today` names the day."""
        self.attendance = Attendance(reasons())
        self._distribution = distribution
        self._reasons = reasons
        self._record = record
        self._file = file
        self._clock = clock
        self._today = today
        self._by = SYSTEM
        self._dirty: set[str] = set()
        self._gone: set[str] = set()
        self._writing: asyncio.Task[None] | None = None
        self._waiting: list[asyncio.Future[None]] = []
        """Who waits for what was said so far."""
        self._driver = Driver(self.attendance, self._tell_overdue)
        self.attendance.adopt(reasons(), distribution.core.agents(), wall=clock(), now=self._driver.now())
        distribution.watch(self._changed)
        self._restore(kept or {})

    def _restore(self, kept: Mapping[str, Standing]) -> None:
        """Statuses, reasons and their clocks; agents whom nothing was kept of begin as their file says."""
        for agent, standing in kept.items():
            if self.attendance.find(agent) is None:
                self._gone.add(agent)
                continue
            self._distribution.choose_status(agent, standing.status, standing.reason)
            left = (standing.wrap_up_until or 0.0) - self._clock()
            if left > 0 and standing.status is not Status.LOGGED_OUT:
                self._distribution.carry_on_wrap_up(agent, left)
            now = self._driver.now()
            self.attendance.restore(standing, wall=self._clock(), now=now)
        self._driver.rearm()
        if self._gone:
            self._write()

    def choose(self, agent: str, status: Status, reason: str | None, by: str) -> None:
        """A status, and who chose it. Raises UnknownAgent."""
        self._by = by
        try:
            self._distribution.choose_status(agent, status, reason)
        finally:
            self._by = SYSTEM

    def adopt(self) -> None:
        """The configuration is another one: agents came, or are gone, and reasons have other limits."""
        gone = self.attendance.adopt(
            self._reasons(), self._distribution.core.agents(), wall=self._clock(), now=self._driver.now()
        )
        self._gone.update(gone)
        self._dirty.difference_update(gone)
        self._driver.rearm()
        self._write()

    def connected(self, agent: str, contact: Won) -> None:
        """An agent has won a contact."""
        self.attendance.connected(agent, contact, day=self._today())
        self._mark(agent)

    def note(self, agent: str, **facts: Any) -> None:
        """Other facts of an agent, by the names of a Standing. Raises KeyError."""
        self.attendance.note(agent, **facts)
        self._mark(agent)

    async def settled(self) -> None:
        """Wait until all that was said so far is on disk, or the disk has refused; not for what is said meanwhile."""
        if self._writing is not None:
            waiter = asyncio.get_running_loop().create_future()
            self._waiting.append(waiter)
            await waiter

    async def close(self) -> None:
        """Write what is left, and disarm."""
        self._driver.close()
        while self._writing is not None:
            await asyncio.shield(self._writing)

    def _changed(self, change: AgentChanged) -> None:
        if self.attendance.follow(change, self._by, wall=self._clock(), now=self._driver.now()):
            self._driver.rearm()
            self._mark(change.agent)

    def _tell_overdue(self) -> None:
        for late in self.attendance.take_overdue():
            seconds = round(self._clock() - late.since)
            log.warning("agent_overdue", agent=late.agent, reason=late.reason, seconds=seconds)
            data = {"agent": late.agent, "reason": late.reason, "seconds": seconds}
            self._record("", None, "agent.overdue", data)
            self._mark(late.agent)

    def _mark(self, agent: str) -> None:
        if self.attendance.find(agent) is not None:
            self._dirty.add(agent)
            self._write()

    def _write(self) -> None:
        if self._file is None:
            self._dirty.clear()
            self._gone.clear()
        elif self._writing is None and (self._dirty or self._gone):
            self._writing = asyncio.get_running_loop().create_task(self._save(self._file))

    async def _save(self, file: AttendanceFile) -> None:
        waiting: list[asyncio.Future[None]] = []
        try:
            while self._dirty or self._gone or self._waiting:
                waiting, self._waiting = self._waiting, []
                if not await self._save_batch(file):
                    return
                _release(waiting)
                await asyncio.sleep(_PAUSE)
        finally:
            self._writing = None
            _release([*waiting, *self._waiting])
            self._waiting.clear()

    async def _save_batch(self, file: AttendanceFile) -> bool:
        """Whether the disk took what has changed; else it goes with the next change."""
        standings = [replace(self.attendance[each]) for each in self._dirty]
        gone = {each for each in self._gone if self.attendance.find(each) is None}  # some may be back
        self._gone, self._dirty = set(), set()
        if not standings and not gone:
            return True
        try:
            await asyncio.to_thread(file.save, standings, gone)
        except sqlite3.Error as error:
            log.error("agents_not_kept", error=type(error).__name__)
            self._dirty.update(
                each.agent for each in standings if self.attendance.find(each.agent) is not None
            )
            self._gone.update(gone)
            return False
        return True


def _release(waiting: list[asyncio.Future[None]]) -> None:
    for waiter in waiting:
        if not waiter.done():
            waiter.set_result(None)
