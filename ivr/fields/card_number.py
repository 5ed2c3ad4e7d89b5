"""Field `card_number`: 12 to 19 digits with a valid check digit (ISO/IEC 7812), of the client's ranges if given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field
from stdnum import luhn

from ivr.collect import Grammar
from ivr.fields.field import BaseField

if TYPE_CHECKING:
    from datetime import date

    from base.secret import Secret
    from ivr.manners import Manners

SHORTEST, LONGEST = 12, 19


class CardNumberField(BaseField):
    """As written by the administrator."""

    sensitive_type: ClassVar[bool] = True
    reasons: ClassVar[tuple[str, ...]] = ("length", "checksum", "range")

    type: Literal["card_number"]
    bins: tuple[Annotated[str, Field(pattern=r"^[0-9]{2,8}$")], ...] = ()
    """The first digits of the client's cards; with them the entry is whole at the length of its scheme."""

    def grammar(self, manners: Manners) -> Grammar:
        """Ends with the terminator, or by its length where the range is known."""
        return Grammar(
            maximum=LONGEST,
            terminator=manners.terminator,
            cancel=manners.cancel_key,
            full=self._whole if self.bins else None,
        )

    def refusal(self, entry: Secret, *, today: date) -> str | None:
        """Length, check digit, then range."""
        if not SHORTEST <= len(entry) <= LONGEST:
            return "length"
        if not entry.satisfies(lambda number: bool(luhn.is_valid(number))):
            return "checksum"
        return None if not self.bins or self._is_ours(entry) else "range"

    def spoken(self, entry: Secret) -> dict[str, str]:
        """The last four, and no more."""
        return {"last4": entry.last(4)}

    def slots(self) -> tuple[str, ...]:
        """The last four."""
        return ("last4",)

    def _is_ours(self, entry: Secret) -> bool:
        return entry.satisfies(lambda number: number.startswith(self.bins))

    def _whole(self, entry: Secret) -> bool:
        return (
            len(entry) >= 14
            and self._is_ours(entry)
            and entry.satisfies(lambda number: len(number) == scheme_length(number))
        )


def scheme_length(number: str) -> int:
    """The length of a card of that scheme; the longest there is when the scheme is not known."""
    if number.startswith(("34", "37")):
        return 15
    if number.startswith(("36", "38")):
        return 14
    if number.startswith("4") or 51 <= int(number[:2]) <= 55 or 2221 <= int(number[:4]) <= 2720:
        return 16
    return LONGEST
