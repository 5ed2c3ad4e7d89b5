"""Servers that are left alone for a while: those that said so (503 with Retry-After), and those that did not answer.

RFC 3261 s.21.5.4, RFC 3263 s.4.3. Only what was found by name or belongs to a trunk counts: many phones may share one
address, and a 503 of one of them says nothing of the others.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sip.errors import ServersUnavailable
from sip.retry_after import retry_after

if TYPE_CHECKING:
    from sip.flow import Address
    from sip.message import Response
    from sip.target import Target

MOST = 1024
"""Servers remembered; the one that is free again soonest makes room."""
LONGEST = 3600.0
"""Seconds that a server may ask to be left alone."""
AFTER_SILENCE = 30.0
"""Seconds for which a server that did not answer is tried after all others."""

_Server = tuple[str, "Address"]


class Avoided:
    """Which servers get no requests now, or get them last."""

    __slots__ = ("_failed", "_refusing")

    def __init__(self) -> None:
        """Begin with none."""
        self._refusing: dict[_Server, float] = {}
        self._failed: dict[_Server, float] = {}

    def note(self, target: Target, status: int, response: Response | None, *, now: float) -> None:
        """An INVITE to a target failed; without a response the server is silent or cannot be reached.

        One that refuses a call is there.
        """
        server = _server(target)
        if server is None:
            return
        if response is None:
            _remember(self._failed, server, now + AFTER_SILENCE, now)
        elif status == 503:
            seconds = retry_after(response)
            if seconds:
                _remember(self._refusing, server, now + min(seconds, LONGEST), now)
        else:
            self.answered(target)

    def answered(self, target: Target) -> None:
        """A server spoke: what was held against it is forgotten."""
        if self._failed:
            server = _server(target)
            if server is not None:
                self._failed.pop(server, None)

    def best(self, target: Target, *, now: float) -> Target:
        """The target without the ways that must not be taken now, silent ones last. Raises ServersUnavailable."""
        if not self._refusing and not self._failed:
            return target
        ways = [
            each
            for each in (replace(target, alternatives=()), *target.alternatives)
            if not _holds(self._refusing, each, now)
        ]
        if not ways:
            raise ServersUnavailable(f"{target.uri}: its servers asked to be left alone")
        ways.sort(key=lambda each: _holds(self._failed, each, now))
        first, *others = ways
        return replace(first, alternatives=tuple(others))


def _server(target: Target) -> _Server | None:
    if target.server is None or target.destination is None:
        return None
    return target.transport or "UDP", target.destination


def _holds(table: dict[_Server, float], target: Target, now: float) -> bool:
    server = _server(target)
    return server is not None and table.get(server, now) > now


def _remember(table: dict[_Server, float], server: _Server, until: float, now: float) -> None:
    table[server] = max(until, table.get(server, 0.0))
    if len(table) > MOST:
        for each in [each for each, end in table.items() if end <= now]:
            del table[each]
        while len(table) > MOST:
            del table[min(table, key=table.__getitem__)]
