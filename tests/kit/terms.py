"""Terms of complaints where days are 24 hours and no client company has any."""

from __future__ import annotations

from records.moments import DAY


class NoTerms:
    """No client company has any."""

    def term(self, client: str, reason: str | None) -> None:
        """Nothing holds."""
        del client, reason

    def end(self, client: str, days: int, since: float, *, is_working: bool) -> float:
        """Days of 24 hours."""
        del client, is_working
        return since + days * DAY

    def left(self, client: str, end: float, now: float, *, is_working: bool) -> int:
        """Days of 24 hours."""
        del client, is_working
        return max(0, int((end - now) // DAY))
