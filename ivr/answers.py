"""What a back end may answer: read strictly, and kept to what its action may tell. Card numbers are refused.

Nothing of a refused answer is passed on, not even in an error: it may quote what was asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ivr.actions import ACTIONS, IDENTIFYING
from records.card_numbers import mask_text

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_ANSWER = 16 * 1024
"""Octets."""
QUERY = "payment.query"
"""Asks what became of a charge, by its key. Menus cannot ask it."""
CHARGING = ("payment.charge", QUERY)
QUERY_RESULTS = ("approved", "declined", "pending", "absent")
"""`pending`: still at work; `absent`: never heard of that key."""

_MONEY = r"-?\d{1,12} [A-Z]{3}"
_DAY = r"\d{4}-\d{2}-\d{2}"
FACT_FORMS = {
    "last4": r"\d{4}",
    "reference": r"[A-Z0-9-]{1,12}",
    "segment": r"[a-z][a-z0-9_]{0,31}",
    "balance": _MONEY,
    "due": _MONEY,
    **{f"movement{number}_amount": _MONEY for number in (1, 2, 3)},
    **{f"movement{number}_date": _DAY for number in (1, 2, 3)},
}
"""Each fact's form, as a regular expression for the whole of it."""

_FORMS = {name: re.compile(form, re.ASCII) for name, form in FACT_FORMS.items()}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class TokenBody(_Strict):
    """What a payment system calls a card by, in place of its number."""

    token: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,128}$", repr=False)]
    brand: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,20}$")] = ""
    last4: Annotated[str, Field(pattern=r"^[0-9]{4}$")] = ""
    expiry: Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])[0-9]{2}$")] = ""
    """MMYY."""


class AnswerBody(_Strict):
    """An answer as JSON."""

    result: Annotated[str, Field(pattern=r"^[a-z_]{1,20}$")]
    facts: dict[str, str] = Field(default_factory=dict)
    """What may be spoken, all of it text."""
    customer: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")] | None = None
    """With whom an action identified: how the system calls that customer in later questions of this contact."""
    decline: Literal["soft", "hard"] | None = None
    """With `declined`: a hard one counts as a failure, a soft one (no funds) does not."""
    token: TokenBody | None = None
    """With `approved`."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A back end's answer."""

    result: str
    facts: Mapping[str, str] = field(default_factory=dict)
    customer: str | None = None
    is_soft: bool = False
    """A refusal that is nobody's guess gone wrong."""
    token: TokenBody | None = None


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """There is none."""

    reached: bool
    """Whether the question may have reached the back end, and been acted on."""
    refused: bool = False
    """Whether the back end said that it would not take the question as it was asked (4xx)."""


def results_of(action: str) -> tuple[str, ...]:
    """What an action may answer."""
    return QUERY_RESULTS if action == QUERY else ACTIONS[action].results


def facts_of(action: str) -> tuple[str, ...]:
    """What its answer may tell."""
    return ACTIONS["payment.charge" if action == QUERY else action].facts


def read_answer(action: str, body: bytes) -> Answer | None:
    """The answer in a body, or None where there is anything in it that should not be."""
    if len(body) > LONGEST_ANSWER:
        return None
    try:
        text = body.decode("utf-8")
        read = AnswerBody.model_validate_json(text)
    except (UnicodeDecodeError, ValidationError):
        return None
    if shows_card(text) or any(map(shows_card, _texts(read))):
        return None
    if read.result not in results_of(action) or not are_sound(action, read.facts):
        return None
    if (read.customer is not None and action not in IDENTIFYING) or (
        (read.decline is not None or read.token is not None) and action not in CHARGING
    ):
        return None
    return Answer(read.result, dict(read.facts), read.customer, read.decline == "soft", read.token)


def are_sound(action: str, facts: Mapping[str, str]) -> bool:
    """Whether these are facts of the action, each in its form."""
    return all(name in facts_of(action) and _is_sound(name, value) for name, value in facts.items())


def shows_card(text: str) -> bool:
    """Whether a text holds what looks like a card number."""
    return mask_text(text)[1] > 0


def _texts(read: AnswerBody) -> list[str]:
    return [*read.facts.values(), read.customer or "", read.token.token if read.token else ""]


def _is_sound(name: str, value: str) -> bool:
    if _FORMS[name].fullmatch(value) is None:
        return False
    if not name.endswith("_date"):
        return True
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
