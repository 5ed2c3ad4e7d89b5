"""What agents and supervisors dial on any phone. This table is the one place where the codes stand.

A code may be followed by more digits: `*122` is not ready (`*12`) for reason 2, `*201001` listens (`*20`) to 1001.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from calls import destination


class Wish(Enum):
    """What an agent asks for by dialling, or a supervisor."""

    AVAILABLE = "available"
    NOT_READY = "not_ready"
    WRAP_UP_OVER = "wrap_up_over"
    EXTEND_WRAP_UP = "extend_wrap_up"
    DISPOSITION = "disposition"
    LOG_OUT = "log_out"
    LISTEN = "listen"
    WHISPER = "whisper"
    BARGE = "barge"


@dataclass(frozen=True, slots=True)
class Code:
    """One code."""

    code: str
    wish: Wish
    meaning: str


CODES = {
    each.code: each
    for each in (
        Code("*10", Wish.LOG_OUT, "log out"),
        Code("*11", Wish.AVAILABLE, "log in and be available"),
        Code("*12", Wish.NOT_READY, "not ready; digits more give the reason"),
        Code("*13", Wish.WRAP_UP_OVER, "wrap-up is over"),
        Code("*14", Wish.EXTEND_WRAP_UP, "more wrap-up; digits more give the minutes"),
        Code("*15", Wish.DISPOSITION, "the result of the call, whose code follows"),
        Code("*20", Wish.LISTEN, "listen to the agent whose phone follows; 4, 5 and 6 change it in the call"),
        Code("*21", Wish.WHISPER, "whisper to that agent, unheard by the caller"),
        Code("*22", Wish.BARGE, "talk with that agent and the caller"),
    )
}

MONITORING = frozenset({Wish.LISTEN, Wish.WHISPER, Wish.BARGE})
"""What only supervisors may."""
KEYS = {"4": Wish.LISTEN, "5": Wish.WHISPER, "6": Wish.BARGE}
"""What a supervisor presses while monitoring."""

_LENGTH = 3
_LONGEST = 32


def find(dialled: str) -> destination.FeatureCode | None:
    """The feature code that was dialled, or None."""
    code, argument = dialled[:_LENGTH], dialled[_LENGTH:]
    if code not in CODES or (argument and not argument.isdigit()):
        return None
    return destination.FeatureCode(code, argument)


def unknown(dialled: str) -> destination.FeatureCode | None:
    """What looks like a feature code and is none: its caller is told so."""
    if not dialled.startswith("*") or not set(dialled) <= set("0123456789*#"):
        return None
    return destination.FeatureCode(dialled[:_LONGEST])
