"""What every field type of a form offers: how it is typed, how it is checked, what of it may be spoken.

Sensitivity belongs to the type and cannot be switched off. Checks run before any back end is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from ivr.branch import PromptIds
from ivr.collect import Grammar
from ivr.manners import Asking, Manners

if TYPE_CHECKING:
    from datetime import date

    from base.secret import Secret


class BaseField(Asking):
    """The keys all field types share."""

    sensitive_type: ClassVar[bool] = False
    reasons: ClassVar[tuple[str, ...]] = ("length",)
    """Why an entry can be refused: the keys that `invalid` may word."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    prompt: PromptIds
    reprompt: PromptIds | None = None
    confirm: str | None = None
    """A prompt that reads the value back and asks 1 or 2."""
    invalid: dict[str, PromptIds] = Field(default_factory=dict)
    """Wording by reason, instead of the general `nomatch`."""

    @property
    def is_sensitive(self) -> bool:
        """Whether it is held in a Secret and never spoken."""
        return self.sensitive_type

    def grammar(self, manners: Manners) -> Grammar:
        """How it is typed."""
        raise NotImplementedError

    def refusal(self, entry: Secret, *, today: date) -> str | None:
        """Why an entry is refused, or None."""
        raise NotImplementedError

    def spoken(self, entry: Secret) -> dict[str, str]:
        """What of it may be spoken, by slot name."""
        return {} if self.is_sensitive else {self.name: entry.reveal()}

    def slots(self) -> tuple[str, ...]:
        """The slot names `spoken` gives."""
        return () if self.is_sensitive else (self.name,)

    def submitted(self, entry: Secret) -> dict[str, Secret | str]:
        """What the back end is told."""
        return {self.name: entry if self.is_sensitive else entry.reveal()}


class FixedField(BaseField):
    """A field of a fixed number of digits: whole as soon as the last one is typed."""

    digits: ClassVar[int] = 0

    def grammar(self, manners: Manners) -> Grammar:
        """Digits up to the fixed number."""
        return Grammar(maximum=self.digits, terminator=manners.terminator, cancel=manners.cancel_key)
