"""Cells of CSV files that a spreadsheet may open: nothing in them is taken for a formula."""

from __future__ import annotations

_FORMULA = frozenset("=+-@\t\r")


def safe(value: str) -> str:
    """Text that begins as a formula would gets an apostrophe before it, which spreadsheets show as text.

    A telephone number with its plus is none, and whoever reads it for something else finds it by that.
    """
    is_number = value[:1] == "+" and value[1:].isascii() and value[1:].isdigit()
    return f"'{value}" if value[:1] in _FORMULA and not is_number else value
