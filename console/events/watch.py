"""Whoever follows events is let go as soon as something changes for them: rights, session, key."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from base.errors import CentralitaError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from records.people.bell import Bell

AGAIN = 5.0
"""Seconds after which it is asked anyway: what other nodes and commands change rings no bell here."""
NO_LONGER_ALLOWED = 4003
"""The close code of who may not see events any more."""


async def until_refused(bell: Bell, still: Callable[[], Awaitable[bool]]) -> tuple[int, str]:
    """Wait until somebody is not who they were any more: code and reason of the close."""
    changed, loop = asyncio.Event(), asyncio.get_running_loop()

    def hear() -> None:
        loop.call_soon_threadsafe(changed.set)

    bell.listen(hear)
    try:
        # Asked at once: what changed before the bell was heard would never be told.
        while await _may_be(still):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(AGAIN):
                    await changed.wait()
            changed.clear()
    finally:
        bell.leave(hear)
    return NO_LONGER_ALLOWED, "not allowed any more"


async def _may_be(still: Callable[[], Awaitable[bool]]) -> bool:
    """A database that is away tells no events either: whoever follows waits for it too."""
    try:
        return await still()
    except CentralitaError:
        return True
