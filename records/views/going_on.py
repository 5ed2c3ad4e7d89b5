"""What goes on in a contact: who its customer is, who hears whom, who holds, in which menu or queue the customer is.

Who the customer is: the caller; of a call that one of our phones makes, whoever outside is called; and whoever the
contact is passed to. It stands in `ongoing`; the segments are made of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from records.views.fields import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from records.views.contact_state import Change, ContactState
    from records.views.fields import Data

WAITS = ("hold", "consult", "capture")
"""What an agent lets the customer wait for; the leg of the agent stands under it."""
_RANKS = {"caller": 2, "external": 1}


def is_there(state: ContactState, leg: str) -> bool:
    """Whether a leg was begun and has not ended."""
    row = state.legs.get(leg)
    return row is not None and row["ended_at"] is None


def bridge_of(state: ContactState, customer: str | None) -> list[str]:
    """Who hears whom in the customer's bridge: those who are there, the customer among them; or nobody."""
    for bridge in state.ongoing.get("bridges", ()):
        if customer in bridge:
            there = [leg for leg in bridge if is_there(state, leg)]
            return there if customer in there and len(there) > 1 else []
    return []


# --- who is who ---


def _invited(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    if leg is None:
        return
    customer = state.ongoing.get("customer")
    if customer is None or not is_there(state, customer) or _rank(state, leg) > _rank(state, customer):
        state.ongoing["customer"] = leg


def _rank(state: ContactState, leg: str) -> int:
    """How much a leg looks like the customer's: a caller from one of our own phones is none."""
    role = state.legs[leg]["role"] if leg in state.legs else None
    if role == "caller" and state.contact["account"] is not None:
        return 0
    return _RANKS.get(str(role), 0)


def _passed(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    if leg is not None:
        state.ongoing["customer"] = leg


# --- what goes on ---


def _bridge_began(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    legs = _legs(data)
    if legs:
        _part(state, legs)
        state.ongoing.setdefault("bridges", []).append(legs)


def _bridge_ended(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    _part(state, _legs(data))


def _part(state: ContactState, legs: list[str]) -> None:
    """Bridges that these were in are over: nobody is in two."""
    left = [each for each in state.ongoing.get("bridges", ()) if not set(each) & set(legs)]
    if left:
        state.ongoing["bridges"] = left
    else:
        state.ongoing.pop("bridges", None)


def _legs(data: Data) -> list[str]:
    found = data.get("legs")
    return [each for each in found if isinstance(each, str)] if isinstance(found, list | tuple) else []


def _leg_held(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    holders = state.ongoing.setdefault("holders", [])
    if leg is not None and leg not in holders:
        holders.append(leg)


def _leg_resumed(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    holders = state.ongoing.get("holders", [])
    if leg in holders:
        holders.remove(leg)


def _set(name: str, field: str) -> Change:
    def take(state: ContactState, at: int, leg: str | None, data: Data) -> None:
        state.ongoing[name] = text(data, field) or "?"

    return take


def _waits(name: str) -> Change:
    def take(state: ContactState, at: int, leg: str | None, data: Data) -> None:
        state.ongoing[name] = leg or "?"

    return take


def _over(name: str) -> Change:
    def take(state: ContactState, at: int, leg: str | None, data: Data) -> None:
        state.ongoing.pop(name, None)

    return take


def _nothing(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    """What happened stands in the leg's row."""


CHANGES: Mapping[str, Change] = {
    "contact.opened": _nothing,
    "contact.passed": _passed,
    "leg.invited": _invited,
    "leg.ringing": _nothing,
    "leg.early_media": _nothing,
    "leg.answered": _nothing,
    "leg.held": _leg_held,
    "leg.resumed": _leg_resumed,
    "leg.ended": _leg_resumed,
    "bridge.began": _bridge_began,
    "bridge.ended": _bridge_ended,
    "menu.entered": _set("menu", "menu"),
    "menu.left": _over("menu"),
    "queue.joined": _set("queue", "queue"),
    "queue.left": _over("queue"),
    "hold.began": _waits("hold"),
    "hold.ended": _over("hold"),
    "consult.requested": _waits("consult"),
    "consult.ended": _over("consult"),
    "capture.began": _waits("capture"),
    "capture.ended": _over("capture"),
}
"""What each event changes; the segments follow after it."""
