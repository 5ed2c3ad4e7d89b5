"""How many calls each trunk carries now, and how many began within the last second: what a carrier sells, and bears.

Counts only; which trunk is tried next is decided by who calls.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from base.errors import CentralitaError
from sip import causes

if TYPE_CHECKING:
    from collections.abc import Callable

Direction = Literal["in", "out"]


class NoLine(CentralitaError):
    """A trunk takes no further call now."""

    code = "no_line"
    status = 503
    cause = causes.NO_CIRCUIT
    retry_after = 1


class AllLinesBusy(NoLine):
    """As many calls are up as the trunk may carry."""

    code = "all_lines_busy"
    retry_after = 5


class TooManyNewCalls(NoLine):
    """As many calls began within the last second as the trunk may bear."""

    code = "too_many_new_calls"


@dataclass(frozen=True, slots=True)
class LineLimits:
    """What a trunk may carry; None is as much as comes."""

    channels: int | None = None
    incoming: int | None = None
    """New calls in any second from the carrier."""
    outgoing: int | None = None
    """The same, to the carrier."""


class _Line:
    __slots__ = ("began", "in_use", "refused", "served")

    def __init__(self) -> None:
        self.in_use = 0
        self.served = 0
        self.refused = 0
        self.began: dict[Direction, deque[float]] = {"in": deque(), "out": deque()}


class Lines:
    """The lines of all trunks."""

    __slots__ = ("_limits", "_lines")

    def __init__(self, limits: Callable[[str], LineLimits]) -> None:
        """`limits` is asked at each call, so that a reload takes effect at once."""
        self._limits = limits
        self._lines: dict[str, _Line] = {}

    def take(self, trunk: str, way: Direction, *, now: float) -> None:
        """A call begins. Raises AllLinesBusy and TooManyNewCalls; then nothing is taken."""
        line = self._lines.get(trunk)
        if line is None:
            line = self._lines[trunk] = _Line()
        limits = self._limits(trunk)
        if limits.channels is not None and line.in_use >= limits.channels:
            line.refused += 1
            raise AllLinesBusy(f"all {limits.channels} channels of trunk {trunk} are in use")
        rate = limits.incoming if way == "in" else limits.outgoing
        if rate is not None:
            began = line.began[way]
            while began and began[0] <= now - 1.0:
                began.popleft()
            if len(began) >= rate:
                line.refused += 1
                raise TooManyNewCalls(f"{rate} calls began on trunk {trunk} within a second")
            began.append(now)
        line.in_use += 1
        line.served += 1

    def release(self, trunk: str) -> None:
        """A call is over."""
        line = self._lines.get(trunk)
        if line is not None and line.in_use:
            line.in_use -= 1

    def in_use(self, trunk: str | None = None) -> int:
        """Calls that are up on a trunk, or on all."""
        if trunk is None:
            return sum(line.in_use for line in self._lines.values())
        line = self._lines.get(trunk)
        return line.in_use if line is not None else 0

    def counts(self, trunk: str) -> tuple[int, int]:
        """Calls served, and calls that found no line, since the start."""
        line = self._lines.get(trunk)
        return (line.served, line.refused) if line is not None else (0, 0)
