"""The dialog package (RFC 4235): the calls of an account, for the lamps of colleagues' phones.

The document is always whole: whoever missed one knows everything after the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from sip.subscriptions.event_package import Document
from sip.subscriptions.packages.xml_text import add, clean, encode, root
from sip.uri import escape

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from xml.etree.ElementTree import Element

    from sip.subscriptions.event_package import Watched

NAMESPACE = "urn:ietf:params:xml:ns:dialog-info"


class DialogState(Enum):
    """How far a call is (s.3.7.1)."""

    TRYING = "trying"
    EARLY = "early"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class DialogInfo:
    """One call, seen from the phone of the account that is watched."""

    id: str
    state: DialogState
    is_initiator: bool
    """Whether the phone called; else it is called."""
    remote: str
    """The number at the other end."""
    display: str = ""
    call_id: str = ""
    local_tag: str = ""
    remote_tag: str = ""
    is_holding: bool = False
    """Whether the phone has put the other end on hold."""


class DialogSource(Protocol):
    """Who has which calls."""

    def knows(self, resource: str) -> bool:
        """Whether there is such an account, or whatever else has calls."""

    def dialogs(self, resource: str) -> Sequence[DialogInfo]:
        """Its calls now, the oldest first."""


class DialogPackage:
    """Writes the calls that its source tells of."""

    name = "dialog"
    content_type = "application/dialog-info+xml"
    expires = 3600

    def __init__(self, source: DialogSource) -> None:
        """Ask this one."""
        self._source = source

    def knows(self, resource: str) -> bool:
        """Whether there is anybody of that name."""
        return self._source.knows(resource)

    def document(self, watched: Watched, version: int, told: Mapping[str, str], *, now: float) -> Document:
        """All calls, and those that ended since the last document."""
        info = root("dialog-info", xmlns=NAMESPACE, version=str(version), state="full", entity=watched.entity)
        dialogs = self._source.dialogs(watched.resource)
        live = {each.id: _direction(each) for each in dialogs}
        for each in dialogs:
            _add_dialog(info, each, watched)
        for ident, direction in told.items():
            if ident not in live:
                add(add(info, "dialog", id=ident, direction=direction), "state", "terminated")
        return Document(encode(info), live)


def _direction(dialog: DialogInfo) -> str:
    return "initiator" if dialog.is_initiator else "recipient"


def _add_dialog(info: Element, dialog: DialogInfo, watched: Watched) -> None:
    element = add(info, "dialog", id=dialog.id, **_identity(dialog, watched), direction=_direction(dialog))
    add(element, "state", dialog.state.value)
    local = add(element, "local")
    add(local, "identity", watched.entity)
    target = add(local, "target", uri=watched.entity)
    if dialog.is_holding:
        add(target, "param", pname="+sip.rendering", pvalue="no")
    uri = _beside(watched.entity, dialog.remote)
    remote = add(element, "remote")
    add(remote, "identity", uri, **({"display": dialog.display} if dialog.display else {}))
    add(remote, "target", uri=uri)


def _identity(dialog: DialogInfo, watched: Watched) -> dict[str, str]:
    """What a colleague needs to take over a ringing call (RFC 3891); of an answered one only its owner learns it."""
    if dialog.state is DialogState.CONFIRMED and watched.watcher != watched.resource:
        return {}
    names = {"call_id": dialog.call_id, "local_tag": dialog.local_tag, "remote_tag": dialog.remote_tag}
    return {name: value for name, value in names.items() if value}


def _beside(entity: str, user: str) -> str:
    """Another user at the host of an entity."""
    scheme, _, rest = entity.partition(":")
    host = rest.rpartition("@")[2]
    return f"{scheme}:{escape(clean(user)) or 'anonymous'}@{host}"
