"""The running distributor: its clock, its timer, and who hears its commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import structlog

from base.io.driver import Driver
from calls.destination import Queue
from routing.commands import (
    AgentChanged,
    ConnectAgent,
    LookAgain,
    Overflow,
    QueueChanged,
    Record,
    RingAgent,
    StopRinging,
)
from routing.distributor import Distributor

if TYPE_CHECKING:
    from collections.abc import Callable

    from base.ids import Ids
    from calls.contact import Inbox
    from calls.destination import Destination
    from calls.events import Record as Ledger
    from routing.agents.tables import Status
    from routing.queues.entry import EntryJoin
    from routing.reservations.reservation import ReservationResult
    from routing.settings import LeaveReason, RoutingConfig


log = structlog.get_logger()

Changed = TypeVar("Changed", AgentChanged, QueueChanged)


class Distribution:
    """Feeds one Distributor and carries its commands to the inbox of the contact that each concerns."""

    def __init__(self, centre: RoutingConfig, ids: Ids, record: Ledger) -> None:
        """Bind to the running loop."""
        self._driver = Driver(self, self._deliver)
        self._core = Distributor(centre, now=self._driver.now(), ids=ids)
        self._record = record
        self._inboxes: dict[str, Inbox[object]] = {}
        self._entries: dict[str, str] = {}
        self._agent_watchers: list[Callable[[AgentChanged], None]] = []
        self._queue_watchers: list[Callable[[QueueChanged], None]] = []
        self._loss_watchers: list[Callable[[str], None]] = []

    @property
    def core(self) -> Distributor:
        """The distributor, for reading its views."""
        return self._core

    @property
    def reservation_count(self) -> int:
        """Reservations that have not ended."""
        return len(self._entries)

    def now(self) -> float:
        """The distributor's clock."""
        return self._driver.now()

    def watch(self, watcher: Callable[[AgentChanged], None]) -> None:
        """Hear of each change of an agent."""
        self._agent_watchers.append(watcher)

    def watch_queues(self, watcher: Callable[[QueueChanged], None]) -> None:
        """Hear of each change of a queue."""
        self._queue_watchers.append(watcher)

    def watch_losses(self, watcher: Callable[[str], None]) -> None:
        """Hear of each agent whose last phone is gone."""
        self._loss_watchers.append(watcher)

    def join(self, entry: EntryJoin, inbox: Inbox[object]) -> None:
        """A contact begins to wait; RingAgent, StopRinging and Overflow for it come to the inbox.

        Raises UnknownQueue and EntryAlreadyQueued.
        """
        self._core.join(entry, now=self.now())
        self._inboxes[entry.entry] = inbox
        self._settle()

    def leave(self, entry: str, reason: LeaveReason) -> None:
        """A contact is out of its queue; nothing more comes to its inbox."""
        self._core.leave(entry, reason, now=self.now())
        self._settle()
        self._inboxes.pop(entry, None)

    def withdraw(self, entry: str, destination: Destination | None = None) -> None:
        """Take a contact out of its queue, to the destination or to be let go; its inbox gets Overflow."""
        self._core.withdraw(entry, destination, now=self.now())
        self._settle()

    def move(self, entry: str, queue: str) -> None:
        """Send a waiting contact to another queue, where it keeps its place. Raises UnknownQueue."""
        self._core.queue(queue, now=self.now())
        self.withdraw(entry, Queue(queue))

    def prioritise(self, entry: str, priority: int) -> None:
        """Give a waiting contact another priority."""
        self._core.prioritise(entry, priority, now=self.now())
        self._settle()

    def pick(self, entry: str, agent: str) -> None:
        """Let this agent have that contact now. Raises UnknownAgent and CannotPick."""
        self._core.pick(entry, agent, now=self.now())
        self._settle()

    def ringing(self, reservation: str) -> None:
        """The agent's phone rings."""
        self._core.reservation_ringing(reservation, now=self.now())
        self._settle()

    def picked_up(self, reservation: str, seconds: float) -> None:
        """The agent's phone answered, and for at most so many seconds he or she is told who waits."""
        self._core.reservation_picked_up(reservation, seconds, now=self.now())
        self._settle()

    def answered(self, reservation: str) -> bool:
        """The agent has taken the call. False when the reservation ended before: that leg must be let go."""
        won = self._core.reservation_answered(reservation, now=self.now())
        self._settle()
        return won

    def failed(self, reservation: str, result: ReservationResult) -> None:
        """The leg to the agent came to nothing."""
        self._entries.pop(reservation, None)
        self._core.reservation_failed(reservation, result, now=self.now())
        self._settle()

    def bridge_ended(self, agent: str) -> None:
        """The agent's call is over."""
        self._core.bridge_ended(agent, now=self.now())
        self._settle()

    def held(self, agent: str, *, held: bool) -> None:
        """The agent put the caller on hold, or took him or her back."""
        self._core.agent_held(agent, held=held, now=self.now())
        self._settle()

    def choose_status(self, agent: str, status: Status, reason: str | None = None) -> None:
        """The person chose a status. Raises UnknownAgent."""
        self._core.agent_status(agent, status, reason, now=self.now())
        self._settle()

    def end_wrap_up(self, agent: str) -> None:
        """The agent is done with the work after a call. Raises UnknownAgent."""
        self._core.wrap_up_over(agent, now=self.now())
        self._settle()

    def plan_wrap_up(self, agent: str, seconds: float) -> None:
        """Let the work after the present call take so long. Raises UnknownAgent."""
        self._core.plan_wrap_up(agent, seconds)

    def carry_on_wrap_up(self, agent: str, seconds: float) -> None:
        """Let wrap-up go on that began before a restart. Raises UnknownAgent."""
        self._core.carry_on_wrap_up(agent, seconds, now=self.now())
        self._settle()

    def extend_wrap_up(self, agent: str, seconds: float) -> None:
        """Let the work after a call take longer. Raises UnknownAgent and NotInWrapUp."""
        self._core.extend_wrap_up(agent, seconds, now=self.now())
        self._settle()

    def reconcile(self, agent: str, *, in_call: bool) -> None:
        """Hold the agent's state against the real legs. Raises UnknownAgent."""
        self._core.reconcile(agent, in_call=in_call, now=self.now())
        self._settle()

    def reachable(self, agent: str, *, reachable: bool) -> None:
        """The agent's phones registered, or the last one is gone. Raises UnknownAgent."""
        self._core.device_reachable(agent, reachable=reachable, now=self.now())
        self._settle()
        if not reachable:
            for tell in self._loss_watchers:
                tell(agent)

    def busy_elsewhere(self, agent: str, *, busy: bool) -> None:
        """The agent began or ended a call that no queue gave. Raises UnknownAgent."""
        self._core.agent_busy_elsewhere(agent, busy=busy, now=self.now())
        self._settle()

    def adopt(self, centre: RoutingConfig) -> None:
        """Take over a reloaded configuration; who waits keeps the place, who talks goes on."""
        self._core.reconfigure(centre, now=self.now())
        self._settle()
        self.look_again()

    def look_again(self) -> None:
        """What those who wait go by may have changed: settings, opening hours."""
        for inbox in self._inboxes.values():
            inbox.post(LookAgain())

    def close(self) -> None:
        """Disarm the timer."""
        self._driver.close()

    # --- what the driver needs -------------------------------------------------------------------------------------

    def next_timeout(self) -> float | None:
        """The distributor's earliest deadline."""
        return self._core.next_timeout()

    def handle_timeout(self, *, now: float) -> None:
        """Let the distributor carry out what is due."""
        self._core.handle_timeout(now=now)

    def _settle(self) -> None:
        self._deliver()
        self._driver.rearm()

    def _deliver(self) -> None:
        for command in self._core.take_commands():
            match command:
                case Record():
                    self._record(command.contact, None, command.type, command.data)
                case AgentChanged():
                    for watcher in self._agent_watchers:
                        _show(watcher, command)
                case QueueChanged():
                    for watch in self._queue_watchers:
                        _show(watch, command)
                case RingAgent():
                    self._entries[command.reservation] = command.entry
                    self._tell(command.entry, command)
                case StopRinging():
                    self._tell(self._entries.pop(command.reservation, ""), command)
                case ConnectAgent():
                    del self._entries[command.reservation]  # `answered` tells its caller
                case Overflow():
                    self._tell(command.entry, command)

    def _tell(self, entry: str, command: object) -> None:
        inbox = self._inboxes.get(entry)
        if inbox is not None:
            inbox.post(command)


def _show(watcher: Callable[[Changed], None], change: Changed) -> None:
    """Whoever looks on and fails must not keep the commands behind it from those who wait."""
    try:
        watcher(change)
    except Exception as error:  # noqa: BLE001 - the last resort: one view is not renewed, callers are served
        log.error("watcher_failed", error=type(error).__name__)
