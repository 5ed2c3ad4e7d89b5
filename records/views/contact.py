"""The contact itself: who called whom by what, why, in which language, what came of it, how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from records.views import menu_steps, queue_visits, reservations, segments, tables
from records.views.fields import last_seen, number, real, text, whole
from records.views.sums import check

if TYPE_CHECKING:
    from collections.abc import Mapping

    from records.views.contact_state import Change, ContactState
    from records.views.fields import Data

SATISFACTION = frozenset({"csat", "satisfaction"})
"""How the question of a survey is called that asks how satisfied the customer is; without it the first one counts."""
TELLS_CLIENT = frozenset({"contact.opened", "contact.routed"})
"""The events that tell of which client company a contact is."""
_REASON = "reason"
"""The attribute of a contact by which a menu says what it is about."""


def _opened(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    row = state.contact
    for name in ("client", "profile", "trunk", "account", "ani", "dnis", "language"):
        row[name] = text(data, name)
    is_callback, is_ours = data.get("callback") is not None, row["account"] is not None
    row["initiation"] = text(data, "initiation") or (
        "callback" if is_callback else "internal" if is_ours else "inbound"
    )
    row["direction"] = text(data, "direction") or (
        "outbound" if is_callback else "internal" if is_ours else "inbound"
    )
    row["previous"] = text(data, "promised_in")


def _leg_invited(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    """A call of one of our phones to somebody outside."""
    row = state.contact
    if row["direction"] == "internal" and data.get("role") == "external" and data.get("direction") == "out":
        row["direction"] = "outbound"
        row["initiation"] = "outbound" if row["initiation"] == "internal" else row["initiation"]


def _leg_answered(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    row, its = state.contact, state.legs.get(leg or "")
    if its is None:
        return
    if row["answered_at"] is None and (its["role"] == "caller" or leg == state.ongoing.get("customer")):
        row["answered_at"] = at
    if its["agent"]:
        agents = str(row["agents"] or "").split()
        if its["agent"] not in agents:
            row["agents"] = " ".join([*agents, str(its["agent"])])


def _routed(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    state.contact["client"] = text(data, "client") or state.contact["client"]
    _language_set(state, at, leg, data)


def _language_set(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    state.contact["language"] = text(data, "language") or state.contact["language"]


def _field(column: str, name: str) -> Change:
    """The last one that is told counts."""

    def take(state: ContactState, at: int, leg: str | None, data: Data) -> None:
        state.contact[column] = text(data, name) or state.contact[column]

    return take


def _attributes_set(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    for each in (text(data, "set") or "").split(", "):
        name, _, value = each.partition(" ")
        if name == _REASON and value:
            state.contact["reason"] = value


def _identified(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    state.contact["identity"] = text(data, "by") or "proven"


def _survey_answered(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    """On a scale from 1 to 5, whatever keys were offered."""
    answer, least, most = real(data, "answer"), real(data, "least"), real(data, "most")
    if answer is None or least is None or most is None or not least <= answer <= most or least == most:
        return
    if state.contact["csat"] is None or data.get("question") in SATISFACTION:
        state.contact["csat"] = 1.0 + 4.0 * (answer - least) / (most - least)


def _transferred(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    """Only what sends a party on is a transfer: who goes on at another phone of theirs, or picks up, sends nobody."""
    row = state.contact
    if data.get("kind") != "replaced":
        row["transfers"] = number(row["transfers"]) + 1
    row["next"] = text(data, "into") or row["next"]
    row["previous"] = row["previous"] or text(data, "merged")
    before, after = state.legs.get(leg or ""), state.legs.get(text(data, "to_leg") or "")
    if before is not None and after is not None:
        before["transferred_to"], after["transferred_from"] = after["id"], before["id"]
        state.touch(tables.leg, before)
        state.touch(tables.leg, after)


def _closed(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    row = state.contact
    if state.is_closed:
        return  # the first closing counts
    ended_at = last_seen(data, at)
    row["ended_at"] = ended_at
    row["outcome"], row["ended_by"] = text(data, "outcome"), text(data, "ended_by")
    row["status"], row["cause"] = whole(data, "status"), whole(data, "cause")
    queue_visits.finish(state, ended_at)
    reservations.finish(state, ended_at)
    menu_steps.finish(state, ended_at)
    check(state, data, segments.finish(state, ended_at))
    state.come_to_rest()


def _case(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    """The number of a case of ours goes before the reference that the caller was told."""
    found = text(data, "case") or text(data, "reference")
    state.contact["case_id"] = found or state.contact["case_id"]


ON: Mapping[str, Change] = {
    "contact.opened": _opened,
    "contact.routed": _routed,
    "contact.identified": _identified,
    "contact.disposition": _field("disposition", "code"),
    "contact.closed": _closed,
    "language.set": _language_set,
    "attributes.set": _attributes_set,
    "tracking.given": _field("tracking", "number"),
    "case.opened": _case,
    "case.filed": _case,
    "case.linked": _case,
    "survey.answered": _survey_answered,
    "leg.invited": _leg_invited,
    "leg.answered": _leg_answered,
    "transfer.completed": _transferred,
}
"""What each event means for it."""
