"""Tables of callbacks and of numbers that are not called, for people at a terminal. Times are UTC."""

from __future__ import annotations

from typing import TYPE_CHECKING

from centralita.terminal import minute, print_rows
from routing.callbacks.states import CallbackState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from typing import Any

    from routing.callbacks.callback import Callback


def print_callbacks(callbacks: Iterable[Callback]) -> None:
    """A line each."""
    print_rows(
        (
            "reference", "state", "number", "client", "queue", "promised (UTC)", "from", "until", "tries",
            "promise", "agent", "case", "contact",
        ),
        (
            (
                each.id,
                each.state.value,
                each.number,
                each.wish.client,
                each.wish.queue,
                minute(each.promised),
                minute(each.earliest),
                minute(each.latest),
                str(len(each.tries)),
                _promise(each),
                each.agent or each.wish.agent or "",
                each.wish.case or "",
                each.wish.contact,
            )
            for each in callbacks
        ),
    )  # fmt: skip


def tally(callbacks: Collection[Callback]) -> str:
    """How promises were kept, in a sentence."""
    kept = sum(each.kept_at is not None for each in callbacks)
    late = sum(each.is_late for each in callbacks)
    broken = sum(each.state in (CallbackState.EXPIRED, CallbackState.FAILED) for each in callbacks)
    cancelled = sum(each.state is CallbackState.CANCELLED for each in callbacks)
    left = len(callbacks) - kept - broken - cancelled
    return (
        f"{len(callbacks)} promised: {kept - late} kept in time, {late} late, {broken} broken, "
        f"{cancelled} taken back, {left} open"
    )


def _promise(callback: Callback) -> str:
    """Whether it was kept."""
    if callback.kept_at is not None:
        return (
            f"kept late {minute(callback.kept_at)}"
            if callback.is_late
            else f"kept {minute(callback.kept_at)}"
        )
    match callback.state:
        case CallbackState.EXPIRED:
            return "broken"
        case CallbackState.FAILED:
            return f"broken: {callback.why.replace('_', ' ')}"
        case CallbackState.CANCELLED:
            return f"taken back by {callback.why}"
        case _:
            return "open"


def print_numbers(numbers: Iterable[Mapping[str, Any]]) -> None:
    """Numbers that are not called, a line each."""
    print_rows(
        ("number", "for", "by", "since (UTC)", "reason"),
        (
            (
                each["number"],
                each["client"] or "all",
                each["by"] or "do_not_call.yaml",
                minute(each["since"]),
                each["reason"],
            )
            for each in numbers
        ),
    )
