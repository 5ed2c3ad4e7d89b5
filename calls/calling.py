"""A new party of a conversation while it is called: by one way after the other, followed to where it says it is."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from base.errors import CentralitaError
from calls.ways import RING_TIMEOUT, TRY_ELSEWHERE, dial, may_go_on

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calls.contact import Contact
    from calls.destination import Destination
    from calls.events import LegEnded
    from calls.exchange import Exchange
    from calls.leg import Leg
    from calls.ways import FindWay, Follow
    from sip.message import Extra

_NOBODY = 480


class Calling:
    """The search for one party."""

    __slots__ = (
        "_contact",
        "_exchange",
        "_follow",
        "_headers",
        "_is_redirected",
        "_ring_timeout",
        "_stays",
        "_steps",
        "_tries_all",
        "leg",
        "until",
    )

    def __init__(
        self,
        exchange: Exchange,
        contact: Contact,
        stays: Leg,
        reached: tuple[Sequence[FindWay], Follow | None],
        headers: Extra = (),
        *,
        tries_all: bool = False,
        ring_timeout: float | None = None,
    ) -> None:
        """The party will speak with `stays`. With `tries_all` each way is tried, whatever the one before answered."""
        self._exchange = exchange
        self._contact = contact
        self._stays = stays
        steps, self._follow = reached
        self._steps: deque[FindWay | Destination] = deque(steps)
        self._headers = headers
        self._tries_all = tries_all
        self._is_redirected = False
        self._ring_timeout = RING_TIMEOUT if ring_timeout is None else ring_timeout
        self.leg: Leg | None = None
        """Whom we call now."""
        self.until = asyncio.get_running_loop().time() + self._ring_timeout
        """When it has rung for long enough: at one place or several, unless all are tried for their own sake."""

    async def call(self) -> Leg | Destination | int:
        """Whom we call by the next way that can be tried; what serves instead of a party; or why nobody is called."""
        status = 404
        while self._steps:
            step = self._steps.popleft()
            if not callable(step):
                return step
            try:
                self.leg = dial(self._exchange, self._contact, await step(), self._stays, self._headers)
            except CentralitaError as error:
                status = error.status
                if not self._goes_on(status):
                    break
            else:
                if self._tries_all:
                    self.until = asyncio.get_running_loop().time() + self._ring_timeout
                return self.leg
        return status

    async def refused(self, ending: LegEnded) -> Leg | Destination | int:
        """Whom we called does not come: go on, or the status that tells why nobody does."""
        self.leg = None
        if ending.targets and self._follow is not None:
            self._steps.extendleft(reversed(self._follow(ending)))
            self._is_redirected = True
        elif not self._tries_all and not may_go_on(ending.status, is_redirected=self._is_redirected):
            self._steps.clear()
        if self._steps:
            return await self.call()
        return ending.status if ending.status >= 400 else _NOBODY

    async def rang_out(self, cause: int) -> Leg | Destination | int:
        """Whom we called did not answer: the next, where all are tried, or the status that says so."""
        self.dismiss(cause)
        if not self._tries_all:
            self._steps.clear()
        return await self.call() if self._steps else _NOBODY

    def dismiss(self, cause: int) -> None:
        """Call nobody any more."""
        leg, self.leg = self.leg, None
        if leg is not None:
            leg.hang_up(cause)

    def _goes_on(self, status: int) -> bool:
        return self._tries_all or status in TRY_ELSEWHERE or self._is_redirected
