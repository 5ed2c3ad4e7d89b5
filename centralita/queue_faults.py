"""Queues that cannot do what queues.yaml seems to say: warnings, since agents and hours change while a node runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from base.document import read
from routing.settings import LeaveReason, Presence
from routing.skills import lacking, relaxed
from routing.waiting.settings import AtClosing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from base.document import Document, Fault
    from routing.config import CentreConfig
    from routing.settings import QueueSettings

_WAYS_OUT = {
    LeaveReason.TIMEOUT: "max_wait is not given",
    LeaveReason.FULL: "capacity is not given",
    LeaveReason.JOIN_EMPTY: "join_empty is always",
    LeaveReason.LEAVE_EMPTY: "leave_empty is never",
    LeaveReason.CLOSED: "hours are not given",
}
"""Why nobody ever leaves a queue for a reason."""


def queue_faults(config: CentreConfig) -> Iterator[Fault]:
    """Ways out that nobody takes, and requirements that no agent of the queue meets."""
    document = read(config.folder / "queues.yaml")
    for queue in config.routing.queues.values():
        yield from _without_effect(document, queue)
        yield from _unmet(config, document, queue)


def _without_effect(document: Document, queue: QueueSettings) -> Iterator[Fault]:
    possible = {
        LeaveReason.TIMEOUT: queue.max_wait is not None,
        LeaveReason.FULL: queue.capacity is not None,
        LeaveReason.JOIN_EMPTY: queue.join_empty is not Presence.AWAY,
        LeaveReason.LEAVE_EMPTY: queue.leave_empty is not Presence.AWAY,
        LeaveReason.CLOSED: queue.hours is not None,
    }
    for reason in queue.overflow:
        if not possible.get(reason, True):
            what = f"nobody leaves {queue.id} for this reason: {_WAYS_OUT[reason]}"
            mend = f"give the queue {_WAYS_OUT[reason].split()[0]}:, or leave this out"
            yield document.warning(("queues", queue.id, "overflow", reason.value), what, mend)
    if queue.at_closing is AtClosing.LEAVE and queue.hours is None:
        what = f"{queue.id} never closes: hours are not given"
        yield document.warning(
            ("queues", queue.id, "at_closing"), what, "give the queue hours:, or leave this out"
        )


def _unmet(config: CentreConfig, document: Document, queue: QueueSettings) -> Iterator[Fault]:
    """What is still asked of agents after the longest wait."""
    asked = relaxed(queue.requires, queue.relax)
    staff = [agent for agent in config.routing.agents.values() if queue.id in agent.queues]
    if asked and staff and all(lacking(agent.skills, asked) is not None for agent in staff):
        wanted = ", ".join(f"{skill} {least}" for skill, least in asked)
        what = f"no agent of {queue.id} has {wanted}: its callers wait in vain"
        yield document.warning(
            ("queues", queue.id, "requires"), what, "ask less, or give it to an agent of the queue"
        )
