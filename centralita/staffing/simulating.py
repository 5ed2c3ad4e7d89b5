"""Days of the simulator played in several processes: a day is one task, and its chance comes from its own seed."""

from __future__ import annotations

import multiprocessing
import os
import random
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING

from routing.simulation.day import Day, Played, play

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future
    from types import TracebackType

_AHEAD = 4
"""Days in work or waiting for each process: enough that none is idle, few enough that a year is never in memory."""


def play_seeded(day: Day) -> Played:
    """Play a day by its seed."""
    return play(day, random.Random(day.seed), random.Random(f"{day.seed} lots"))


class Players:
    """Plays days in as many processes as there are cores; in this one where there is one core or `jobs` is 1."""

    def __init__(self, jobs: int | None = None) -> None:
        """Processes are begun with the first day and ended by leaving the `with` block."""
        self._jobs = jobs or len(os.sched_getaffinity(0))
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Players:
        """Ready."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the processes."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def play(self, days: Iterable[Day], *, done: Callable[[Played], None] | None = None) -> Iterator[Played]:
        """What each day told, in the order of the days; `done` hears of each."""
        for played in self._played(days):
            if done is not None:
                done(played)
            yield played

    def _played(self, days: Iterable[Day]) -> Iterator[Played]:
        if self._jobs == 1:
            yield from map(play_seeded, days)
            return
        if self._pool is None:
            # A fresh process each: the parent may have threads (a progress bar), which a fork would break.
            self._pool = ProcessPoolExecutor(self._jobs, multiprocessing.get_context("spawn"))
        waiting: deque[Future[Played]] = deque()
        for day in days:
            waiting.append(self._pool.submit(play_seeded, day))
            if len(waiting) >= _AHEAD * self._jobs:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
