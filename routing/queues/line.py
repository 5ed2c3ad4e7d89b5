"""Entries at work: in line, relaxed with time, taken out; each keeps its place whatever agents do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from routing.commands import Overflow
from routing.errors import EntryAlreadyQueued, UnknownQueue
from routing.floor import Due
from routing.queues.entry import Entry, due
from routing.reservations.explanation import survey
from routing.reservations.reservation import ReservationResult, of_leaving
from routing.settings import LeaveReason, Presence
from routing.skills import combine, lacking
from routing.strategies.strategy import Rings

if TYPE_CHECKING:
    from calls.destination import Destination
    from routing.agents.agent import Agent
    from routing.agents.staff import Staff
    from routing.commands import JsonValue
    from routing.floor import Floor
    from routing.queues.demand import Demand
    from routing.queues.entry import EntryJoin
    from routing.queues.queue import WaitingQueue
    from routing.reservations.offers import Offers
    from routing.skills import Requirements

AVOIDED = 60.0
"""Seconds for which an agent who is to be avoided is not asked: after them anybody is better than nobody."""
_WIDTHS = {Rings.ONE: 1, Rings.ALL: float("inf"), Rings.MORE: 1}


class Line:
    """The entries of all queues."""

    __slots__ = ("_floor", "_offers", "_staff")

    def __init__(self, floor: Floor, staff: Staff, offers: Offers) -> None:
        """Begin with none."""
        self._floor = floor
        self._staff = staff
        self._offers = offers

    def queue(self, name: str) -> WaitingQueue:
        """One queue. Raises UnknownQueue."""
        try:
            return self._floor.queues[name]
        except KeyError:
            raise UnknownQueue(f"no queue {name}") from None

    def join(self, join: EntryJoin, *, now: float) -> None:
        """Take a contact in, or send it on at once. Raises UnknownQueue and EntryAlreadyQueued."""
        floor, queue = self._floor, self.queue(join.queue)
        joined = now if join.joined is None else min(join.joined, now)
        at = due(queue.settings, joined=joined, priority=join.priority)
        if not floor.store.enqueue(join.entry, queue=join.queue, contact=join.contact, due=at):
            raise EntryAlreadyQueued(f"entry {join.entry} is queued already")
        turn = floor.next_turn()
        shared = queue.demand(combine(queue.settings.requires, join.requires))
        entry = Entry(join, (at, turn), turn, join.priority, joined, now, shared)
        entry.width = _WIDTHS[queue.strategy.rings]
        refused = join.refused or queue.refusal(shared)
        floor.entries[entry.id] = entry
        queue.enter(entry)
        floor.changed(join.queue)
        if not refused:
            self._settle_demand(entry, queue, now=now)
        floor.record(
            join.contact, "queue.joined", queue=join.queue, position=queue.line.position(entry.id),
            priority=join.priority, waited=round(now - joined, 3), **_estimate(entry), **self._unserved(entry, queue),
        )  # fmt: skip
        if refused:
            self.overflow(entry, refused, now=now)
            return
        if queue.settings.max_wait is not None:
            floor.timers.set((Due.MAX_WAIT, entry.id), now + queue.settings.max_wait)
        if queue.settings.leave_empty is not Presence.AWAY:
            self.check_staffed(queue, now=now)
        self._widen_later(entry, queue, now=now)

    def _unserved(self, entry: Entry, queue: WaitingQueue) -> dict[str, JsonValue]:
        """Why no agent serves the entry at present, to be written beside an event; nothing when one is free."""
        if self._floor.is_quiet or (entry.demand.idle and entry.id in entry.demand.waiting):
            return {}
        return {"explained": survey(queue, entry)}

    def _settle_demand(self, entry: Entry, queue: WaitingQueue, *, now: float) -> None:
        """Find the demand of an entry that has come, and let it wait there."""
        self._relax_as_far(entry, queue, now=now)
        asked = self._asked(entry, queue)
        entry.demand = self._exclusive(entry, queue, asked, now=now) or queue.demand(asked)
        self.wait(entry)
        if (
            entry.guess is None and not self._floor.is_quiet
        ):  # a reload comes here again: the first guess counts
            entry.guess = self._floor.estimates[entry.join.queue].joined(*queue.standing(entry))

    def wait(self, entry: Entry) -> None:
        """The entry wants an agent from here on, if it has room for one."""
        if entry.has_room and not entry.is_overdue:
            entry.demand.waiting.add(entry.id, entry.key)
            self._floor.fresh_entries[entry] = None

    def failed(self, entry: Entry, *, now: float) -> None:
        """A reservation of the entry came to nothing: back to its place, or on, if it has waited too long meanwhile."""
        if entry.is_overdue and not entry.reservations:
            self.overflow(entry, LeaveReason.TIMEOUT, now=now)
        elif entry.id not in entry.demand.waiting:
            self.wait(entry)

    # What is asked of agents

    def _asked(self, entry: Entry, queue: WaitingQueue) -> Requirements:
        return entry.asks(queue.settings, combine(queue.settings.requires, entry.join.requires))

    def _relax_as_far(self, entry: Entry, queue: WaitingQueue, *, now: float) -> None:
        """Take the steps that are due, and wait for the next one."""
        steps = queue.settings.relax
        entry.steps = sum(entry.joined + step.after <= now for step in steps)
        if entry.steps < len(steps):
            self._floor.timers.set((Due.RELAX, entry.id), entry.joined + steps[entry.steps].after)

    def relax(self, entry: Entry, *, now: float) -> None:
        """The entry has waited long enough for its requirements to be lowered; its place stays."""
        queue = self._floor.queues[entry.join.queue]
        self._relax_as_far(entry, queue, now=now)
        asked = self._asked(entry, queue)
        if asked == entry.demand.requirements:
            return
        self._floor.record(
            entry.join.contact, "queue.relaxed", queue=entry.join.queue, requires=dict(asked),
            waited=round(now - entry.joined, 3),
        )  # fmt: skip
        if entry.demand.exclusive == "avoid":
            self._set_demand(entry, queue.exclusive(asked, self._all_but(entry.join.avoid, queue), "avoid"))
        elif entry.demand.exclusive is None:  # else one agent is waited for, who has the skills
            self._set_demand(entry, queue.demand(asked))

    def _exclusive(
        self, entry: Entry, queue: WaitingQueue, asked: Requirements, *, now: float
    ) -> Demand | None:
        """For a while only some agents will do: the one who knows the caller, or all but who sent it here."""
        join, settings = entry.join, queue.settings
        wanted = self._staff.find(join.sticky) if join.sticky and settings.sticky else None
        if wanted is not None and self._could_serve(wanted, queue, asked):
            self._floor.timers.set((Due.SHARED, entry.id), now + settings.sticky)
            return queue.exclusive(asked, [wanted], "sticky")
        if join.avoid:
            rest = self._all_but(join.avoid, queue)
            if any(self._could_serve(agent, queue, asked) for agent in rest):
                self._floor.timers.set((Due.SHARED, entry.id), now + AVOIDED)
                return queue.exclusive(asked, rest, "avoid")
        return None

    @staticmethod
    def _all_but(avoided: frozenset[str], queue: WaitingQueue) -> list[Agent]:
        return [agent for agent in queue.agents if agent.id not in avoided]

    def _could_serve(self, agent: Agent, queue: WaitingQueue, asked: Requirements) -> bool:
        return (
            agent.presence is Presence.AVAILABLE
            and queue.settings.id in agent.settings.queues
            and lacking(agent.settings.skills, asked) is None
        )

    def share(self, entry: Entry) -> None:
        """All agents who are able will do from here on."""
        self._floor.timers.cancel((Due.SHARED, entry.id))
        queue = self._floor.queues[entry.join.queue]
        if entry.demand.exclusive is not None:
            self._set_demand(entry, queue.demand(self._asked(entry, queue)))

    def _set_demand(self, entry: Entry, demand: Demand) -> None:
        """Others are able from here on; phones that ring go on ringing."""
        before = entry.demand
        if before is demand:
            return
        before.waiting.discard(entry.id)
        before.offering -= len(entry.reservations)
        if before.exclusive is not None:
            before.drop()
        entry.demand = demand
        demand.offering += len(entry.reservations)
        self.wait(entry)

    def widen(self, entry: Entry, *, now: float) -> None:
        """One phone more may ring."""
        entry.width += 1
        self._widen_later(entry, self._floor.queues[entry.join.queue], now=now)
        self.wait(entry)

    def _widen_later(self, entry: Entry, queue: WaitingQueue, *, now: float) -> None:
        if queue.strategy.rings is Rings.MORE:
            self._floor.timers.set((Due.WIDEN, entry.id), now + queue.settings.progressive_delay)

    def staffing_changed(self, agent: Agent, *, now: float) -> None:
        """The agent is there more, or less, than before.

        Who waited for nobody else waits for all; queues that nobody is left to serve send their callers on after a
        while.
        """
        for demand in [each for each in agent.demands if each.exclusive is not None]:
            if not demand.is_staffed(Presence.AVAILABLE):
                for entry in list(demand.waiting):
                    self.share(self._floor.entries[entry])
        for name in agent.settings.queues:
            queue = self._floor.queues.get(name)
            if queue is not None and queue.settings.leave_empty is not Presence.AWAY:
                self.check_staffed(queue, now=now)

    def check_staffed(self, queue: WaitingQueue, *, now: float) -> None:
        """Begin or stop the time after which callers leave a queue that has nobody for them."""
        timer = (Due.LEFT_EMPTY, queue.settings.id)
        if not self._unstaffed(queue):
            self._floor.timers.cancel(timer)
        elif timer not in self._floor.timers:
            self._floor.timers.set(timer, now + queue.settings.leave_empty_after)

    def _unstaffed(self, queue: WaitingQueue) -> list[Demand]:
        least = queue.settings.leave_empty
        return [each for each in queue.demands.values() if not each.is_empty and not each.is_staffed(least)]

    def left_empty(self, queue: WaitingQueue, *, now: float) -> None:
        """Nobody has been there for long enough: who waits for them goes on."""
        for demand in self._unstaffed(queue):
            for entry in list(demand.waiting):
                self.overflow(self._floor.entries[entry], LeaveReason.LEAVE_EMPTY, now=now)

    # Places

    def prioritise(self, entry: Entry, priority: int) -> None:
        """Another priority, and with it another place."""
        queue = self._floor.queues[entry.join.queue]
        entry.priority = priority
        at = due(queue.settings, joined=entry.joined, priority=priority)
        self._floor.store.requeue(entry.id, due=at)
        entry.key = (at, entry.turn)
        self._replace(entry, queue)
        self._floor.record(
            entry.join.contact, "queue.prioritised", queue=entry.join.queue, priority=priority,
            position=queue.line.position(entry.id),
        )  # fmt: skip

    def _replace(self, entry: Entry, queue: WaitingQueue) -> None:
        queue.line.add(entry.id, entry.key)
        if entry.id in entry.demand.waiting:
            entry.demand.waiting.add(entry.id, entry.key)
        self._floor.changed(entry.join.queue)

    def rehome(self, entry: Entry, *, now: float) -> None:
        """The queues have been made anew: into the line of the same name, at the same place by its present rules."""
        queue = self._floor.queues[entry.join.queue]
        self._floor.timers.cancel((Due.RELAX, entry.id))
        self._floor.timers.cancel((Due.SHARED, entry.id))
        at = due(queue.settings, joined=entry.joined, priority=entry.priority)
        self._floor.store.requeue(entry.id, due=at)
        entry.key = (at, entry.turn)
        entry.width = max(_WIDTHS[queue.strategy.rings], len(entry.reservations), 1)
        if queue.strategy.rings is not Rings.MORE:
            self._floor.timers.cancel((Due.WIDEN, entry.id))
        elif (Due.WIDEN, entry.id) not in self._floor.timers:
            self._widen_later(entry, queue, now=now)
        queue.enter(entry)
        self._settle_demand(entry, queue, now=now)
        entry.demand.offering += len(entry.reservations)

    # Ends

    def overdue(self, entry: Entry, *, now: float) -> None:
        """The longest wait is over; a phone that already rings for the entry may still be answered."""
        if entry.reservations:
            entry.is_overdue = True
            entry.demand.waiting.discard(entry.id)
        else:
            self.overflow(entry, LeaveReason.TIMEOUT, now=now)

    def overflow(
        self, entry: Entry, reason: LeaveReason, destination: Destination | None = None, *, now: float
    ) -> None:
        """The entry leaves for the destination that its queue names for the reason, unless another is given."""
        going = destination or self._floor.queues[entry.join.queue].settings.overflow_for(reason)
        self.drop(entry, reason, now=now)
        self._floor.tell(Overflow(entry.id, going, reason))

    def drop(self, entry: Entry, reason: LeaveReason, *, now: float) -> None:
        """Take the entry out and set the agents free whose phones ring for it."""
        self.rescind(entry, of_leaving(reason), now=now)
        self.remove(entry, reason, now=now)

    def rescind(self, entry: Entry, result: ReservationResult, *, now: float) -> None:
        """No phone rings for the entry any more."""
        for reservation in sorted(entry.reservations):
            self._offers.fail(self._floor.reservations[reservation], result, now=now, stop=True)

    def remove(self, entry: Entry, reason: LeaveReason, *, now: float) -> None:
        """The entry, for which no phone rings now, is gone from its line."""
        floor, name = self._floor, entry.join.queue
        if not floor.is_quiet:
            self._learn(entry, reason, now=now)
        floor.store.dequeue(entry.id, reason)
        del floor.entries[entry.id]
        floor.fresh_entries.pop(entry, None)
        for kind in (Due.MAX_WAIT, Due.RELAX, Due.SHARED, Due.WIDEN):
            floor.timers.cancel((kind, entry.id))
        entry.demand.waiting.discard(entry.id)
        if entry.demand.exclusive is not None:
            entry.demand.drop()
        queue = floor.queues[name]
        unserved = {} if reason is LeaveReason.ANSWERED else self._unserved(entry, queue)
        position = queue.line.position(entry.id)
        queue.line.discard(entry.id)
        floor.changed(name)
        floor.record(
            entry.join.contact, "queue.left", queue=name, reason=reason.value,
            waited=round(now - entry.arrived, 3), position=position, **unserved,
        )  # fmt: skip

    def _learn(self, entry: Entry, reason: LeaveReason, *, now: float) -> None:
        """Hold what was thought of the wait against what it was."""
        estimates, waited = self._floor.estimates[entry.join.queue], now - entry.arrived
        if reason is LeaveReason.ANSWERED:
            estimates.answered(entry.guess, waited)
        else:
            position, staff, _ = self._floor.queues[entry.join.queue].standing(entry)
            estimates.left(entry.guess, waited, position, staff)


def _estimate(entry: Entry) -> dict[str, JsonValue]:
    """How long the entry will wait, where anybody can tell."""
    return {} if entry.guess is None else {"estimate": round(entry.guess.seconds, 1)}
