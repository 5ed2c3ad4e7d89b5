"""Field `choice`: one of a few answers by key, like a small menu inside a form; the answer's word is the value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, field_validator

from base.secret import Secret
from ivr.collect import Grammar
from ivr.fields.field import SILENT, BaseField, Setting

if TYPE_CHECKING:
    from ivr.manners import Manners


class ChoiceField(BaseField):
    """As written by the administrator."""

    kind: ClassVar[str] = SILENT
    reasons: ClassVar[tuple[str, ...]] = ("choice",)

    type: Literal["choice"]
    choices: dict[
        Annotated[str, Field(pattern=r"^[0-9]{1,4}$")], Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]
    ] = Field(min_length=2)
    """Key -> word."""

    @field_validator("choices")
    @classmethod
    def _apart(cls, choices: dict[str, str]) -> dict[str, str]:
        for key in choices:
            longer = next((each for each in choices if each != key and each.startswith(key)), None)
            if longer is not None:
                raise ValueError(
                    f'key "{key}" begins key "{longer}": choose keys none of which begins another'
                )
        return choices

    def grammar(self, manners: Manners, setting: Setting) -> Grammar:
        """Whole as soon as an answer was typed, or none can be any more."""
        del setting
        return Grammar(
            maximum=max(map(len, self.choices)),
            terminator=manners.terminator,
            cancel=manners.cancel_key,
            full=lambda entry: entry.satisfies(self._decided),
        )

    def refusal(self, entry: Secret, setting: Setting) -> str | None:
        """One of the keys."""
        del setting
        return None if entry.satisfies(self.choices.__contains__) else "choice"

    def value(self, entry: Secret, setting: Setting) -> Secret:
        """As its word."""
        del setting
        return Secret(self.choices[entry.reveal()])

    def _decided(self, typed: str) -> bool:
        return typed in self.choices or not any(each.startswith(typed) for each in self.choices)
