"""The DNS, asked without stopping anybody: answers kept as long as they say, failures for a moment, all bounded.

Should the DNS itself fail, an answer that has grown too old is used once more: calls go on (RFC 8767).
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, NamedTuple

import dns.asyncresolver
import dns.exception
import dns.rdatatype
import dns.resolver
import structlog

from sip.io.hosts import Hosts
from sip.locating.hops import Answer, Naptr, Question
from sip.locating.srv import Srv

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

log = structlog.get_logger()

MOST_KEPT = 4096
MOST_AT_ONCE = 256
"""Questions under way; a further one is answered with nothing."""
LONGEST = 86_400.0
SHORTEST = 1.0
"""Seconds that an answer is kept, whatever it says of itself."""
NOTHING_KEPT = 30.0
"""Seconds that "no such record" is believed."""
FAILURE_KEPT = 5.0
"""Seconds that servers which did not answer are left alone."""
TOO_OLD = 3600.0
"""Seconds after its end that an answer still serves while the servers fail."""


class DnsSettings(NamedTuple):
    """Whom to ask and how long to wait."""

    servers: tuple[str, ...] = ()
    """Addresses; the system's own servers when none is named."""
    port: int = 53
    timeout: float = 3.0
    """Seconds for one answer, repetitions included."""


class _Kept(NamedTuple):
    answer: Answer
    until: float


class Dns:
    """Asks, and remembers."""

    __slots__ = ("_asking", "_clock", "_hosts", "_kept", "_resolver", "_settings")

    def __init__(self, settings: DnsSettings, hosts: Path, clock: Callable[[], float] | None = None) -> None:
        """Nothing is asked yet; `clock` counts seconds, the loop's own unless given."""
        self._hosts = Hosts(hosts)
        self._clock = clock
        self._kept: OrderedDict[Question, _Kept] = OrderedDict()
        self._asking: dict[Question, asyncio.Task[Answer]] = {}
        self._resolver: dns.asyncresolver.Resolver | None = None
        self._settings = settings

    def configure(self, settings: DnsSettings) -> None:
        """Ask others from now on; what they would say of what is known may differ."""
        if settings != self._settings:
            self._settings, self._resolver = settings, None
            self._kept.clear()

    async def ask(self, question: Question) -> Answer:
        """The records of a question; none where there are none, or nobody answers."""
        local = self._hosts.find(_host(question), question.kind)
        if local is not None:
            return local
        kept = self._kept.get(question)
        if kept is not None and kept.until > self._now():
            self._kept.move_to_end(question)
            return kept.answer
        task = self._asking.get(question)
        if task is None:
            if len(self._asking) >= MOST_AT_ONCE:
                return kept.answer if kept is not None else ()
            task = self._asking[question] = asyncio.get_running_loop().create_task(self._ask(question))
            task.add_done_callback(lambda _: self._asking.pop(question, None))
        # Shielded: whoever hangs up meanwhile does not take the answer away from the others who wait for it.
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Wait for nothing that is still asked."""
        tasks = list(self._asking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _ask(self, question: Question) -> Answer:
        try:
            found = await self._present_resolver().resolve(
                question.name,
                question.kind,
                search="." not in question.name,
                raise_on_no_answer=False,
                lifetime=self._settings.timeout,
            )
        except dns.resolver.NXDOMAIN:
            return self._keep(question, (), NOTHING_KEPT)
        except (dns.exception.DNSException, OSError, ValueError) as error:  # also a name that can be none
            return self._failed(question, error)
        if found.rrset is None:
            return self._keep(question, (), NOTHING_KEPT)
        answer = _records(question.kind, found.rrset)
        return self._keep(question, answer, min(max(float(found.rrset.ttl), SHORTEST), LONGEST))

    def _failed(self, question: Question, error: Exception) -> Answer:
        self._resolver = None  # the system may name other servers by now
        log.info("dns_failed", name=question.name, kind=question.kind, error=type(error).__name__)
        kept = self._kept.get(question)
        is_usable = kept is not None and kept.until + TOO_OLD > self._now()
        answer: Answer = kept.answer if kept is not None and is_usable else ()
        if not answer:
            return self._keep(question, (), FAILURE_KEPT)
        return answer

    def _keep(self, question: Question, answer: Answer, seconds: float) -> Answer:
        self._kept[question] = _Kept(answer, self._now() + seconds)
        self._kept.move_to_end(question)
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return answer

    def _now(self) -> float:
        return self._clock() if self._clock is not None else asyncio.get_running_loop().time()

    def _present_resolver(self) -> dns.asyncresolver.Resolver:
        """Made when first needed: a machine without servers still serves addresses. Raises DNSException."""
        if self._resolver is None:
            named = self._settings.servers
            resolver = dns.asyncresolver.Resolver(configure=not named)
            if named:
                resolver.nameservers = list(named)
                resolver.port = self._settings.port
            resolver.timeout = min(1.0, self._settings.timeout / 2)
            self._resolver = resolver
        return self._resolver


def _host(question: Question) -> str:
    """The host that a question is about: that of `_sip._udp.host` too, since the hosts file has no such records."""
    labels = question.name.split(".")
    return ".".join(labels[2:]) if question.kind == "SRV" and len(labels) > 2 else question.name


def _records(kind: str, rrset: Iterable[Any]) -> Answer:
    match kind:
        case "NAPTR":
            return tuple(
                Naptr(
                    each.order,
                    each.preference,
                    each.flags.decode("ascii", "replace"),
                    each.service.decode("ascii", "replace"),
                    each.replacement.to_text(),
                )
                for each in rrset
            )
        case "SRV":
            return tuple(Srv(each.priority, each.weight, each.port, each.target.to_text()) for each in rrset)
        case _:
            return tuple(each.address for each in rrset)
