"""What callers of the interface are told in place of the words of the models: each mistake with where it stands.

What was sent is never repeated: it may be a password or a card number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from base.document import suggest
from base.explanations import FORMS
from console.problem import Mistake, Refusal

if TYPE_CHECKING:
    from collections.abc import Collection

    from pydantic import ValidationError

NO_MOMENT = "must be a moment, such as 2026-11-23T09:00:00+01:00"
_WORDS = {
    "missing": "is needed",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "is too large a number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a number that ends",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "string_type": "must be text",
    "string_too_short": "needs at least {min_length} characters",
    "string_too_long": "takes at most {max_length} characters",
    "string_unicode": "must be text of whole characters",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "set_type": "must be a list",
    "frozen_set_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "too_short": "needs at least {min_length} of them",
    "too_long": "takes at most {max_length} of them",
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than": "must be less than {lt:g}",
    "less_than_equal": "must be at most {le:g}",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
    "none_required": "must be null",
    "datetime_type": NO_MOMENT,
    "datetime_parsing": NO_MOMENT,
    "datetime_from_date_parsing": NO_MOMENT,
    "timezone_aware": "must say its offset from UTC, as 2026-11-23T09:00:00+01:00 does",
    "date_type": "must be a day, such as 2026-11-23",
    "date_parsing": "must be a day, such as 2026-11-23",
    "date_from_datetime_parsing": "must be a day, such as 2026-11-23",
    "extra_forbidden": "is not known here",
}


def mistakes(error: ValidationError, part: str, known: Collection[str] = ()) -> list[Mistake]:
    """All that a model found wrong in a part of a request (path, query, body); `known` are the names it has."""
    found = error.errors(include_url=False, include_input=False)
    return [Mistake(pointer(part, *each["loc"]), _told(each, known)) for each in found]


def invalid(part: str, found: list[Mistake], *, status: int = 422) -> Refusal:
    """The refusal that lists mistakes; its detail names them too, for people who see only that."""
    words = "; ".join(f"{_place(each, part)} {each.detail}" for each in found)
    return Refusal(status, f"invalid_{part}", words, mistakes=found)


def pointer(*steps: str | int) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join("/" + str(each).replace("~", "~0").replace("/", "~1") for each in steps)


def _place(mistake: Mistake, part: str) -> str:
    within = mistake.pointer.removeprefix(f"/{part}").removeprefix("/")
    return f"{within.replace('/', '.')}:" if within else f"the {part}"


def _told(error: Any, known: Collection[str]) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "string_too_short" and context["min_length"] == 1:
        return "must not be empty"
    if kind == "extra_forbidden" and len(error["loc"]) == 1:
        return f"is not known here; {suggest(str(error['loc'][0])[:100], known)}".removesuffix("; ")
    if kind == "string_pattern_mismatch":
        pattern = context["pattern"]
        return f"must be {FORMS[pattern]}" if pattern in FORMS else f"must have the form {pattern}"
    words = _WORDS.get(kind)
    if words is None:
        return str(error["msg"]).removeprefix("Value error, ")
    return words.format(**context)
