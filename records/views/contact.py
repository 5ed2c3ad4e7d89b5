"""The contact itself: who called whom by what, in which language, how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from records.views.fields import last_seen, real, seconds, span, text, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from records.views.contact_state import ContactState
    from records.views.fields import Data


def _opened(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    for name in ("client", "profile", "trunk", "account", "ani", "dnis", "language"):
        state.contact[name] = text(data, name)


def _routed(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    state.contact["client"] = text(data, "client") or state.contact["client"]
    _language_set(state, at, leg, data)


def _language_set(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    state.contact["language"] = text(data, "language") or state.contact["language"]


def _queue_joined(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    _queue_over(state, at)
    state.contact["queue"] = text(data, "queue") or state.contact["queue"]
    state.ongoing["queued_since"] = at


def _queue_left(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    waited = real(data, "waited")
    if waited is not None:
        state.contact["waited"] = seconds(state.contact["waited"]) + waited
        state.ongoing.pop("queued_since", None)
    _queue_over(state, at)


def _queue_over(state: ContactState, at: int) -> None:
    _add(state, "waited", "queued_since", at)


def _bridge_began(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    state.ongoing.setdefault("bridged_since", at)


def _bridge_ended(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    _add(state, "talked", "bridged_since", at)


def _closed(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    row = state.contact
    if state.is_closed:
        return  # the first closing counts
    ended_at = last_seen(data, at)
    _queue_over(state, ended_at)
    _bridge_ended(state, ended_at, leg, data)
    row["ended_at"] = ended_at
    row["outcome"], row["ended_by"] = text(data, "outcome"), text(data, "ended_by")
    row["status"], row["cause"] = whole(data, "status"), whole(data, "cause")


def _add(state: ContactState, total: str, since: str, at: int) -> None:
    """Add the running span to its total."""
    if (began := state.ongoing.pop(since, None)) is not None:
        state.contact[total] = seconds(state.contact[total]) + span(began, at)


ON: Mapping[str, Callable[[ContactState, int, str | None, Data], None]] = {
    "contact.opened": _opened,
    "contact.routed": _routed,
    "language.set": _language_set,
    "queue.joined": _queue_joined,
    "queue.left": _queue_left,
    "bridge.began": _bridge_began,
    "bridge.ended": _bridge_ended,
    "contact.closed": _closed,
}
"""What each event means for it."""
