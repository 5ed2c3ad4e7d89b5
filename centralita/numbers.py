"""From a dialled user part to a destination: feature codes and agents for our own phones, the number plan for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calls.destination import Agent, Extension, FeatureCode, Number
from centralita.agents.lamps import AGENT
from routing import feature_codes
from routing.numbers.inbound import NumberPlan, Route, is_pattern
from routing.numbers.outbound import OutboundPlan

if TYPE_CHECKING:
    from collections.abc import Callable

    from centralita.configuration import Configuration
    from sip.events import Caller

HOUSE = "house"
"""The client of calls that belong to no client company: feature codes, phones of our own."""


_HOUSE_KINDS: dict[type, str] = {Extension: "agents", Agent: "agents", FeatureCode: "feature_codes"}
"""What a profile must allow for a phone to reach a destination that has no number in the plan."""


class Numbers:
    """Looks up what was dialled in the present configuration."""

    def __init__(
        self,
        configuration: Callable[[], Configuration],
        admits: Callable[[str | None, str], bool] = lambda account, number: False,
    ) -> None:
        """`configuration` is asked at each call, so that a reload takes effect at once.

        `admits` tells whether an account may call a number outside.
        """
        self._configuration = configuration
        self._admits = admits
        self._plan: tuple[object, NumberPlan, OutboundPlan] | None = None

    def route(self, dialled: str, caller: Caller) -> Route | None:
        """Where it leads, or None when it is nobody's number."""
        if caller.account is not None:
            for_help = self._present_plans()[1].help(dialled)
            if for_help is not None:
                return Route(for_help, HOUSE, None, dialled)
            code = feature_codes.find(dialled)
            if code is not None:
                return Route(code, HOUSE, None, code.code)
            if dialled in self._configuration().profiles.internal.accounts:
                return Route(Extension(dialled), HOUSE, None, dialled)
            agent = dialled.removeprefix(AGENT)
            if agent != dialled and agent in self._configuration().routing.agents:
                return Route(Agent(agent), HOUSE, None, dialled)  # the key beside a lamp dials its name
        inbound, outbound = self._present_plans()
        found = inbound.route(dialled)
        if found is None and caller.account is not None:
            # Only phones of the house: a carrier's callers must not call the world at our cost.
            outside = outbound.route(dialled)
            if outside is not None:
                return Route(outside, HOUSE, None, outside.number)
            no_code = feature_codes.unknown(dialled)
            return Route(no_code, HOUSE, None, dialled) if no_code is not None else None
        return found

    def outside(self, number: str) -> Number | None:
        """The way to a number (E.164) that the centre itself calls: by the rules for calls out, if there are any."""
        if not self._configuration().routing.outgoing:
            return Number(number)
        return self._present_plans()[1].route(number)

    def line_of(self, client: str) -> str:
        """The first whole number of a client company: it is shown to whom we call for it."""
        numbers = self._configuration().routing.numbers
        found = (each.number for each in numbers if each.client == client and each.number.startswith("+"))
        return next((each for each in found if not is_pattern(each)), "")

    def allows(self, caller: Caller, route: Route) -> bool:
        """Whether the caller's profile lets it dial that: a number of the plan, or what only our own phones reach."""
        profiles = self._configuration().profiles
        if route.client == HOUSE and isinstance(route.destination, Number):
            return caller.account is not None and self._admits(caller.account, route.destination.number)
        return profiles.allows(caller, self.kind_of(route))

    def kind_of(self, route: Route) -> str:
        """What a profile must allow for it."""
        return _HOUSE_KINDS[type(route.destination)] if route.client == HOUSE else "numbers"

    def _present_plans(self) -> tuple[NumberPlan, OutboundPlan]:
        routing = self._configuration().routing
        if self._plan is None or self._plan[0] is not routing:
            self._plan = (routing, NumberPlan.of(routing), OutboundPlan.of(routing))
        return self._plan[1:]
