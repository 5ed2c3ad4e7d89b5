"""How phones register and whether they are asked if they are there, as administrators write it in internal.yaml."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from base.document import Part
from base.durations import Seconds
from sip.errors import ParseError
from sip.qualify import QualifyPlan
from sip.registrar.request import RegistrationLimits
from sip.uri import Uri

if TYPE_CHECKING:
    from typing import Self

    from sip.registrar.location import Binding


def _route(value: str) -> str:
    text = value.removeprefix("<").removesuffix(">")
    try:
        uri = Uri.parse(text)
    except ParseError:
        uri = None
    if uri is None or not uri.is_sip or not uri.is_loose:
        raise ValueError(f"{value!r} is not a route; write the proxy's URI with lr, such as sip:192.0.2.7;lr")
    return f"<{text}>"


class RegistrationPart(Part):
    """How long and how often an account may be registered, and by which ways."""

    minimum: Seconds = 60.0
    default: Seconds = 300.0
    maximum: Seconds = 3600.0
    contacts: Annotated[int, Field(ge=1, le=50)] = 5
    path: Literal["supported", "anybody"] = "supported"
    """Whose Path is taken (RFC 3327): that of phones which say that they know of it, or of all behind our own proxy."""
    service_route: tuple[Annotated[str, AfterValidator(_route)], ...] = ()
    """The proxies that phones shall send their requests by (RFC 3608)."""
    flow_timer: Annotated[Seconds, Field(ge=10, le=3600)] = 120.0
    """Within which time a phone with outbound shall send a keep-alive (RFC 5626 s.4.4)."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not 1 <= self.minimum <= self.default <= self.maximum:
            raise ValueError("minimum, default and maximum must not be less than one another in this order")
        return self

    @property
    def limits(self) -> RegistrationLimits:
        """As the registrar takes them."""
        return RegistrationLimits(
            int(self.minimum),
            int(self.default),
            int(self.maximum),
            self.contacts,
            self.path == "anybody",
            int(self.flow_timer),
            self.service_route,
        )


class QualifyPart(Part):
    """Whether registered phones are asked if they are there, and how often."""

    phones: Literal["none", "behind_nat", "all"] = "behind_nat"
    """Behind NAT a question also keeps the way open by which calls come."""
    must_answer: bool = False
    """Whether a phone that has never answered counts as gone too; otherwise it is soon asked no more."""
    every: Annotated[Seconds, Field(ge=1)] = 25.0
    timeout: Annotated[Seconds, Field(ge=0.5)] = 4.0
    failures: Annotated[int, Field(ge=1, le=20)] = 2

    @model_validator(mode="after")
    def _in_time(self) -> Self:
        if self.timeout >= self.every:
            raise ValueError("timeout must be less than every: one question at a time")
        return self

    @property
    def plan(self) -> QualifyPlan:
        """As the qualifier takes it."""
        return QualifyPlan(self.every, self.timeout, self.failures, self.must_answer)

    def wants(self, binding: Binding) -> bool:
        """Whether this phone is asked."""
        return self.phones == "all" or (self.phones == "behind_nat" and is_behind_nat(binding))


def is_behind_nat(binding: Binding) -> bool:
    """Whether a phone registered from another address than the one that it says it is reached at."""
    if binding.path:
        return False  # its proxy's affair
    said, seen = Uri.parse(binding.contact).address, binding.flow.remote
    return said[0] != seen[0] or (binding.flow.transport == "UDP" and said[1] != seen[1])
