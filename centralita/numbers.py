"""From a dialled user part to a destination: feature codes and agents for our own phones, the number plan for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calls.destination import Extension
from routing import feature_codes
from routing.inbound import NumberPlan, Route

if TYPE_CHECKING:
    from collections.abc import Callable

    from centralita.configuration import Configuration
    from sip.events import Caller

HOUSE = "house"
"""The client of calls that belong to no client company: feature codes, phones of our own."""


class Numbers:
    """Looks up what was dialled in the present configuration."""

    def __init__(self, configuration: Callable[[], Configuration]) -> None:
        """`configuration` is asked at each call, so that a reload takes effect at once."""
        self._configuration = configuration
        self._plan: tuple[object, NumberPlan] | None = None

    def route(self, dialled: str, caller: Caller) -> Route | None:
        """Where it leads, or None when it is nobody's number."""
        if caller.account is not None:
            code = feature_codes.find(dialled)
            if code is not None:
                return Route(code, HOUSE, None, code.code)
            if dialled in self._configuration().profiles.internal.accounts:
                return Route(Extension(dialled), HOUSE, None, dialled)
        return self._present_plan().route(dialled)

    def allows(self, caller: Caller, kind: str) -> bool:
        """Whether the caller's profile lets it dial that kind."""
        return self._configuration().profiles.allows(caller, kind)

    def _present_plan(self) -> NumberPlan:
        routing = self._configuration().routing
        if self._plan is None or self._plan[0] is not routing:
            self._plan = (routing, NumberPlan.of(routing))
        return self._plan[1]
