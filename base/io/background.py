"""Work beside all else: one task, begun once and ended with its owner."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine


class Background:
    """One task."""

    __slots__ = ("_name", "_task", "_work")

    def __init__(self, work: Callable[[], Coroutine[None, None, None]], name: str) -> None:
        """Nothing is done before `begin`."""
        self._work = work
        self._name = name
        self._task: asyncio.Task[None] | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether it was begun and is not over."""
        return self._task is not None and not self._task.done()

    def begin(self) -> None:
        """On the running loop."""
        self._task = asyncio.get_running_loop().create_task(self._work(), name=self._name)

    async def close(self) -> None:
        """End it, wherever it is; what it failed with before, if it did, is raised here."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
