"""What agents may do in the conversations of tests: who is one, what they hear, whom they are helped by."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from calls.desk import ActDesk
from calls.destination import Extension
from calls.events import LentBack
from routing.feature_codes import ACTS
from tests.kit.tone import tone

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from calls.acts import Act
    from calls.contact import Contact, Inbox
    from calls.desk import Party
    from calls.destination import Menu
    from calls.leg import Leg
    from media.plane import Clip
    from tests.kit.party import House

RINGING = frozenset({1850})
"""What an agent hears while somebody's phone rings."""


class ActRules(ActDesk):
    """Parties whose number is in `agents` are agents."""

    def __init__(self, house: House, *agents: str) -> None:
        self.house = house
        self.agents = agents
        self.helpers: list[str] = []
        self.may_pause = True
        self.menu: Menu | None = None
        self.form: Callable[[Leg, Inbox[object]], object] | None = None
        """Serves who is lent: a coroutine that gives the answer."""
        self.said: list[str] = []
        self._tone: Clip | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def codes(self) -> Mapping[str, type[Act]]:
        return ACTS

    def is_agent(self, leg: Leg) -> bool:
        return leg.number in self.agents or leg.account in self.agents

    def says(self, agent: Leg, words: str) -> tuple[Clip, ...]:
        self.said.append(words)
        if words != "ringing_tone":
            return ()
        if self._tone is None:
            self._tone = self.house.plane.load_clip(tone(RINGING, 1.0))
        return (self._tone,)

    def supervisors(self, contact: Contact, agent: Leg) -> Sequence[Party]:
        return [Extension(name) for name in self.helpers]

    def colleagues(self, queue: str, agent: Leg) -> Sequence[Party]:
        return [Extension(name) for name in self.helpers]

    def may_pause_recording(self, contact: Contact) -> bool:
        return self.may_pause

    def capture(self, contact: Contact) -> Menu | None:
        return self.menu

    def lend(self, contact: Contact, leg: Leg, menu: Menu, inbox: Inbox[object]) -> None:
        async def lead() -> None:
            assert self.form is not None
            answer = await self.form(leg, inbox)  # type: ignore[misc]
            contact.inbox.post(LentBack(answer))

        task = asyncio.get_running_loop().create_task(lead())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
