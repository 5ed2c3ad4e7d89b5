"""What every field type of a form offers: how it is typed, how it is checked, what of it may be spoken.

Sensitivity belongs to the type and cannot be switched off. Checks run before any back end is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field, field_validator

from ivr.branch import PromptIds
from ivr.collect import Grammar
from ivr.manners import Asking, Manners

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from base.secret import Secret

SILENT = "text"
"""The slot kind of an attribute that is set and compared but has no way to be spoken."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Where an entry is typed and judged."""

    today: date
    language: str = "en"
    card: Secret | None = None
    """The card number typed before in the same form."""


class BaseField(Asking):
    """The keys all field types share."""

    sensitive_type: ClassVar[bool] = False
    kind: ClassVar[str] = "digits"
    """The slot kind that speaks its value."""
    reasons: ClassVar[tuple[str, ...]] = ("length",)
    """Why an entry can be refused: the keys that `invalid` may word."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    prompt: PromptIds
    reprompt: PromptIds | None = None
    confirm: str | None = None
    """A prompt that reads the value back and asks 1 or 2."""
    invalid: dict[str, PromptIds] = Field(default_factory=dict)
    """Wording by reason, instead of the general `nomatch`."""
    sensitive: bool | None = None
    """Keeps a value out of sight whose type does not ask for it."""

    @field_validator("sensitive")
    @classmethod
    def _never_less(cls, value: bool | None) -> bool | None:  # noqa: FBT001 - called by pydantic
        if cls.sensitive_type and value is False:
            raise ValueError("this type is always sensitive: leave the key out")
        return value

    @property
    def is_sensitive(self) -> bool:
        """Whether it is held in a Secret and never spoken."""
        return self.sensitive_type or bool(self.sensitive)

    def grammar(self, manners: Manners, setting: Setting) -> Grammar:
        """How it is typed."""
        raise NotImplementedError

    def refusal(self, entry: Secret, setting: Setting) -> str | None:
        """Why an entry is refused, or None. The methods below are asked of accepted entries only."""
        raise NotImplementedError

    def value(self, entry: Secret, setting: Setting) -> Secret:
        """What the entry means, as it is submitted; the entry itself unless the type writes it otherwise."""
        del setting
        return entry

    def attributes(self) -> Mapping[str, str]:
        """The attributes it sets, with the slot kind that speaks each."""
        return {} if self.is_sensitive else {self.name: self.kind}

    def spoken(self, entry: Secret, setting: Setting) -> dict[str, str]:
        """The values of `attributes`."""
        return {} if self.is_sensitive else {self.name: self.value(entry, setting).reveal()}

    def submitted(self, entry: Secret, setting: Setting) -> dict[str, Secret | str]:
        """What the back end is told."""
        value = self.value(entry, setting)
        return {self.name: value if self.is_sensitive else value.reveal()}


class FixedField(BaseField):
    """A field of a fixed number of digits: whole as soon as the last one is typed."""

    digits: ClassVar[int] = 0

    def size(self, setting: Setting) -> int:
        """How many digits."""
        del setting
        return self.digits

    def grammar(self, manners: Manners, setting: Setting) -> Grammar:
        """Digits up to the fixed number."""
        return Grammar(maximum=self.size(setting), terminator=manners.terminator, cancel=manners.cancel_key)

    def refusal(self, entry: Secret, setting: Setting) -> str | None:
        """Its length, then what the type says of the digits."""
        if len(entry) != self.size(setting):
            return "length"
        return self.fault(entry.reveal(), setting)

    def fault(self, typed: str, setting: Setting) -> str | None:
        """What is wrong with digits of the right number; a reason or None."""
        del typed, setting
        return None
