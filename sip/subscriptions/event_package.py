"""Event packages (RFC 6665 s.5) as the notifier sees them, and the rules under which it serves subscriptions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Told = dict[str, str]
"""What the last document named: its items, each with what must be said of it once more when it is gone."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What somebody watches."""

    watcher: str
    """The account that subscribed."""
    resource: str
    """The account, queue or mailbox that it watches."""
    entity: str
    """The resource as the URI that was subscribed to."""


@dataclass(frozen=True, slots=True)
class Document:
    """The state of a resource as a body."""

    body: bytes
    told: Told


class EventPackage(Protocol):
    """One package: whose state it knows, and how that is written."""

    @property
    def name(self) -> str:
        """As in the Event header."""

    @property
    def content_type(self) -> str:
        """Of its documents."""

    @property
    def expires(self) -> int:
        """Seconds of a subscription that does not say how long it wants to be."""

    def knows(self, resource: str) -> bool:
        """Whether there is such a resource."""

    def document(self, watched: Watched, version: int, told: Mapping[str, str], *, now: float) -> Document:
        """The whole state now; `version` counts the documents of one subscription from 0, `told` is the last one's."""


@dataclass(frozen=True, slots=True)
class SubscriptionLimits:
    """What subscribers may ask for: seconds, and how many subscriptions."""

    minimum: int = 60
    maximum: int = 3600
    per_account: int = 200
    total: int = 20000
    pause: float = 0.5
    """Seconds between the answer to a NOTIFY and the next one that only tells a change."""


@dataclass(frozen=True, slots=True)
class EventRules:
    """Which packages are served, to whom, within which limits."""

    packages: Mapping[str, EventPackage]
    may_watch: Callable[[str, str, str], bool]
    """Whether an account (first) may subscribe to a package (second) of a resource (third)."""
    limits: SubscriptionLimits = SubscriptionLimits()
