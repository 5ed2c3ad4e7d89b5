"""How a question treats its caller: times, limits, wording by count; set once in `defaults` and overridden per step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from base.document import Part
from base.durations import Seconds
from ivr.branch import Branch, PromptIds

if TYPE_CHECKING:
    from collections.abc import Sequence

Limit = Annotated[int, Field(ge=1, le=10)]
Key = Literal["#", "*"]


class Asking(Part):
    """The keys that `defaults`, questions and form fields share; what is left out comes from the outer one."""

    timeout: Seconds | None = None
    inter_digit_timeout: Seconds | None = None
    max_timeouts: Limit | None = None
    max_failures: Limit | None = None
    bargein: bool | None = None
    noinput: PromptIds | None = None
    nomatch: PromptIds | None = None


class Defaults(Asking):
    """`defaults:` of a menu set."""

    terminator: Key = "#"
    cancel_key: Key = "*"
    on_max_timeouts: Branch | None = None
    on_max_failures: Branch | None = None


@dataclass(frozen=True, slots=True)
class Manners:
    """The values in force for one question."""

    timeout: float = 6.0
    inter_digit_timeout: float = 3.0
    max_timeouts: int = 2
    max_failures: int = 3
    bargein: bool = True
    noinput: tuple[str, ...] = ()
    nomatch: tuple[str, ...] = ()
    terminator: str = "#"
    cancel_key: str = "*"


_SHARED = ("timeout", "inter_digit_timeout", "max_timeouts", "max_failures", "bargein", "noinput", "nomatch")


def manners_of(layers: Sequence[Asking], defaults: Defaults) -> Manners:
    """The values in force where the inner layers (later in the list) override the outer ones."""
    found = {}
    for layer in (defaults, *layers):
        for name in _SHARED:
            value = getattr(layer, name)
            if value is not None:
                found[name] = value
    return Manners(terminator=defaults.terminator, cancel_key=defaults.cancel_key, **found)


def worded(prompts: tuple[str, ...], count: int) -> tuple[str, ...]:
    """The wording for the count-th time: the last one serves from then on."""
    return prompts[min(count, len(prompts)) - 1 :][:1] if prompts else ()
