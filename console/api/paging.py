"""Lists page by page: after which item a page begins is said by an opaque cursor, so that new items shift nothing."""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar

from pydantic import Field

from base.compact import compact
from console.api.mistakes import invalid, pointer
from console.api.model import Model
from console.problem import Mistake

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from console.problem import Refusal

T = TypeVar("T")
MOST = 1000
_LARGEST = 2**63
_LATEST = 1e12
"""Unix seconds that fit into 64 bits as microseconds. What is no number is not below it."""


class Paged(Model):
    """What every list takes in its query."""

    limit: Annotated[int, Field(ge=1, le=MOST)] = 100
    """How many at most."""
    cursor: Annotated[str, Field(max_length=500)] | None = None
    """`next` of the page before."""


class Page(Model, Generic[T]):
    """A page of a list."""

    items: tuple[T, ...]
    next: str | None = None
    """Cursor of the page that follows; null on the last one."""


def page(rows: Sequence[T], asked: Paged, key: Callable[[T], Sequence[object]]) -> dict[str, object]:
    """A page of what a store found after `after(asked, ...)`: it is asked for one more than the limit."""
    shown = rows[: asked.limit]
    return {"items": shown, "next": written(key(shown[-1])) if len(rows) > asked.limit else None}


def after(asked: Paged, *kinds: type) -> tuple[Any, ...] | None:
    """The key behind which a page begins, of these types; None for the first page. Raises Refusal."""
    if asked.cursor is None:
        return None
    try:
        text = asked.cursor.encode("ascii")
        raw = base64.b64decode(text + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
        key = json.loads(raw)
    except (ValueError, binascii.Error, RecursionError):
        raise _no_cursor() from None
    fits = isinstance(key, list) and len(key) == len(kinds)
    if not fits or not all(map(_is, key, kinds)):
        raise _no_cursor()
    return tuple(key)


def listed(items: Iterable[T], asked: Paged, name: Callable[[T], str]) -> dict[str, object]:
    """A page of a list that is held in memory in an order of its own, such as that of a file.

    It goes on behind the item that ended the page before, or at its place if that one is gone.
    """
    found, key = list(items), after(asked, int, str)
    start = 0
    if key is not None:
        place, last = key
        start = next((at + 1 for at, each in enumerate(found) if name(each) == last), max(place, 0))
    end = start + asked.limit
    shown = found[start:end]
    more = written((end - 1, name(shown[-1]))) if shown and end < len(found) else None
    return {"items": shown, "next": more}


def written(key: Sequence[object]) -> str:
    """A key as a cursor."""
    raw = compact(list(key)).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _is(value: object, kind: type) -> bool:
    """True is no integer here, and no database has numbers beyond 64 bits, or text that is none."""
    if type(value) is not kind:
        return False
    if isinstance(value, str):
        return value.isprintable()
    if isinstance(value, int):
        return abs(value) < _LARGEST
    return isinstance(value, float) and abs(value) < _LATEST


def _no_cursor() -> Refusal:
    return invalid("query", [Mistake(pointer("query", "cursor"), "is not the `next` of a page of this list")])
