"""Field `card_number`: 12 to 19 digits with a valid check digit (ISO/IEC 7812), of the client's ranges if given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field
from stdnum import luhn

from ivr.collect import Grammar
from ivr.fields.field import BaseField, Setting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from base.secret import Secret
    from ivr.manners import Manners

SHORTEST, LONGEST = 12, 19
LAST4 = "last4"
AMEX = ("34", "37")


class CardNumberField(BaseField):
    """As written by the administrator."""

    sensitive_type: ClassVar[bool] = True
    reasons: ClassVar[tuple[str, ...]] = ("length", "checksum", "range")

    type: Literal["card_number"]
    bins: tuple[Annotated[str, Field(pattern=r"^[0-9]{2,8}$")], ...] = ()
    """The first digits of the client's cards; with them the entry is whole at the length of its scheme."""

    def grammar(self, manners: Manners, setting: Setting) -> Grammar:
        """Ends with the terminator, or by its length where the range is known."""
        del setting
        return Grammar(
            maximum=LONGEST,
            terminator=manners.terminator,
            cancel=manners.cancel_key,
            full=self._whole if self.bins else None,
        )

    def refusal(self, entry: Secret, setting: Setting) -> str | None:
        """Length by scheme, check digit, then range."""
        del setting
        if not SHORTEST <= len(entry) <= LONGEST or not entry.satisfies(_has_a_length_of_its_scheme):
            return "length"
        if not entry.satisfies(lambda number: bool(luhn.is_valid(number))):
            return "checksum"
        return None if not self.bins or self._is_ours(entry) else "range"

    def attributes(self) -> Mapping[str, str]:
        """The last four, which the payment rules allow to be shown."""
        return {LAST4: "card"}

    def spoken(self, entry: Secret, setting: Setting) -> dict[str, str]:
        """The last four, and no more."""
        del setting
        return {LAST4: entry.last(4)}

    def _is_ours(self, entry: Secret) -> bool:
        return entry.satisfies(lambda number: number.startswith(self.bins))

    def _whole(self, entry: Secret) -> bool:
        return (
            len(entry) >= 14
            and self._is_ours(entry)
            and entry.satisfies(lambda number: len(number) == scheme_length(number))
        )


def scheme_length(number: str) -> int:
    """The usual length of a card of that scheme; the longest there is when the scheme is not known."""
    if number.startswith(AMEX):
        return 15
    if number.startswith(("36", "38")):
        return 14
    if number.startswith("4") or _is_mastercard(number):
        return 16
    return LONGEST


def code_length(card: Secret) -> int:
    """How many digits the security code of this card has."""
    return 4 if card.satisfies(lambda number: number.startswith(AMEX)) else 3


def _has_a_length_of_its_scheme(number: str) -> bool:
    """Whether the schemes with few lengths have one of them; the others use any from 12 to 19."""
    if number.startswith(AMEX):
        return len(number) == 15
    if number.startswith("4"):
        return len(number) in (13, 16, 19)
    return len(number) == 16 or not _is_mastercard(number)


def _is_mastercard(number: str) -> bool:
    return 51 <= int(number[:2]) <= 55 or 2221 <= int(number[:4]) <= 2720
