"""How a question treats its caller: times, limits, wording by count; set once in `defaults` and overridden per step."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, model_validator

from base.document import Part
from base.durations import Seconds
from ivr.branch import Branch, PromptIds

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_TRIES = 10
Limit = Annotated[int, Field(ge=1, le=MOST_TRIES)]
Key = Literal["#", "*", "none"]
WORDINGS = ("noinput", "nomatch", "last_try")
"""The keys below that name prompts."""


class Asking(Part):
    """The keys that `defaults`, questions and form fields share; what is left out comes from the outer one."""

    timeout: Seconds | None = None
    inter_digit_timeout: Seconds | None = None
    max_timeouts: Limit | None = None
    max_failures: Limit | None = None
    bargein: bool | None = None
    noinput: PromptIds | None = None
    nomatch: PromptIds | None = None
    last_try: PromptIds | None = None
    """Said before the last try of either kind: what happens if that fails too."""
    terminator: Key | None = None
    cancel_key: Key | None = None

    @model_validator(mode="after")
    def _two_keys(self) -> Asking:
        if self.terminator is not None and self.terminator == self.cancel_key != "none":
            raise ValueError(f'"{self.terminator}" cannot both end an entry and erase it')
        return self


class Defaults(Asking):
    """`defaults:` of a menu set."""

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
    noinput: PromptIds = ()
    nomatch: PromptIds = ()
    last_try: PromptIds = ()
    terminator: str = "#"
    """Empty: entries end by their length or by a pause."""
    cancel_key: str = "*"
    """Empty: there is none."""


@dataclass(frozen=True, slots=True)
class Floor:
    """What no menu of a client may go below, whatever its file says."""

    timeout: float = 0.0
    inter_digit_timeout: float = 0.0
    more_tries: int = 0


ACCESSIBLE = Floor(timeout=10.0, inter_digit_timeout=5.0, more_tries=1)
"""For people who need more time to hear, to decide and to find the key."""


def manners_of(layers: Sequence[Asking], defaults: Defaults, *, floor: Floor | None = None) -> Manners:
    """The values in force where the inner layers (later in the list) override the outer ones."""
    found: dict[str, Any] = {}
    for layer in (defaults, *layers):
        for each in fields(Manners):
            value = getattr(layer, each.name)
            if value is not None:
                found[each.name] = "" if value == "none" else value
    manners = Manners(**found)
    return manners if floor is None else raised(manners, floor)


def raised(manners: Manners, floor: Floor) -> Manners:
    """The values in force for somebody who must not get less."""
    return replace(
        manners,
        timeout=max(manners.timeout, floor.timeout),
        inter_digit_timeout=max(manners.inter_digit_timeout, floor.inter_digit_timeout),
        max_timeouts=min(manners.max_timeouts + floor.more_tries, MOST_TRIES),
        max_failures=min(manners.max_failures + floor.more_tries, MOST_TRIES),
    )


def worded(prompts: PromptIds, count: int) -> PromptIds:
    """The wording for the count-th time: the last one serves from then on."""
    return prompts[min(count, len(prompts)) - 1 :][:1] if prompts else ()
