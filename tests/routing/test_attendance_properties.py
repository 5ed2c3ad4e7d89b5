"""Whatever agents choose and however time passes: each stay too long is told once, after its time and not before."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from routing.agents.agent import Agent
from routing.agents.attendance import Attendance, Standing
from routing.agents.reasons import Reason, Reasons
from routing.agents.tables import State, Status
from routing.commands import AgentChanged
from routing.settings import AgentSettings

LIMITS: dict[str | None, float | None] = {"short": 10.0, "long": 100.0, "free": None, None: None}
REASONS = Reasons({name: Reason(name, name, limit) for name, limit in LIMITS.items() if name is not None})
NOON = 1_800_000_000.0
AGENTS = ("ana", "eve")


class Days(RuleBasedStateMachine):
    """A model beside it: since when each has what reason, and whether that was told."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.views = [Agent(AgentSettings(name), at, now=0.0).view() for at, name in enumerate(AGENTS)]
        self.chosen: dict[str, tuple[str | None, float]] = dict.fromkeys(AGENTS, (None, 0.0))
        self.told: dict[str, int] = dict.fromkeys(AGENTS, 0)
        self.begin({})

    def begin(self, kept: dict[str, Standing]) -> None:
        """A node starts, maybe with what another one kept."""
        self.attendance = Attendance(REASONS)
        self.attendance.adopt(REASONS, self.views, wall=NOON + self.now, now=self.now)
        for agent, standing in kept.items():
            self.change(agent, standing.reason, standing.status)
            self.attendance.restore(standing, wall=NOON + self.now, now=self.now)

    def change(self, agent: str, reason: str | None, status: Status, state: State = State.IDLE) -> None:
        changed = AgentChanged(agent, status, state, reason)
        self.attendance.follow(changed, agent, wall=NOON + self.now, now=self.now)

    @rule(agent=st.sampled_from(AGENTS), reason=st.sampled_from([*REASONS.by_id]))
    def is_not_ready(self, agent: str, reason: str) -> None:
        if self.chosen[agent][0] != reason:
            self.chosen[agent], self.told[agent] = (reason, self.now), 0
        self.change(agent, reason, Status.NOT_READY)

    @rule(agent=st.sampled_from(AGENTS))
    def is_available(self, agent: str) -> None:
        self.chosen[agent], self.told[agent] = (None, self.now), 0
        self.change(agent, None, Status.AVAILABLE)

    @rule(agent=st.sampled_from(AGENTS), state=st.sampled_from(State))
    def does_something(self, agent: str, state: State) -> None:
        standing = self.attendance[agent]
        self.change(agent, standing.reason, standing.status, state)

    @rule(seconds=st.floats(0.0, 60.0))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds
        self.attendance.handle_timeout(now=self.now)
        for late in self.attendance.take_overdue():
            self.told[late.agent] += 1

    @rule()
    def the_node_is_started_again(self) -> None:
        self.begin({name: self.attendance[name] for name in AGENTS if self.chosen[name][0] is not None})

    @rule()
    def the_files_are_read_again(self) -> None:
        self.attendance.adopt(REASONS, self.views, wall=NOON + self.now, now=self.now)

    @invariant()
    def each_stay_too_long_is_told_once(self) -> None:
        for agent, (reason, since) in self.chosen.items():
            limit = LIMITS[reason]
            assert self.told[agent] <= 1
            if self.told[agent]:
                assert limit is not None
                assert self.now >= since + limit - 1e-3
            due: Any = self.attendance.next_timeout()
            if limit is not None and not self.told[agent]:
                assert due is not None
                assert due <= max(self.now, since + limit) + 1e-3
            assert self.attendance[agent].is_overdue == bool(self.told[agent])


TestDays = Days.TestCase
TestDays.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
