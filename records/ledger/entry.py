"""Events made ready for the database, in the writer's thread: encoded once, without card numbers and strange values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar, cast

from base.compact import encoder
from records.card_numbers import is_doubtful, masked
from records.event import NODE
from records.moments import MICROSECONDS
from records.texts import fit

if TYPE_CHECKING:
    from records.event import LedgerEvent

Data: TypeAlias = "Mapping[str, object]"
_Text = TypeVar("_Text", str, "str | None")

encode = encoder(allow_nan=False)

FAULTS = (ValueError, TypeError, ArithmeticError, AttributeError)
"""What goes wrong when an event cannot be made ready."""


class Entry(NamedTuple):
    """One event made ready: times in microseconds, masked data, and the same data encoded."""

    ts: int
    offset: int | None
    contact: str
    """Empty where there is none."""
    leg: str | None
    agent: str | None
    type: str
    data: Data
    encoded: str
    node: str = ""

    def line(self) -> str:
        """As one line of JSON; `entry_of` reads it again."""
        head = encode([self.ts, self.offset, self.contact, self.leg, self.agent, self.type])
        return f"{head[:-1]},{self.encoded}]"


def entry_of(told: list[Any], node: str) -> Entry:
    """An entry from the JSON that `line` wrote."""
    ts, offset, contact, leg, agent, kind, data = told
    return Entry(ts, offset, contact, leg, agent, kind, data, encode(data), node)


def ready(event: LedgerEvent, node: str) -> tuple[Entry, int]:
    """Encode an event and mask what looks like a card number; how many did. Raises one of FAULTS.

    What JSON cannot hold is shown by class only.
    """
    data: Data = event.data
    try:
        encoded = encode(data)
    except (TypeError, ValueError, RecursionError):
        data = cast("Data", _plain(event.data))
        encoded = encode(data)
    found = 0
    if is_doubtful(encoded):
        try:
            cleaned, found = masked(data)
        except RecursionError:
            data = cast("Data", _plain(event.data))
            encoded = encode(data)
            cleaned, found = masked(data)
        if found:
            data = cast("Data", cleaned)
            encoded = encode(data)
    if not isinstance(event.type, str):
        raise TypeError("an event without a type")
    contact = "" if event.contact == NODE else _clean(event.contact)
    agent = None if contact else data.get("agent")
    offset = None if event.offset is None else round(event.offset * MICROSECONDS)
    return (
        Entry(
            round(event.ts * MICROSECONDS),
            offset,
            contact,
            _clean(event.leg),
            _clean(agent) if isinstance(agent, str) else None,
            event.type,
            data,
            encoded,
            node,
        ),
        found,
    )


def _clean(text: _Text) -> _Text:
    return text if text is None or (text.isascii() and "\0" not in text) else fit(text)


def _plain(value: object, depth: int = 8) -> object:
    """The value as JSON can hold it. Unknown objects are named by class: their text could hold anything."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else None
    if depth == 0:
        return "…"
    if isinstance(value, Mapping):
        return {str(key): _plain(each, depth - 1) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(each, depth - 1) for each in value]
    return f"<{type(value).__name__}>"
