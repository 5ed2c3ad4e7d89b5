"""What a sentence about an event may use: the event's data, and the names of the legs it may speak of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class Facts:
    """An event's data, and the names of the legs it may speak of."""

    data: Mapping[str, Any]
    names: Mapping[str, str] = field(default_factory=dict)
    is_caller: bool = False
    """Whether the event is the calling party's own."""

    def __getitem__(self, name: str) -> str:
        """The field's text, or a question mark."""
        value = self.data.get(name)
        return "?" if value is None or value == "" else str(value)

    def has(self, name: str) -> bool:
        """Whether the field says anything."""
        return self.data.get(name) not in (None, "")

    def phrase(self, name: str, words: str, said: Callable[[object], object] = str) -> str:
        """`words` with what is `said` of the field in the place of {}, or nothing when the field says nothing."""
        return words.format(said(self.data[name])) if self.has(name) else ""
