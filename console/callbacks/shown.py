"""Callbacks as the interface shows them. Times are Unix seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.api.model import Model
from routing.callbacks.callback import Missed, Order
from routing.callbacks.states import OPEN_STATES, CallbackState
from routing.callbacks.written import to_json

if TYPE_CHECKING:
    from routing.callbacks.callback import Callback


class Try(Model):
    """One call to the customer."""

    at: float
    contact: str
    result: Missed | None
    """Null: under way, or it came to a conversation."""


class Wish(Model):
    """What was asked for."""

    client: str
    queue: str
    number: str
    """As it was given."""
    by: str
    """Who asked: the number that a caller called from, or a person."""
    language: str | None
    requires: tuple[tuple[str, int], ...]
    """Skills that the agent must have, with the least proficiency."""
    priority: int
    attributes: tuple[tuple[str, str], ...]
    contact: str
    """The contact in which it was promised."""
    line: str
    """Our number that the customer called."""
    joined: float | None
    earliest: float | None
    latest: float | None
    agent: str | None
    """Whose customer it is: asked first."""
    case: str | None
    note: str


class CallbackShown(Model):
    """A promise to call somebody back, and what came of it."""

    id: str
    """The reference that the caller was told."""
    wish: Wish
    number: str
    """In the form of E.164."""
    order: Order
    promised: float
    joined: float
    """The place in the queue: since when the customer waits."""
    earliest: float
    latest: float
    not_before: float
    """The next moment at which something can be done."""
    state: CallbackState
    tries: tuple[Try, ...]
    contact: str
    """The contact that stands in the queue for it, or did so last."""
    agent: str | None
    """Who is held for it or spoke last."""
    kept_at: float | None
    ended_at: float | None
    reopened: float | None
    """When a person wanted it tried again after its end."""
    why: str
    """How it ended, in a word."""
    is_open: bool
    """Whether something is to be done yet."""
    is_late: bool
    """Whether it was kept after its time."""


def shown(callback: Callback) -> dict[str, object]:
    """A callback as JSON."""
    return {
        **to_json(callback),
        "is_open": callback.state in OPEN_STATES,
        "is_late": callback.is_late,
    }
