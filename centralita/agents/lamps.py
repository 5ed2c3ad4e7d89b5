"""Lamps of agents and queues for any phone (BLF): `agent-ana`, `queue-payments`, by the dialog package (RFC 4235).

Dark: an agent can be given a caller; in a queue nobody waits. Blinking (early): the agent is rung; somebody waits.
Lit (confirmed): the agent cannot be given a caller; in a queue somebody waits longer than promised, or it is closed.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from base.errors import CentralitaError
from routing.agents.tables import State, Status
from sip.subscriptions.packages.dialog import DialogInfo, DialogState

if TYPE_CHECKING:
    from collections.abc import Callable

    from routing.agents.agent import AgentView
    from routing.commands import AgentChanged, QueueChanged
    from routing.io.distribution import Distribution
    from routing.settings import QueueSettings, RoutingConfig

AGENT = "agent-"
QUEUE = "queue-"
_RINGS = (State.RESERVED, State.RINGING)
_LOOK_AGAIN = 20.0
"""Seconds after which queues with hours are looked at again: they close without anybody's doing."""
_SLACK = 0.01
"""Seconds after the promised wait at which it is over for certain."""

Lamp = tuple[DialogState | None, str]
"""What it shows, and in words why."""
DARK: Lamp = (None, "")


class Lamps:
    """What the lamps of agents and queues show; `tell` hears of each that changes."""

    def __init__(
        self,
        distribution: Distribution,
        routing: Callable[[], RoutingConfig],
        is_open: Callable[[QueueSettings], bool],
        tell: Callable[[str], None],
    ) -> None:
        """Bind to the running loop; `routing` is asked each time, so that a reload takes effect at once."""
        self._distribution = distribution
        self._routing = routing
        self._is_open = is_open
        self._tell = tell
        self._shown: dict[str, Lamp] = {}
        """Of those lamps that somebody has asked for; the others are nobody's affair, and cost nothing."""
        self._due: dict[str, asyncio.TimerHandle] = {}
        """When a queue's longest wait is longer than promised."""
        self._round = asyncio.get_running_loop().call_later(_LOOK_AGAIN, self._look_again)
        distribution.watch(self._agent_changed)
        distribution.watch_queues(self._queue_changed)

    def knows(self, resource: str) -> bool:
        """Whether there is such a lamp."""
        routing = self._routing()
        return (_after(AGENT, resource) in routing.agents) or (_after(QUEUE, resource) in routing.queues)

    def may_watch(self, account: str, resource: str) -> bool:
        """Whether a phone that may watch only itself may see this lamp: of its own agent, or of a queue he serves."""
        agent = next((each for each in self._routing().agents.values() if each.account == account), None)
        if agent is None:
            return False
        return _after(AGENT, resource) == agent.id or _after(QUEUE, resource) in agent.queues

    def dialogs(self, resource: str) -> tuple[DialogInfo, ...]:
        """The lamp as the dialog package tells it: one call, or none."""
        state, words = self._shown[resource] = self._shows(resource)
        queue = _after(QUEUE, resource)
        if queue is not None:
            self._wait_for_promise(queue)
        if state is None:
            return ()
        return (DialogInfo("lamp", state, is_initiator=False, remote=resource, display=words),)

    def _shows(self, resource: str) -> Lamp:
        agent, queue = _after(AGENT, resource), _after(QUEUE, resource)
        try:
            if agent is not None:
                return _of_agent(self._distribution.core.agent(agent))
            return self._of_queue(queue) if queue is not None else DARK
        except CentralitaError:
            return DARK  # a reload took it away; its subscriptions end

    def _of_queue(self, queue: str) -> Lamp:
        settings = self._routing().queues.get(queue)
        view = self._distribution.core.queue(queue, now=self._distribution.now())
        waiting = f"{view.waiting} waiting"
        if settings is not None and not self._is_open(settings):
            return DialogState.CONFIRMED, f"closed, {waiting}" if view.waiting else "closed"
        if not view.waiting:
            return DARK
        within = settings.service_level.within if settings is not None else 0.0
        return DialogState.CONFIRMED if view.longest_wait > within else DialogState.EARLY, waiting

    def _agent_changed(self, change: AgentChanged) -> None:
        self._look(AGENT + change.agent)

    def _queue_changed(self, change: QueueChanged) -> None:
        if QUEUE + change.queue in self._shown:
            self._look(QUEUE + change.queue)
            self._wait_for_promise(change.queue)

    def _look(self, resource: str) -> None:
        """Tell of a lamp only when it shows something else: states come and go by the hundred."""
        before = self._shown.get(resource)
        if before is None:
            return
        now = self._shows(resource)
        if now != before:
            self._shown[resource] = now
            self._tell(resource)

    def _wait_for_promise(self, queue: str) -> None:
        """Look again when whoever waits longest has waited longer than promised."""
        handle = self._due.pop(queue, None)
        if handle is not None:
            handle.cancel()
        settings = self._routing().queues.get(queue)
        if settings is None:
            return
        view = self._distribution.core.queue(queue, now=self._distribution.now())
        left = settings.service_level.within - view.longest_wait
        if view.waiting and left >= 0:
            loop = asyncio.get_running_loop()
            self._due[queue] = loop.call_later(left + _SLACK, self._look, QUEUE + queue)

    def _look_again(self) -> None:
        for queue in self._routing().queues.values():
            if queue.hours is not None:
                self._look(QUEUE + queue.id)
        self._round = asyncio.get_running_loop().call_later(_LOOK_AGAIN, self._look_again)

    def adopt(self) -> None:
        """The configuration is another one."""
        for name in list(self._shown):
            if self.knows(name):
                self._look(name)
            else:
                del self._shown[name]

    def close(self) -> None:
        """Disarm."""
        self._round.cancel()
        for handle in self._due.values():
            handle.cancel()


def _after(prefix: str, resource: str) -> str | None:
    return resource.removeprefix(prefix) if resource.startswith(prefix) else None


def _of_agent(view: AgentView) -> Lamp:
    if view.status is Status.AVAILABLE and view.state is State.IDLE:
        return DARK
    if view.state in _RINGS:
        return DialogState.EARLY, view.state.value
    if view.status is Status.AVAILABLE or view.state in (State.TALKING, State.HOLD, State.WRAP_UP):
        return DialogState.CONFIRMED, _words(view.state.value)
    return DialogState.CONFIRMED, _words(view.reason or view.status.value)


def _words(name: str) -> str:
    return name.replace("_", " ")
