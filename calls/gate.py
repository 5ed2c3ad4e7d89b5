"""The gate: every call that we place, but those to registered phones of the house, is let out by it or not at all.

Where it stands, in the exchange's `dial`, no way leads around it; what it lets out is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from sip import uri as uris

if TYPE_CHECKING:
    from calls.contact import Contact
    from sip.target import Target


@dataclass(frozen=True, slots=True)
class Errand:
    """On whose behalf a call goes out, and to what number, where whoever asks for the call knows it."""

    number: str | None = None
    """As the number plan has it; without one it is read from the address that is called."""
    by: str | None = None
    """The account that asks for it, if that is not the phone whose contact it is: it transfers, or forwards."""
    is_listed: bool = False
    """Whether an administrator wrote the number in a file, so that no list need admit it."""


NO_ERRAND = Errand()
FIXED = Errand(is_listed=True)
"""To an agent's phone, where an administrator says that it is."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """A call that wants out."""

    errand: Errand
    user: str
    """The user part that is called."""
    places: frozenset[tuple[str, int | None]]
    """Host and port of all servers that it may go to, by name and by address."""
    trunk: str | None


Over = Callable[[], None]


class Gate(Protocol):
    """Lets calls out."""

    def __call__(self, contact: Contact, leaving: Leaving) -> Over:
        """What is to be called once the call is over. Raises CentralitaError where it may not begin."""


def open_gate(contact: Contact, leaving: Leaving) -> Over:
    """Lets all calls out and counts none."""
    del contact, leaving
    return _nothing


def _nothing() -> None:
    pass


def leaving_of(target: Target, errand: Errand, trunk: str | None) -> Leaving:
    """What the gate must know of a target. Raises ParseError for an address that is none."""
    uri = uris.Uri.parse(target.uri)
    places = {(uri.host.lower(), uri.port), uri.address}
    for each in (target, *target.alternatives):
        if each.destination is not None:
            places.add(each.destination)
        if each.server is not None:
            places.add((each.server.lower(), None))
    return Leaving(errand, uri.subscriber, frozenset(places), trunk)
