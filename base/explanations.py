"""What administrators are told in place of the words of the YAML reader and of the models."""

from __future__ import annotations

import re
from typing import Any

NO_COLON = "could not find expected ':'"
_QUOTE = "quote texts that hold : # * & or begin with @ or %"
_PLAIN = {
    "found character '\\t'": ("a tab stands here", "indent with spaces, not with tabs"),
    "mapping values are not allowed here": (
        "a key where none can be",
        "line it up with its neighbours; quote a text that holds a colon",
    ),
    "expected <block end>": (
        "this line does not fit those above it",
        "line it up with its neighbours; close every quote",
    ),
    "expected ',' or '}'": (
        "a { has no end, or a comma is missing",
        "write a comma between keys, } at the end",
    ),
    "expected ',' or ']'": (
        "a [ has no end, or a comma is missing",
        "write a comma between values, ] at the end",
    ),
    NO_COLON: ("a key has no colon", "write a colon and a space after each key, as in key: value"),
}
"""What the reader of YAML says, and how administrators are told."""


def plainly(problem: str) -> tuple[str, str]:
    """What is wrong and what would be right, for a problem of the YAML reader."""
    return next((plain for each, plain in _PLAIN.items() if problem.startswith(each)), (problem, _QUOTE))


_WORDS = {
    "int_type": "{input} is not a whole number",
    "int_parsing": "{input} is not a whole number",
    "int_from_float": "{input} is not a whole number",
    "float_type": "{input} is not a number",
    "float_parsing": "{input} is not a number",
    "bool_type": "{input} is neither true nor false",
    "bool_parsing": "{input} is neither true nor false",
    "string_type": "{input} is not text (quote it)",
    "tuple_type": "must be a list, such as [one, another]",
    "list_type": "must be a list, such as [one, another]",
    "dict_type": "must be keys with values, such as {{key: value}}",
    "model_type": "must be keys with values, such as {{key: value}}",
    "model_attributes_type": "must be keys with values, such as {{key: value}}",
    "too_short": "needs at least {min_length} of them",
    "too_long": "takes at most {max_length} of them",
    "greater_than": "must be more than {gt:g}{unit}",
    "greater_than_equal": "must be at least {ge:g}{unit}",
    "less_than": "must be less than {lt:g}{unit}",
    "less_than_equal": "must be at most {le:g}{unit}",
}
"""What administrators are told in place of the model's own words."""


FORMS = {
    "^[a-z][a-z0-9_]*$": "a name: small letters, figures and _, a letter first",
    "^[a-z][a-z0-9_]*(/[a-z][a-z0-9_]*)*$": "a name: small letters, figures and _, a letter first",
    "^[0-9*#]{1,6}$": "1 to 6 keys of a telephone: 0 to 9, * and #",
    "^[0-9*#]$": "one key of a telephone: 0 to 9, * or #",
    r"^\+?\d{3,32}$": "a telephone number: figures without spaces, such as +34911222333",
    r"^\+?\d{1,32}$": "a telephone number: figures without spaces, such as +34911222333",
    r"^\+[1-9]\d{4,14}$": "a telephone number with its country: +34911222333",
    r"^(\+?\d{1,32}\*?|\*)$": "a telephone number, or the beginning of several: +34911222333, +34*",
    r"^\d{2,6}$": "a short number: 2 to 6 figures",
    r"^sips?:[^\s<>\"]+$": "a SIP address: sip:name@192.0.2.4",
    "^[a-z][a-z0-9_-]{0,30}$": "a name: small letters, figures, _ and -, a letter first",
    r"^([01][0-9]|2[0-3]):[0-5][0-9]$": 'a time: "09:00"',
}


def in_words(error: Any, written: Any) -> str:
    """What is wrong with a value, for an error of a model; `written` is what stands in the file."""
    if error["type"] == "string_pattern_mismatch" and error["ctx"]["pattern"] in FORMS:
        return f"{error['input']!r} is not {FORMS[error['ctx']['pattern']]}"
    words = _WORDS.get(error["type"])
    if words is None:
        return str(error["msg"]).removeprefix("Value error, ")
    unit = "s" if isinstance(written, str) and re.fullmatch(r"[\d.]+ *(ms|s|m|h)", written) else ""
    return words.format(**error.get("ctx", {}), input=repr(error["input"]), unit=unit)
