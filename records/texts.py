"""Texts from people and from the wire, made fit for what keeps and shows them."""

from __future__ import annotations

from records.card_numbers import mask_text

LONGEST_LINE = 200


def fit(text: str) -> str:
    """As any database can hold it: half surrogates and NUL are replaced."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def cleaned(text: str | None) -> str | None:
    """What people write, as it is kept: fit, and with card numbers masked to their last four digits."""
    return None if text is None else mask_text(fit(text))[0]


def one_line(text: str, longest: int = LONGEST_LINE) -> str:
    """What strangers call themselves, as a table or a log can show it: nothing but printable characters."""
    return "".join(each if each.isprintable() else "?" for each in text[:longest])
