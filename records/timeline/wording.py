"""Words for codes: Q.850 causes (ITU-T Q.850 table 1), SIP statuses, languages, durations."""

from __future__ import annotations

from sip.reasons import REASONS

_CAUSES = {
    1: "unallocated number",
    3: "no route to destination",
    16: "normal call clearing",
    17: "user busy",
    18: "no user responding",
    19: "no answer from user",
    20: "subscriber absent",
    21: "call rejected",
    22: "number changed",
    26: "non-selected user clearing",
    27: "destination out of order",
    28: "invalid number format",
    31: "normal, unspecified",
    34: "no circuit available",
    38: "network out of order",
    41: "temporary failure",
    42: "switching equipment congestion",
    44: "requested channel not available",
    47: "resource unavailable",
    57: "bearer capability not authorized",
    58: "bearer capability not available",
    65: "bearer capability not implemented",
    79: "service not implemented",
    88: "incompatible destination",
    102: "recovery on timer expiry",
    111: "protocol error",
    127: "interworking",
}

_LANGUAGES = {"es": "Spanish", "pl": "Polish", "en": "English"}


def cause_words(cause: object) -> str:
    """`16 normal call clearing`."""
    words = _CAUSES.get(cause) if isinstance(cause, int) else None
    return f"{cause} {words}" if words else str(cause)


def status_words(status: object) -> str:
    """`486 Busy Here`."""
    words = REASONS.get(status) if isinstance(status, int) else None
    return f"{status} {words}" if words else str(status)


def language_words(language: object) -> str:
    """`Spanish (es)`."""
    words = _LANGUAGES.get(str(language))
    return f"{words} ({language})" if words else str(language)


_LONGEST = 1e9
"""Seconds beyond which a figure is no duration but damage."""


def duration(seconds: object) -> str:
    """`3.2 s`, `1 min 05 s`, `2 h 03 min`."""
    if (
        not isinstance(seconds, int | float) or not abs(seconds) < _LONGEST
    ):  # not a number is not below anything
        return "some time"
    if seconds < 60:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def counted(count: object, one: str) -> str:
    """`1 key`, `16 keys`."""
    return f"{count} {one}" if count == 1 else f"{count} {one}s"


def clock(seconds: float) -> str:
    """`00:07.250`, the time into a call."""
    sign = "-" if seconds < 0 else ""
    thousandths = round(abs(seconds) * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    return f"{sign}{minutes:02d}:{rest // 1000:02d}.{rest % 1000:03d}"
