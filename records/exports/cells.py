"""Cells of CSV files that a spreadsheet may open: nothing in them is taken for a formula."""

from __future__ import annotations

_FORMULA = frozenset("=+-@\t\r")


def safe(value: str) -> str:
    """Text that begins as a formula would gets an apostrophe before it, which spreadsheets show as text."""
    return f"'{value}" if value[:1] in _FORMULA else value
