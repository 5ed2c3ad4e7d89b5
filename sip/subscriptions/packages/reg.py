"""The reg package (RFC 3680): which contacts an account is registered with."""

from __future__ import annotations

from hashlib import sha256
from math import ceil
from typing import TYPE_CHECKING

from sip.subscriptions.event_package import Document
from sip.subscriptions.packages.xml_text import add, encode, root

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from xml.etree.ElementTree import Element

    from sip.events import RegistrationChanged
    from sip.registrar.location import Binding, Location
    from sip.subscriptions.event_package import Watched

NAMESPACE = "urn:ietf:params:xml:ns:reginfo"
_EVENTS = {"unregistered": "unregistered", "connection lost": "deactivated"}
"""Why a contact went, in the package's words (s.5.2); whatever else is said, it has expired."""


class RegPackage:
    """Writes the registrations of the accounts of one profile."""

    name = "reg"
    content_type = "application/reginfo+xml"
    expires = 3761

    def __init__(self, location: Location, accounts: Callable[[], Collection[str]]) -> None:
        """`accounts` is asked each time, so that a reload takes effect at once."""
        self._location = location
        self._accounts = accounts
        self._reasons: dict[str, str] = {}

    def heard(self, event: RegistrationChanged) -> None:
        """Remember why contacts went."""
        self._reasons[event.account] = event.reason

    def knows(self, resource: str) -> bool:
        """Whether there is such an account."""
        return resource in self._accounts()

    def document(self, watched: Watched, version: int, told: Mapping[str, str], *, now: float) -> Document:
        """All contacts, and those that went since the last document."""
        bindings = self._location.find(watched.resource, now=now)
        info = root("reginfo", xmlns=NAMESPACE, version=str(version), state="full")
        state = "active" if bindings else "terminated" if told else "init"
        registration = add(info, "registration", aor=watched.entity, id=_ident(watched.resource), state=state)
        known = {_ident(each.contact): each.contact for each in bindings}
        for binding in bindings:
            _add_active(registration, binding, now)
        why = _EVENTS.get(self._reasons.get(watched.resource, ""), "expired")
        for ident, contact in told.items():
            if ident not in known:
                gone = add(registration, "contact", id=ident, state="terminated", event=why)
                add(gone, "uri", contact)
        return Document(encode(info), known)


def _add_active(registration: Element, binding: Binding, now: float) -> None:
    contact = add(
        registration,
        "contact",
        id=_ident(binding.contact),
        state="active",
        event="registered",
        duration_registered=str(max(0, int(now - binding.registered_at))),
        expires=str(max(0, ceil(round(binding.expires_at - now, 3)))),
        q=f"{binding.q:g}",
        callid=binding.call_id,
        cseq=str(binding.cseq),
    )
    add(contact, "uri", binding.contact)


def _ident(text: str) -> str:
    """A word that stands for a contact in all documents: the same for the same one."""
    return sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]
