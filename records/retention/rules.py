"""How long things are kept. No law is built in: the days are the operator's to say, with whoever advises on them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rules:
    """Days for which things are kept; None for ever."""

    personal: int | None = None
    """Who called: numbers, addresses, texts, in whatever table."""
    recordings: int | None = None
    """Sound files of calls."""
    messages: int | None = None
    """Sound files of spoken messages."""

    @property
    def deletes(self) -> bool:
        """Whether anything is ever deleted."""
        return any(each is not None for each in (self.personal, self.recordings, self.messages))


FOR_EVER = Rules()
