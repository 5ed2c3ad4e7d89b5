"""Names into addresses before a request is sent (RFC 3263): runs the pure rules of hops with the DNS's answers."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sip.dialog import is_literal, ways
from sip.io.dns import Dns, DnsSettings
from sip.locating.hops import MOST_HOPS, Answers, locate
from sip.uri import Uri

if TYPE_CHECKING:
    from collections.abc import Callable

    from sip.locating.hops import Hop, Means
    from sip.target import Target

HOSTS = Path("/etc/hosts")


class Resolver:
    """Finds the ways to targets."""

    __slots__ = ("_means", "dns")

    def __init__(self, means: Callable[[], Means], dns: Dns | None = None) -> None:
        """`means` says what we can send by now."""
        self._means = means
        self.dns = dns or Dns(DnsSettings(), HOSTS)

    async def resolve(self, target: Target) -> Target:
        """The target with a way to go, and other ways as its alternatives.

        Raises ParseError for a bad URI, UnresolvedTarget for a name that leads nowhere.
        """
        if target.flow is not None or target.destination is not None:
            return target
        _, _, hop_text = ways(target.uri, target.routes)
        uri = Uri.parse(hop_text)
        if is_literal(uri.address[0]) and uri.scheme == "sip":
            return target  # nothing to find: what it goes by stands in it
        first, *others = (
            replace(target, destination=hop.address, transport=hop.transport, server=hop.name)
            for hop in (await self.hops(uri))[:MOST_HOPS]
        )
        return replace(first, alternatives=(*others, *target.alternatives))

    async def hops(self, uri: Uri) -> list[Hop]:
        """All ways to a URI, the first to be tried first. Raises UnresolvedTarget."""
        steps = locate(uri, self._means(), lambda highest: secrets.randbelow(highest + 1))
        try:
            questions = next(steps)
            while True:
                found = await asyncio.gather(*(self.dns.ask(each) for each in questions))
                answers: Answers = dict(zip(questions, found, strict=True))
                questions = steps.send(answers)
        except StopIteration as stop:
            hops: list[Hop] = stop.value
            return hops

    async def close(self) -> None:
        """Ask nothing more."""
        await self.dns.close()
