"""From a dialled user part to a destination: feature codes and agents for our own phones, the number plan for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calls.destination import Extension, FeatureCode
from routing import feature_codes
from routing.inbound import NumberPlan, Route

if TYPE_CHECKING:
    from collections.abc import Callable

    from centralita.configuration import Configuration
    from sip.events import Caller

HOUSE = "house"
"""The client of calls that belong to no client company: feature codes, phones of our own."""


_HOUSE_KINDS: dict[type, str] = {Extension: "agents", FeatureCode: "feature_codes"}
"""What a profile must allow for a phone to reach a destination that has no number in the plan."""


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

    def allows(self, caller: Caller, route: Route) -> bool:
        """Whether the caller's profile lets it dial that: a number of the plan, or what only our own phones reach."""
        kind = _HOUSE_KINDS[type(route.destination)] if route.client == HOUSE else "numbers"
        return self._configuration().profiles.allows(caller, kind)

    def _present_plan(self) -> NumberPlan:
        routing = self._configuration().routing
        if self._plan is None or self._plan[0] is not routing:
            self._plan = (routing, NumberPlan.of(routing))
        return self._plan[1]
