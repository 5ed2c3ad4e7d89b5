"""What the ledger is told of a callback; each event stands in the record of the contact that was promised it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from routing.callbacks.commands import Tell
from routing.callbacks.states import CallbackEffect

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from routing.callbacks.callback import Callback

_Do = CallbackEffect


def promised(callback: Callback) -> Tell:
    """It was promised."""
    wish = callback.wish
    said: dict[str, object] = {
        "number": callback.number,
        "queue": wish.queue,
        "client": wish.client,
        "language": wish.language,
        "earliest": round(callback.earliest),
        "latest": round(callback.latest),
        "order": callback.order.value,
        "by": wish.by if not wish.contact else None,
        "agent": wish.agent,
        "case": wish.case,
    }
    return _tell(callback, "callback.promised", {name: each for name, each in said.items() if each})


def _tell(callback: Callback, kind: str, said: Mapping[str, object]) -> Tell:
    return Tell(callback.home, kind, {"reference": callback.id, **said})


def _due(callback: Callback, _: str) -> Tell:
    return _tell(callback, "callback.due", {"queue": callback.wish.queue})


def _dialled(callback: Callback, contact: str) -> Tell:
    said = {
        "number": callback.number,
        "agent": callback.agent,
        "try": len(callback.tries),
        "contact": contact,
    }
    return _tell(callback, "callback.dialled", said)


def _missed(callback: Callback, contact: str) -> Tell:
    said: dict[str, object] = {"result": callback.why, "try": len(callback.tries), "contact": contact}
    return _tell(callback, "callback.missed", said)


def _kept(callback: Callback, contact: str) -> Tell:
    waited = (callback.kept_at or callback.promised) - callback.promised
    said = {
        "contact": contact,
        "agent": callback.agent,
        "late": callback.is_late,
        "after": round(waited, 1),
        "tries": len(callback.tries),
    }
    return _tell(callback, "callback.kept", said)


def _failed(callback: Callback, _: str) -> Tell:
    return _tell(callback, "callback.failed", {"why": callback.why, "tries": len(callback.tries)})


def _cancelled(callback: Callback, _: str) -> Tell:
    return _tell(callback, "callback.cancelled", {"by": callback.why})


def _expired(callback: Callback, _: str) -> Tell:
    return _tell(callback, "callback.expired", {"tries": len(callback.tries)})


def _reopened(callback: Callback, _: str) -> Tell:
    said = {"by": callback.why, "earliest": round(callback.earliest), "latest": round(callback.latest)}
    return _tell(callback, "callback.reopened", said)


TELLS: Mapping[CallbackEffect, Callable[[Callback, str], Tell]] = {
    _Do.TELL_DUE: _due,
    _Do.TELL_DIALLED: _dialled,
    _Do.TELL_MISSED: _missed,
    _Do.TELL_KEPT: _kept,
    _Do.TELL_FAILED: _failed,
    _Do.TELL_CANCELLED: _cancelled,
    _Do.TELL_EXPIRED: _expired,
    _Do.TELL_REOPENED: _reopened,
}
