"""One trunk as it stands now: the ways to its carrier, whether it is registered and answers, and why not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from sip.digest.login import Login
from sip.stack import Target

if TYPE_CHECKING:
    from base.secret import Secret
    from sip.locating.hops import Hop
    from sip.trunks.registration import Registration
    from sip.trunks.trunk import Trunk

MOST_ASKED = 8
"""Servers of one trunk that are asked whether they are there."""


class Health(NamedTuple):
    """Whether a trunk can carry calls, and what is wrong if it cannot."""

    is_up: bool
    why: str = ""


class Gateway:
    """What is known of one trunk. Its keeper tells it; it only draws conclusions."""

    __slots__ = (
        "downs",
        "failure",
        "granted",
        "hops",
        "is_registered",
        "line",
        "password",
        "registration",
        "round_trips",
        "settings",
        "silent",
        "unresolved",
        "was",
    )

    def __init__(self, settings: Trunk, password: Secret | None) -> None:
        """Nothing is known yet."""
        self.settings = settings
        self.password = password
        self.hops: tuple[Hop, ...] = ()
        self.registration: Registration | None = None
        self.line = ""
        self.is_registered = False
        self.granted = 0
        self.silent: dict[Hop, int] = {}
        """Servers that do not answer OPTIONS, and the status that says so."""
        self.round_trips: dict[Hop, float] = {}
        self.failure = ""
        """What the registrar said last, if it does not take us."""
        self.unresolved = ""
        """Why its host leads nowhere, if it does not."""
        self.downs = 0
        """How often it went down since the start or since it was changed."""
        self.was: Health | None = None
        """What was last told of it."""

    @property
    def name(self) -> str:
        """The trunk's name."""
        return self.settings.name

    @property
    def login(self) -> Login | None:
        """Our account there, once its password has been given."""
        if self.settings.login is None or self.password is None:
            return None
        return Login(self.settings.login, self.password, self.settings.realm)

    @property
    def health(self) -> Health:
        """Whether calls can go out by it."""
        settings = self.settings
        if settings.host is None:
            return Health(is_up=False, why="it has no host: calls only come from it")
        if settings.login is not None and self.password is None:
            return Health(is_up=False, why=f"no password: centralita trunk password {self.name}")
        if not self.hops and self.unresolved:
            return Health(is_up=False, why=self.unresolved)
        if settings.registration is not None and not self.is_registered:
            return Health(is_up=False, why=self.failure or "not yet registered")
        if self.asked and all(hop in self.silent for hop in self.asked):
            return Health(is_up=False, why="no answer to OPTIONS")
        return Health(is_up=True)

    @property
    def asked(self) -> tuple[Hop, ...]:
        """The servers that are asked whether they are there."""
        return self.hops[:MOST_ASKED] if self.settings.qualify is not None else ()

    @property
    def round_trip(self) -> float | None:
        """Seconds to the nearest server that answers."""
        best = min(self.round_trips.values(), default=None)
        return round(best, 4) if best is not None else None

    def target(self, number: str | None, hops: tuple[Hop, ...]) -> Target:
        """Whom to call for a number, by these ways: those that answer first."""
        settings = self.settings
        user = settings.numbers.sent(number) if number is not None else None
        routes = settings.routes
        if number is not None and self.is_registered and self.registration is not None:
            routes += self.registration.service_route  # RFC 3608 s.6.1
        first, *others = (
            Target(
                settings.uri(user),
                hop.address,
                login=self.login,
                routes=routes,
                transport=hop.transport,
                server=hop.name,
                try_for=settings.try_for,
                profile="external",
            )
            for hop in sorted(hops, key=lambda hop: hop in self.silent)
        )
        return replace(first, alternatives=tuple(others))
