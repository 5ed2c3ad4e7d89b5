"""What is learned of trunks while they run: the addresses of their hosts, and the lines of our registrations.

A call to a registered contact of ours is known by the line that stands in it: an unguessable word that only the
carrier was told. Two accounts at one carrier are told apart by nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sip.message import Request


class TrunkSources:
    """Kept up to date by who resolves and registers."""

    __slots__ = ("_hosts", "_lines", "on_change")

    def __init__(self) -> None:
        """Begin with nothing."""
        self._hosts: dict[str, frozenset[str]] = {}
        self._lines: dict[str, str] = {}
        self.on_change: Callable[[], None] = lambda: None
        """Told when an address may belong to another trunk than before."""

    def learn(self, trunk: str, hosts: Iterable[str]) -> None:
        """These are the addresses of a trunk's host now."""
        found = frozenset(hosts)
        if found != self._hosts.get(trunk, frozenset()):
            self._hosts[trunk] = found
            self.on_change()

    def register(self, trunk: str, line: str) -> None:
        """Our contact at the trunk's registrar shows this line."""
        self._lines[line] = trunk

    def forget(self, trunk: str) -> None:
        """The trunk is no more, or another of that name takes its place."""
        self._lines = {line: name for line, name in self._lines.items() if name != trunk}
        if self._hosts.pop(trunk, None) is not None:
            self.on_change()

    def at(self, host: str) -> str | None:
        """The trunk whose host has this address; the first of several."""
        return next((trunk for trunk, hosts in self._hosts.items() if host in hosts), None)

    def line_of(self, request: Request) -> str | None:
        """The trunk whose registration a request came by. Raises ParseError."""
        line = request.uri.params.get("line") if self._lines else None
        return self._lines.get(line) if line is not None else None
