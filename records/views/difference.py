"""What is not as the events say: of rows that are derived from them, and of keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from records.schema import contact_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Row

_REBUILD = "`centralita records rebuild` makes it anew"
_BACKUP = "only a copy of the database from before has it"
_ERASE = "erase again: `centralita records person erase`, or the next run of the retention"


class Difference(NamedTuple):
    """One thing that is not as the events say."""

    table: str
    row: str
    """Its key, as `COLUMN VALUE`."""
    column: str | None
    """None where the whole row is too many or missing."""
    problem: str
    mend: str = _REBUILD


class Told:
    """What the events of a contact, or of a person, say of its key."""

    __slots__ = ("is_erased", "is_sealed", "is_there", "problem")

    def __init__(self) -> None:
        """No event yet."""
        self.is_there = self.is_erased = self.is_sealed = False
        self.problem: str | None = None
        """Why its events cannot be read."""


def key_differences(whose: str, told: Told, key: Row[Any] | None) -> Iterator[Difference]:
    """Whether a key is there, or gone, as the events say."""

    def found(problem: str, mend: str = _BACKUP) -> Difference:
        return Difference(contact_key.name, f"contact {whose}", "key", problem, mend)

    if told.problem is not None:
        yield found(told.problem)
    if key is None:
        if told.is_sealed:
            yield found("it is gone, and no event tells of an erasure")
        return
    if key.key is None and not told.is_erased:
        yield found("it was destroyed, and no event tells of an erasure")
    if key.key is not None and (told.is_erased or key.shredded_at is not None):
        yield found("it is there, though it was erased", _ERASE)
    if key.key is not None and not told.is_there:
        yield found("it is there, and there is no event that it opens: events were taken away")
