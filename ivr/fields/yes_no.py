"""Field `yes_no`: one for yes, two for no."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from ivr.collect import Grammar
from ivr.fields.field import BaseField

if TYPE_CHECKING:
    from datetime import date

    from base.secret import Secret
    from ivr.manners import Manners


class YesNoField(BaseField):
    """As written by the administrator."""

    reasons: ClassVar[tuple[str, ...]] = ("length", "choice")
    type: Literal["yes_no"]

    def grammar(self, manners: Manners) -> Grammar:
        """One digit."""
        return Grammar(maximum=1, terminator=manners.terminator, cancel=manners.cancel_key)

    def refusal(self, entry: Secret, *, today: date) -> str | None:
        """Only 1 and 2."""
        return None if entry.satisfies(lambda typed: typed in ("1", "2")) else "choice"

    def slots(self) -> tuple[str, ...]:
        """Nothing to speak."""
        return ()

    def spoken(self, entry: Secret) -> dict[str, str]:
        """Nothing to speak."""
        return {}

    def submitted(self, entry: Secret) -> dict[str, Secret | str]:
        """As a word."""
        return {self.name: "yes" if entry.reveal() == "1" else "no"}
