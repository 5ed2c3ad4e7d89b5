"""What an agent's phone shows of a call: whose it is, who calls, how it rings, and the page that a softphone opens.

Client companies say it in their file (`phone`), queues how they ring (`alert`). What callers key in is never in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

from pydantic import AfterValidator, Field

from base.document import Part, suggest

if TYPE_CHECKING:
    from calls.contact import Contact
    from sip.message import Extra

_PLACEHOLDER = re.compile(r"\{(\w*)\}")
_NAMES = ("client", "queue")
_FACTS = ("contact", "client", "queue", "caller", "dialled", "language", "tracking")
_ALERT = re.compile(r"<[a-z][a-z0-9+.-]*:[!#-;=?-~]+>(;[A-Za-z0-9._-]+(=[A-Za-z0-9._:/-]+)?)*", re.IGNORECASE)


def _filled(template: str, known: tuple[str, ...]) -> str:
    for name in _PLACEHOLDER.findall(template):
        if name not in known:
            raise ValueError(f"{{{name}}} is not known; {suggest(name, known)}")
    if "{" in _PLACEHOLDER.sub("", template) or "}" in _PLACEHOLDER.sub("", template):
        raise ValueError("a brace stands alone; placeholders look like {client}")
    return template


def _shows(value: str) -> str:
    if not value.isprintable():
        raise ValueError("must be one line of printable text")
    return _filled(value, _NAMES)


def _script(value: str) -> str:
    if re.fullmatch(r"https?://[!#-;=?-~]{1,400}", value) is None:
        raise ValueError("is no web address; write it as https://crm.example/call?id={contact}")
    return _filled(value, _FACTS)


def _alert(value: str) -> str:
    if len(value) > 200 or _ALERT.fullmatch(value) is None:
        raise ValueError(
            "is no value of Alert-Info; write it as <http://127.0.0.1>;info=ring2 or <urn:alert:priority:high>"
        )
    return value


Alert = Annotated[str, AfterValidator(_alert)]


class ScreenPart(Part):
    """What agents' phones show of one client company's calls."""

    shows: Annotated[str, Field(max_length=100), AfterValidator(_shows)] = "{client}"
    """Before the caller's own name; of {client} and {queue}."""
    number: bool = True
    """Whether agents see the caller's number and name."""
    script: Annotated[str, AfterValidator(_script)] | None = None
    """The page that a softphone opens (Call-Info, RFC 3261 s.20.9)."""


@dataclass(frozen=True, slots=True)
class Screen:
    """What one agent's phone shows."""

    house: str = ""
    """Before the caller's own name."""
    headers: Extra = ()
    """Of the INVITE to the agent."""


def screen(
    part: ScreenPart, client: str, queue: str, alert: str | None, contact: Contact, queue_id: str
) -> Screen:
    """What a call of this queue shows; `client` and `queue` are names for people."""
    names = {"client": client, "queue": queue}
    house = " ".join(_PLACEHOLDER.sub(lambda found: names[found[1]], part.shows).split())
    headers: list[tuple[str, str]] = []
    if alert is not None:
        headers.append(("Alert-Info", alert))
    if part.script is not None:
        headers.append(("Call-Info", f"<{_page(part.script, contact, queue_id)}>;purpose=info"))
    return Screen(house, tuple(headers))


def _page(script: str, contact: Contact, queue: str) -> str:
    is_shown = not contact.is_private and not contact.is_hidden
    facts = {
        "contact": contact.id,
        "client": contact.client or "",
        "queue": queue,
        "caller": contact.ani if is_shown else "",
        "dialled": contact.dnis,
        "language": contact.language or "",
        "tracking": contact.attributes.get("tracking", ""),
    }
    return _PLACEHOLDER.sub(lambda found: quote(facts[found[1]], safe=""), script)
