"""Publications: which version of a menu set new calls get, from when, by whose decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["first", "publish", "rollback"]
State = Literal["live", "former", "pending", "cancelled", "replaced", "refused"]


@dataclass(frozen=True, slots=True)
class Publication:
    """One decision. Times are Unix seconds."""

    id: int
    menu_set: str
    version: str
    kind: Kind
    who: str
    at: float
    """When it was decided."""
    effective_at: float
    """From when it is meant to count."""
    note: str = ""
    took_effect: float | None = None
    turn: int | None = None
    """Its place among those of its set that took effect: the highest is live."""
    ended: Literal["cancelled", "replaced", "refused"] | None = None
    """Why it will never take effect."""
    reason: str = ""
    """What was wrong, for one that was refused."""

    @property
    def is_pending(self) -> bool:
        """Whether it waits for its time."""
        return self.turn is None and self.ended is None

    def state(self, live: Publication | None) -> State:
        """How it stands, beside the one that is live."""
        if self.ended is not None:
            return self.ended
        if self.turn is None:
            return "pending"
        return "live" if live is not None and live.id == self.id else "former"


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants published."""

    menu_set: str
    version: str
    kind: Kind
    who: str
    note: str = ""
    effective_at: float | None = None
    """None: at once."""
    instead_of: str | None = None
    """The version that was live when it was decided: when another is by now, nothing is done."""
