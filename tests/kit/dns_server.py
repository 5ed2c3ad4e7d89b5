"""A small DNS server on loopback: says what its zone holds, counts what it is asked, and fails as it is told."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from typing import TYPE_CHECKING

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

if TYPE_CHECKING:
    from typing import Self


class DnsServer(asyncio.DatagramProtocol):
    """`zone` maps (name, type) to the texts of its records."""

    def __init__(self, zone: dict[tuple[str, str], list[str]], *, ttl: int = 60, port: int = 0) -> None:
        """Serve once entered."""
        self.zone = zone
        self.ttl = ttl
        self.asked: Counter[tuple[str, str]] = Counter()
        self.is_silent = False
        self.rcode = dns.rcode.NOERROR
        self.address = ("127.0.0.1", port)
        self._transport: asyncio.DatagramTransport | None = None

    async def __aenter__(self) -> Self:
        """Listen on a free port."""
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=self.address)
        self._transport = transport
        self.address = transport.get_extra_info("sockname")[:2]
        return self

    async def __aexit__(self, *failure: object) -> None:
        """Close."""
        if self._transport is not None:
            self._transport.close()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer one question."""
        query = dns.message.from_wire(data)
        question = query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True), dns.rdatatype.to_text(question.rdtype)
        self.asked[(name, kind)] += 1
        if self.is_silent or self._transport is None:
            return
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA
        response.set_rcode(self.rcode)
        texts = self.zone.get((name, kind), [])
        if texts and self.rcode == dns.rcode.NOERROR:
            response.answer.append(dns.rrset.from_text(question.name, self.ttl, "IN", kind, *texts))
        elif self.rcode == dns.rcode.NOERROR and not any(known == name for known, _ in self.zone):
            response.set_rcode(dns.rcode.NXDOMAIN)
        self._transport.sendto(response.to_wire(), addr)


class DnsThread:
    """The same in a thread of its own, for tests that do not run on a loop."""

    def __init__(self, zone: dict[tuple[str, str], list[str]], port: int) -> None:
        """Serve on this port of loopback once entered."""
        self._server = DnsServer(zone, port=port)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._server.__aenter__(), self._loop).result(5)
        return self

    def __exit__(self, *failure: object) -> None:
        """End."""
        asyncio.run_coroutine_threadsafe(self._server.__aexit__(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()
