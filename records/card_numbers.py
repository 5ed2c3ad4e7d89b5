"""The last guard before anything is written: card numbers (ISO/IEC 7812-1, Luhn) in event data are masked.

Nothing should ever hand one over; this catches the mistake. Codes, expiry dates and PINs have no pattern and
cannot be found here: they must stay in a Secret.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import accumulate

_SHORTEST, _LONGEST = 13, 19

DOUBTFUL = re.compile(r"[0-9][0-9\s./_,%\\nrt-]{12}")
"""How every card number begins, in JSON too; kept this simple because each event is searched for it (0.5 microseconds).
"""
_ESCAPE = "\\u"
"""In encoded JSON it could stand for a digit of another script."""

_PLAIN = {
    ord(each): str(unicodedata.decimal(each, " "))
    for each in re.findall(r"[\d\s\u200b]", "".join(map(chr, range(0x80, 0x20000))))
} | dict.fromkeys([*range(0x2010, 0x2016), 0x2212], "-")
"""Digits of all scripts, odd spaces and dashes as they are searched for."""

_RUN = re.compile(r"(?<![^\W_])[0-9](?:[\s./_,-]{0,3}[0-9]){12,}(?![^\W_])")
"""Digits and separators, as people type and paste them: hexadecimal words and other mixtures are not."""
_BEHIND_LETTERS = re.compile(r"(?<=[A-Za-z])[0-9]{13,19}(?![^\W_])")
_WORD = re.compile(r"(?<![^\W_])(?![A-Fa-f]+$)[A-Za-z]{1,16}$")
"""What is written right before a number, as in `x4111...`; beginnings of hexadecimal words and of ids are not."""
_LONGEST_WORD = 17

_UUID = re.compile(r"(?<![0-9a-fA-F])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![0-9a-fA-F])")
_UUID_LENGTH = 36
_GROUP = re.compile(r"[0-9]+")
_DIGIT = re.compile(r"[0-9]")
_PHONE_LONGEST = 15
_ISSUERS = frozenset(b"23456")
"""How the cards of those who pay with them begin."""
_USUAL_GROUP = 4
_LONGEST_GROUP = 7
"""Cards are written in groups of up to seven digits, or in one piece."""
_BESIDE_COMMAS = ((4, 4, 4, 4), (4, 6, 5), (4, 6, 4))
"""Other numbers between commas are lists, of extensions as an example."""
_VALUES = bytes(max(0, each - 0x30) if each < 0x3A else 0 for each in range(256))
_DOUBLED = bytes((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)[each] if each < 10 else 0 for each in range(256))
"""Luhn's doubling of a value, with its digits added."""


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
    """The text with its card numbers masked, as long as before, and how many there were.

    The work grows with the length of the text and no faster, whatever is in it: strangers send texts.
    """
    if len(text) < _SHORTEST:
        return text, 0
    plain = text if text.isascii() else text.translate(_PLAIN)
    if "%20" in plain:
        plain = plain.replace("%20", "   ")
    if DOUBTFUL.search(plain) is None:
        return text, 0
    spans: list[tuple[int, int]] = []
    for run in _RUN.finditer(plain):
        cards = _cards(plain, *run.span())
        if cards and not _is_of_uuid(plain, *run.span()):
            spans += cards
    behind = [found.span() for found in _BEHIND_LETTERS.finditer(plain) if _is_behind_a_word(plain, found)]
    if behind:
        spans = sorted(spans + behind)
    if not spans:
        return text, 0
    pieces: list[str] = []
    at = 0
    for start, end in spans:
        pieces += text[at:start], _hidden(text, plain, start, end)
        at = end
    return "".join([*pieces, text[at:]]), len(spans)


def _hidden(text: str, plain: str, start: int, end: int) -> str:
    """A card with its last four digits only."""
    shown = end
    for _ in range(4):
        shown -= 1
        while not "0" <= plain[shown] <= "9":
            shown -= 1
    if text is plain:
        return _DIGIT.sub("*", text[start:shown]) + text[shown:end]
    covered = ("*" if "0" <= plain[at] <= "9" else text[at] for at in range(start, shown))
    return "".join(covered) + text[shown:end]


def _is_of_uuid(text: str, start: int, end: int) -> bool:
    """Whether a run stands within a UUID that has letters, too."""
    if end - start >= _UUID_LENGTH:
        return False
    around = _UUID.finditer(text, max(0, start - _UUID_LENGTH), end + _UUID_LENGTH + 1)
    return any(
        each.start() <= start and end <= each.end() and not each[0].replace("-", "").isdigit()
        for each in around
    )


def _is_behind_a_word(text: str, found: re.Match[str]) -> bool:
    before = text[max(0, found.start() - _LONGEST_WORD) : found.start()]
    return ord(found[0][0]) in _ISSUERS and _WORD.search(before) is not None and passes_luhn(found[0])


def _cards(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Where cards stand within one run of digits."""
    groups = [found.span() for found in _GROUP.finditer(text, start, end)]
    if len(groups) == 1:
        return groups if _is_one_piece_card(text, start, end) else []
    written = _Written(text, groups)
    spans: list[tuple[int, int]] = []
    at = 0
    while at < len(groups):
        behind = written.card_at(at)
        if behind:
            spans.append((groups[at][0], groups[behind - 1][1]))
        at = behind or at + 1
    return spans


class _Written:
    """A run of groups of digits, with what is summed up once so that no place in it is looked at for long."""

    __slots__ = ("_alike", "_at", "_digits", "_groups", "_kin", "_sizes", "_sums", "_text")

    def __init__(self, text: str, groups: list[tuple[int, int]]) -> None:
        self._text, self._groups = text, groups
        pieces = [text[start:end] for start, end in groups]
        self._sizes = sizes = list(map(len, pieces))
        self._at = [0, *accumulate(self._sizes)]
        """How many digits are before each group."""
        self._digits = "".join(pieces).encode()
        self._sums = _sums(self._digits)
        between = list(map(str.strip, _GROUP.split(text[groups[0][0] : groups[-1][1]])))
        kin = alike = count = len(groups)
        self._kin, self._alike = [count] * count, [count] * count
        """Behind each group: where another kind of separator ends what belongs together, where another size does."""
        for each in range(count - 2, -1, -1):
            if each + 2 < count and between[each + 1] != between[each + 2]:
                kin = each + 2
            if sizes[each] != sizes[each + 1]:
                alike = each + 1
            elif alike > kin:
                alike = kin
            self._kin[each], self._alike[each] = kin, alike

    def card_at(self, first: int) -> int:
        """The group behind the card that begins with this group, the longest if there are several; 0 for none."""
        size = self._sizes[first]
        if size > _LONGEST_GROUP:
            return first + 1 if _is_one_piece_card(self._text, *self._groups[first]) else 0
        begin, kin = self._at[first], self._kin[first]
        if first + 1 < kin and "," in self._text[self._groups[first][1] : self._groups[first + 1][0]]:
            return self._beside_commas(first, kin)
        if size < _USUAL_GROUP:
            return self._alike_at(first, begin, size)
        found, behind = 0, first
        while behind < kin and (last := self._sizes[behind]) <= _LONGEST_GROUP:
            behind += 1
            count = self._at[behind] - begin
            if count > _LONGEST:
                break
            if count >= _SHORTEST and self._is_card(begin, begin + count):
                found = behind
            if last < _USUAL_GROUP:
                break
        return found

    def _alike_at(self, first: int, begin: int, size: int) -> int:
        """A card in groups of one to three, all alike but the last, which may be shorter.

        The payload types of an SDP are none: `0 8 9 111 112 113 101 110 114`.
        """
        if self._digits[begin] not in _ISSUERS:
            return 0
        alike, kin = self._alike[first], self._kin[first]
        for count in range(_LONGEST, _SHORTEST - 1, -1):
            whole, rest = divmod(count, size)
            behind = first + whole
            if behind > alike or (rest and (behind == kin or self._sizes[behind] != rest)):
                continue
            if self._is_card(begin, begin + count):
                return behind + (rest > 0)
        return 0

    def _beside_commas(self, first: int, kin: int) -> int:
        if (first and self._kin[first - 1] == kin) or self._digits[self._at[first]] not in _ISSUERS:
            return 0
        fits = kin - first <= 4 and tuple(self._sizes[first:kin]) in _BESIDE_COMMAS
        return kin if fits and self._is_card(self._at[first], self._at[kin]) else 0

    def _is_card(self, start: int, end: int) -> bool:
        sums = self._sums[end % 2]
        return (sums[end] - sums[start]) % 10 == 0


def _sums(digits: bytes) -> tuple[list[int], list[int]]:
    """What Luhn adds up from the beginning to each place: for numbers that end at even places, and at odd ones."""
    values = digits.translate(_VALUES)
    doubled = values.translate(_DOUBLED)
    even, odd = bytearray(values), bytearray(values)
    even[::2], odd[1::2] = doubled[::2], doubled[1::2]
    return [0, *accumulate(even)], [0, *accumulate(odd)]


def _is_one_piece_card(text: str, start: int, end: int) -> bool:
    size = end - start
    if size < _SHORTEST:
        return False
    if start and text[start - 1] == "+" and size <= _PHONE_LONGEST:
        return False  # E.164: nobody writes a plus before a card, and a caller's number must survive
    if text.startswith("00", start, end) and size <= len("00") + _PHONE_LONGEST:
        return False  # the same as it is dialled; no issuer has numbers that begin so (ISO/IEC 7812-1)
    digits = text[start:end]
    if size <= _LONGEST:
        return passes_luhn(digits)
    # Longer than any card: it may hold one with an expiry date or a code run together.
    encoded = digits.encode()
    return any(
        (after - before) % 10 == 0 and first in _ISSUERS
        for odd, sums in enumerate(_sums(encoded))
        for before, after, first in zip(sums[odd::2], sums[odd + 16 :: 2], encoded[odd::2], strict=False)
    )


def passes_luhn(digits: str) -> bool:
    """Whether the check digit is right (ISO/IEC 7812-1, Annex B)."""
    values = digits.encode().translate(_VALUES)
    return (sum(values[::-2]) + sum(values[-2::-2].translate(_DOUBLED))) % 10 == 0


def _mask_number(value: int) -> tuple[int | str, int]:
    """A card number held as a number: it begins with 2 to 6, times in microseconds with 1 until 2033."""
    digits = str(value)
    if _SHORTEST <= len(digits) <= _LONGEST and ord(digits[0]) in _ISSUERS and passes_luhn(digits):
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
