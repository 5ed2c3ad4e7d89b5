"""Agents' states held against their real legs and phones, each time that one changes and all of them now and then.

What is kept by counting events goes wrong for ever when one event is missed. So it is counted anew from what is
really there: a difference that two looks agree on is mended, recorded as `agent.healed` and told in the log, since
behind each is a fault of ours.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from base.io.background import Background
from centralita.failures import place_of
from routing.agents.healing import Mismatch, Real, mismatch
from routing.errors import UnknownAgent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from calls.events import Record
    from calls.leg import Leg
    from routing.agents.agent import AgentView
    from routing.commands import AgentChanged
    from routing.io.distribution import Distribution

log = structlog.get_logger()

EVERY = 30.0
"""Seconds from the end of one look at all agents to the next."""
CONFIRM = 2.0
"""Seconds after which a difference, or an agent that has changed, is looked at again."""
SLICE = 200
"""Agents that are looked at before others get their turn."""


class Healing:
    """Looks after the agents of a node."""

    def __init__(
        self,
        distribution: Distribution,
        names: Callable[[], Iterable[str]],
        legs_of: Callable[[str], Iterable[Leg]],
        all_legs: Callable[[], Iterable[Leg]],
        has_phone: Callable[[str], bool],
        record: Record,
    ) -> None:
        """`names` gives all agents, `legs_of` the legs of an account; `has_phone` tells whether its phone is there."""
        self._distribution = distribution
        self._names = names
        self._legs_of = legs_of
        self._all_legs = all_legs
        self._has_phone = has_phone
        self._record = record
        self._suspects: dict[str, Mismatch | None] = {}
        """Who is looked at again, and what differed when that was decided."""
        self._timer: asyncio.TimerHandle | None = None
        self._background = Background(self._rounds, "healing")
        distribution.watch(self._changed)

    def begin(self) -> None:
        """Look at all agents from time to time."""
        self._background.begin()

    async def close(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()
        await self._background.close()

    async def look_at_all(self) -> None:
        """Every agent once, in slices: what differs is looked at again soon."""
        names = list(self._names())
        for start in range(0, len(names), SLICE):
            by_agent = self._by_agent()
            for name in names[start : start + SLICE]:
                found = self._difference(name, by_agent)
                if found is not None:
                    self._suspect(name, found)
            await asyncio.sleep(0)

    async def _rounds(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            try:
                await self.look_at_all()
            except Exception as error:  # noqa: BLE001 - one look that fails must not be the last
                log.error("healing_failed", error=type(error).__name__, at=place_of(error))

    def _changed(self, event: AgentChanged) -> None:
        self._suspect(event.agent, None)

    def _suspect(self, agent: str, found: Mismatch | None) -> None:
        if self._suspects.get(agent) is None:
            self._suspects[agent] = found
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(CONFIRM, self._look_again)

    def _look_again(self) -> None:
        self._timer = None
        suspects, self._suspects = self._suspects, {}
        by_agent = self._by_agent()
        for number, (agent, before) in enumerate(suspects.items()):
            if number >= SLICE:
                self._suspect(agent, before)
                continue
            found = self._difference(agent, by_agent)
            if found is not None and found is before:
                self._mend(agent, found)
            elif found is not None:
                self._suspect(agent, found)

    def _by_agent(self) -> dict[str, list[Leg]]:
        """The legs of agents, for those whose phones are no accounts."""
        found: dict[str, list[Leg]] = {}
        for leg in self._all_legs():
            if leg.agent is not None and not leg.has_ended:
                found.setdefault(leg.agent, []).append(leg)
        return found

    def _difference(self, agent: str, by_agent: dict[str, list[Leg]]) -> Mismatch | None:
        try:
            view = self._distribution.core.agent(agent)
        except UnknownAgent:
            return None
        return mismatch(view, self._real(view, by_agent))

    def _real(self, view: AgentView, by_agent: dict[str, list[Leg]]) -> Real:
        legs = dict.fromkeys(by_agent.get(view.id, ()))
        has_phone = view.contact is not None
        if view.account is not None:
            legs |= dict.fromkeys(leg for leg in self._legs_of(view.account) if not leg.has_ended)
            has_phone = has_phone or self._has_phone(view.account)
        return Real(len(legs), sum(leg.is_up for leg in legs), has_phone)

    def _mend(self, agent: str, found: Mismatch) -> None:
        distribution = self._distribution
        was = distribution.core.agent(agent).state
        match found:
            case Mismatch.CALL_OVER:
                distribution.reconcile(agent, in_call=False)
            case Mismatch.FREE | Mismatch.BUSY:
                distribution.busy_elsewhere(agent, busy=found is Mismatch.BUSY)
            case Mismatch.PHONE_GONE | Mismatch.PHONE_THERE:
                distribution.reachable(agent, reachable=found is Mismatch.PHONE_THERE)
        state = distribution.core.agent(agent).state
        log.error("agent_healed", agent=agent, difference=found.value, was=was.value, state=state.value)
        if found is not Mismatch.CALL_OVER:  # of that the distributor keeps a record itself
            self._record(
                "",
                None,
                "agent.healed",
                {"agent": agent, "was": was.value, "state": state.value, "difference": found.value},
            )
