"""Which fields of events tell of a person: the customer, or whoever else is called outside the house.

One table by name for all events, with what single types add or take away. A net below it catches e-mail addresses and
numbers in the form of E.164 in fields that nobody thought of. Names of agents, queues and menus are the house's own
affair and stay open, and so does what figures need: results, durations, causes.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

Data = Mapping[str, Any]

NAMES = frozenset({
    # who called, or is called
    "ani", "display", "caller", "number", "phone", "callback_number", "redirected_from", "original_called",
    # where from: the address of a telephone, and what it says of itself
    "peer", "local", "remote", "remote_ip", "sip_call_id", "user_agent", "contact_uri",
    # what was said or written of somebody
    "text", "note", "notes", "comment", "message_text", "transcript",
    # who it is
    "first_name", "last_name", "full_name", "customer_name", "email", "e_mail", "address", "street", "city",
    "postcode", "born", "date_of_birth", "national_id", "customer", "customer_reference",
})  # fmt: skip
"""Personal wherever they stand."""

ALSO: Mapping[str, frozenset[str]] = {
    "act.refused": frozenset({"reason"}),  # tells the number that could not be called
}
"""Personal in events of one type only."""

EXCEPT: Mapping[str, frozenset[str]] = {
    "tracking.given": frozenset({"number"}),  # our own number of the contact
}
"""Open in events of one type only."""

ONLY_OPEN: Mapping[str, frozenset[str]] = {
    # the menu's author names the fields that callers fill in
    "case.opened": frozenset({"client", "kind", "reference", "sent", "case", "owner", "urgency", "due"}),
}
"""Types in which all is personal but these."""

PLACES = frozenset({"to", "target", "destination", "by"})
"""Where somebody was led: open when it is in the house, personal when it is a number or an address outside."""

HOUSE = frozenset({
    "agent", "account", "act", "action", "code", "codec", "client", "contact", "dnis", "field", "file", "into", "kind",
    "language", "menu", "merged", "profile", "queue", "reason", "recording", "reservation", "result", "role", "sha256",
    "status", "step", "summary", "trunk", "explained", "legs", "requires", "rtp", "skills", "queues",
})  # fmt: skip
"""Names of which we know that they hold nothing personal: the net is not cast there."""

_OURS = re.compile(r"(?:menu|queue|agent|extension|escalation|code|contact|account|client) |echo$|hang-up$")
_OUTSIDE = re.compile(r"(number|address) ")
_MANY_DIGITS = re.compile(r"(?:\d[ ()./-]{0,2}){6}\d")
_E164 = re.compile(r"\+\d{7}")


class _Plan(NamedTuple):
    """What to do with the events of one type."""

    personal: frozenset[str]
    plain: frozenset[str]
    only: frozenset[str] | None
    casts: bool
    """Whether the net is cast: not over the audit log, where addresses are those of the house's own people."""


def split(kind: str, data: Data) -> tuple[Data, dict[str, Any] | None]:
    """The fields that stay open, and the personal ones; None where there are none, and the data is as it was.

    Of a number or address outside, the open part still tells that it is one: `number *`.
    """
    plan = _plan(kind)
    personal: dict[str, Any] = {}
    kept: dict[str, Any] = {}
    for name, value in data.items():
        if name in plan.plain or value is None or value is True or value is False:
            continue
        if name in plan.personal:
            personal[name] = value
        elif plan.only is not None:
            if name not in plan.only:
                personal[name] = value
        elif name in PLACES:
            if isinstance(value, str) and is_outside(value, by=name == "by"):
                personal[name] = value
                if found := _OUTSIDE.match(value):
                    kept[name] = f"{found[0]}*"
        elif type(value) is str:
            if plan.casts and ("@" in value or "+" in value) and _is_caught(value):
                personal[name] = value
        elif type(value) is not int and type(value) is not float and _holds_personal(value, casts=plan.casts):
            personal[name] = value
    if kind == "contact.opened" and data.get("account") is not None and data.get("dnis") is not None:
        personal["dnis"] = data["dnis"]  # what one of our phones dialled; a caller from outside dials us
    if not personal:
        return data, None
    return {name: value for name, value in data.items() if name not in personal} | kept, personal


def is_outside(place: str, *, by: bool = False) -> bool:
    """Whether a place is a number or address outside the house; of those who act (`by`) only told ones are."""
    if _OUTSIDE.match(place):
        return True
    if by or _OURS.match(place):
        return False
    return (
        "@" in place or place.startswith(("sip:", "sips:", "tel:")) or _MANY_DIGITS.search(place) is not None
    )


@functools.cache
def _plan(kind: str) -> _Plan:
    open_here = EXCEPT.get(kind, frozenset())
    also = ALSO.get(kind, frozenset())
    return _Plan(
        (NAMES | also) - open_here,
        (HOUSE - also) | open_here,
        ONLY_OPEN.get(kind),
        not kind.startswith("audit."),
    )


def _is_caught(text: str) -> bool:
    return "@" in text or _E164.search(text) is not None


def _holds_personal(value: object, depth: int = 6, *, casts: bool) -> bool:
    """Whether something stands in a list or mapping that would be personal on its own; the whole is sealed then."""
    if isinstance(value, str):
        return casts and _is_caught(value)
    if depth == 0 or value is None:
        return False
    if isinstance(value, Mapping):
        return any(
            (name in NAMES and each is not None) or _holds_personal(each, depth - 1, casts=casts)
            for name, each in value.items()
        )
    if isinstance(value, list | tuple):
        return any(_holds_personal(each, depth - 1, casts=casts) for each in value)
    return False
