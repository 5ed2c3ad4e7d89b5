"""Field `yes_no`: one for yes, two for no."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from base.secret import Secret
from ivr.collect import Grammar
from ivr.fields.field import SILENT, BaseField, Setting

if TYPE_CHECKING:
    from ivr.manners import Manners

WORDS = {"1": "yes", "2": "no"}


class YesNoField(BaseField):
    """As written by the administrator."""

    kind: ClassVar[str] = SILENT
    reasons: ClassVar[tuple[str, ...]] = ("choice",)

    type: Literal["yes_no"]

    def grammar(self, manners: Manners, setting: Setting) -> Grammar:
        """One digit."""
        del setting
        return Grammar(maximum=1, terminator=manners.terminator, cancel=manners.cancel_key)

    def refusal(self, entry: Secret, setting: Setting) -> str | None:
        """Only 1 and 2."""
        del setting
        return None if entry.satisfies(WORDS.__contains__) else "choice"

    def value(self, entry: Secret, setting: Setting) -> Secret:
        """As a word."""
        del setting
        return Secret(WORDS[entry.reveal()])
