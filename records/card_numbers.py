"""The last guard before anything is written: card numbers (ISO/IEC 7812-1, Luhn) in event data are masked.

Nothing should ever hand one over; this catches the mistake. Codes, expiry dates and PINs have no pattern and
cannot be found here: they must stay in a Secret.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_SHORTEST, _LONGEST = 13, 19

DOUBTFUL = re.compile(r"[0-9][0-9\s./\\nrt-]{12}")
"""How every card number begins, in JSON too; kept this simple because each event is searched for it (0.5 microseconds).
"""
_ESCAPE = "\\u"
"""In encoded JSON it could stand for a digit of another script."""

_RUN = re.compile(r"(?<![^\W_])\d(?:[\s./\-\u200b\u2010-\u2015\u2212]{0,3}\d){12,}(?![^\W_])")
"""Digits and separators, as people type and paste them: hexadecimal words and other mixtures are not."""

_UUID = re.compile(r"(?<![0-9a-fA-F])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![0-9a-fA-F])")
_GROUP = re.compile(r"\d+")
_PHONE_LONGEST = 15
_PHONE = re.compile(rf"\d{{13,{_PHONE_LONGEST}}}")
_ISSUERS = "23456"
"""How the cards of those who pay with them begin."""
_USUAL_GROUP = 4
_LONGEST_GROUP = 7
"""Cards are written in groups of up to seven digits, or in one piece."""


def is_doubtful(encoded: str) -> bool:
    """Whether this JSON text is worth the closer look: cheap, and true for every text with a card number."""
    return _ESCAPE in encoded or DOUBTFUL.search(encoded) is not None


def masked(value: object) -> tuple[object, int]:
    """The value with its card numbers masked to the last four digits, and how many there were."""
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return _mask_number(value)
    if isinstance(value, Mapping):
        return _mask_mapping(value)
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        pairs = [masked(each) for each in value]
        return [each for each, _ in pairs], sum(count for _, count in pairs)
    return value, 0


def mask_text(text: str) -> tuple[str, int]:
    """The text with its card numbers masked, and how many there were."""
    if len(text) < _SHORTEST:
        return text, 0
    kept = [found.span() for found in _UUID.finditer(text) if not found[0].replace("-", "").isdigit()]
    spans = [
        span
        for run in _RUN.finditer(text)
        if not any(start <= run.start() and run.end() <= end for start, end in kept)
        for span in _cards(text, *run.span())
    ]
    for start, end in spans:
        hidden = re.sub(r"\d(?=(?:\D*\d){4})", "*", text[start:end])
        text = text[:start] + hidden + text[end:]
    return text, len(spans)


def _cards(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Where cards stand within one run of digits."""
    groups = [found.span() for found in _GROUP.finditer(text, start, end)]
    spans: list[tuple[int, int]] = []
    at = 0
    while at < len(groups):
        found = _card_at(text, groups, at)
        if found is None:
            at += 1
            continue
        spans.append((groups[at][0], found[1]))
        at = found[0]
    return spans


def _card_at(text: str, groups: list[tuple[int, int]], first: int) -> tuple[int, int] | None:
    """The card that begins with this group, longest first: the group after it and where it ends."""
    start, end = groups[first]
    if end - start > _LONGEST_GROUP:
        return (first + 1, end) if _is_one_piece_card(text, start, end) else None
    digits, fits = "", []
    separator = text[end : groups[first + 1][0]].strip() if first + 1 < len(groups) else ""
    for at in range(first, len(groups)):
        piece = text[slice(*groups[at])]
        digits += piece
        if len(piece) > _LONGEST_GROUP or len(digits) > _LONGEST:
            break
        if at > first and text[groups[at - 1][1] : groups[at][0]].strip() != separator:
            break  # cards are not written with two kinds of separator; dates with times are
        sizes = [stop - begin for begin, stop in groups[first : at + 1]]
        if len(digits) >= _SHORTEST and _is_usual(sizes, digits) and passes_luhn(digits):
            fits.append((at + 1, groups[at][1]))
    return fits[-1] if fits else None


def _is_usual(sizes: Sequence[int], digits: str) -> bool:
    """Whether somebody would write a card so: in fours and longer, or in groups that are all alike but the last.

    The payload types of an SDP are neither: `0 8 9 111 112 113 101 110 114`.
    """
    *firsts, last = sizes
    if min(firsts) >= _USUAL_GROUP:
        return True
    return len(set(firsts)) == 1 and last <= firsts[0] and digits[0] in _ISSUERS


def _is_one_piece_card(text: str, start: int, end: int) -> bool:
    digits = text[start:end]
    if text[:start].endswith("+") and _PHONE.fullmatch(digits):
        return False  # E.164: nobody writes a plus before a card, and a caller's number must survive
    if digits.startswith("00") and len(digits) <= len("00") + _PHONE_LONGEST:
        return False  # the same as it is dialled; no issuer has numbers that begin so (ISO/IEC 7812-1)
    if len(digits) <= _LONGEST:
        return len(digits) >= _SHORTEST and passes_luhn(digits)
    # Longer than any card: it may hold one with an expiry date or a code run together.
    windows = (digits[at : at + 16] for at in range(len(digits) - 15))
    return any(window[0] in _ISSUERS and passes_luhn(window) for window in windows)


def passes_luhn(digits: str) -> bool:
    """Whether the check digit is right (ISO/IEC 7812-1, Annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _mask_number(value: int) -> tuple[int | str, int]:
    """A card number held as a number: it begins with 2 to 6, times in microseconds with 1 until 2033."""
    digits = str(value)
    if _SHORTEST <= len(digits) <= _LONGEST and digits[0] in _ISSUERS and passes_luhn(digits):
        return "*" * (len(digits) - 4) + digits[-4:], 1
    return value, 0


def _mask_mapping(value: Mapping[object, object]) -> tuple[dict[str, object], int]:
    cleaned: dict[str, object] = {}
    total = 0
    for key, each in value.items():
        name, in_name = mask_text(str(key))
        cleaned[name], count = masked(each)
        total += in_name + count
    return cleaned, total
