"""What is said of a caller's place and wait, in prompts with their values; the words are those of the prompts."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

NEXT = "queue_next"
POSITION = "queue_position"
WAIT = "queue_wait"
SHORT_WAIT = "queue_wait_short"
LONG_WAIT = "queue_wait_long"
WAITS = (WAIT, SHORT_WAIT, LONG_WAIT)

LONGEST = 60
"""Minutes; what lasts longer is said as more than an hour."""
_STEPS = ((10, 1), (30, 5), (LONGEST, 10))
"""(up to so many minutes, in steps of so many): nobody believes an estimate of 37 minutes."""


@dataclass(frozen=True, slots=True)
class Saying:
    """A prompt, and the values that its slots speak."""

    prompt: str
    values: tuple[tuple[str, str], ...] = ()


def of_position(position: int) -> Saying:
    """The place in the line, from one."""
    return Saying(NEXT) if position <= 1 else Saying(POSITION, (("position", str(position)),))


def rounded(wait: float | None) -> int | None:
    """An estimate in seconds as the minutes that are spoken: 0 for less than one; None is silence."""
    if wait is None or not isfinite(wait):
        return None
    minutes = wait / 60
    if minutes < 1:
        return 0
    for limit, step in _STEPS:
        # Half a step more is nearer to this step than to the next size of steps.
        if (told := int(minutes / step + 0.5) * step) <= limit:
            return told
    return LONGEST + 1


def of_wait(minutes: int) -> Saying:
    """The wait ahead, in minutes that were rounded."""
    if minutes == 0:
        return Saying(SHORT_WAIT)
    return Saying(LONG_WAIT) if minutes > LONGEST else Saying(WAIT, (("minutes", str(minutes)),))
