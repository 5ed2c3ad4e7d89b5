"""The resolver and a real DNS server on loopback: cache, failures, the hosts file (RFC 3263, RFC 2308, RFC 8767)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import dns.rcode
import pytest

from sip.errors import UnresolvedTarget
from sip.io.dns import FAILURE_KEPT, MOST_KEPT, NOTHING_KEPT, Dns, DnsSettings
from sip.io.resolver import Resolver
from sip.locating.hops import Means, Question
from sip.target import Target
from sip.uri import Uri
from tests.kit.dns_server import DnsServer

if TYPE_CHECKING:
    from pathlib import Path

ZONE = {
    ("carrier.example", "NAPTR"): ['50 50 "s" "SIP+D2T" "" _sip._tcp.carrier.example.'],
    ("_sip._tcp.carrier.example", "SRV"): ["20 0 5062 b.carrier.example.", "10 0 5061 a.carrier.example."],
    ("a.carrier.example", "A"): ["192.0.2.1"],
    ("b.carrier.example", "A"): ["192.0.2.2"],
    ("phone.example", "A"): ["192.0.2.3"],
}


class Clock:
    """Time that passes when it is told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def resolver(server: DnsServer, hosts: Path, clock: Clock | None = None) -> Resolver:
    """A resolver that asks this server only."""
    settings = DnsSettings((server.address[0],), server.address[1], timeout=0.4)
    means = Means(frozenset({("UDP", 4), ("TCP", 4)}))
    return Resolver(lambda: means, Dns(settings, hosts, clock or Clock()))


@pytest.fixture
def hosts(tmp_path: Path) -> Path:
    path = tmp_path / "hosts"
    path.write_text("192.0.2.99 box box.example  # the one in the cellar\n2001:db8::9 box\nrubbish\n")
    return path


async def test_naptr_srv_and_addresses_are_followed(hosts: Path) -> None:
    async with DnsServer(ZONE) as server:
        target = await resolver(server, hosts).resolve(Target("sip:+34@carrier.example"))
    assert (target.transport, target.destination, target.server) == (
        "TCP",
        ("192.0.2.1", 5061),
        "carrier.example",
    )
    assert [each.destination for each in target.alternatives] == [("192.0.2.2", 5062)]
    assert {each.uri for each in (target, *target.alternatives)} == {"sip:+34@carrier.example"}


async def test_an_address_and_a_known_flow_pass_as_they_are(hosts: Path) -> None:
    async with DnsServer(ZONE) as server:
        for target in (Target("sip:a@192.0.2.7"), Target("sip:a@carrier.example", ("192.0.2.8", 5060))):
            assert await resolver(server, hosts).resolve(target) is target
    assert not server.asked


async def test_a_route_is_resolved_and_not_the_request_uri(hosts: Path) -> None:
    async with DnsServer(ZONE) as server:
        routed = Target("sip:a@nowhere.example", routes=("<sip:phone.example:5090;lr>",))
        assert (await resolver(server, hosts).resolve(routed)).destination == ("192.0.2.3", 5090)


async def test_answers_are_kept_as_long_as_they_say_and_no_longer(hosts: Path) -> None:
    clock = Clock()
    async with DnsServer(ZONE, ttl=60) as server:
        asking = resolver(server, hosts, clock)
        for now, times in ((0.0, 1), (59.0, 1), (61.0, 2)):
            clock.now = now
            await asking.hops(Uri.parse("sip:phone.example:5060"))
            assert server.asked[("phone.example", "A")] == times


async def test_that_there_is_nothing_is_kept_for_a_moment(hosts: Path) -> None:
    clock = Clock()
    async with DnsServer(ZONE) as server:
        asking = resolver(server, hosts, clock)
        for now, times in ((0.0, 1), (NOTHING_KEPT - 1, 1), (NOTHING_KEPT + 1, 2)):
            clock.now = now
            with pytest.raises(UnresolvedTarget):
                await asking.hops(Uri.parse("sip:nobody.example:5060"))
            assert server.asked[("nobody.example", "A")] == times


async def test_many_who_ask_at_once_ask_the_server_once(hosts: Path) -> None:
    async with DnsServer(ZONE) as server:
        asking = resolver(server, hosts)
        await asyncio.gather(*(asking.hops(Uri.parse("sip:phone.example:5060")) for _ in range(50)))
    assert server.asked[("phone.example", "A")] == 1


async def test_a_silent_server_costs_its_time_and_then_nothing_for_a_moment(hosts: Path) -> None:
    clock = Clock()
    async with DnsServer(ZONE) as server:
        server.is_silent = True
        asking = resolver(server, hosts, clock)
        with pytest.raises(UnresolvedTarget):
            await asking.hops(Uri.parse("sip:phone.example:5060"))
        before = server.asked.total()
        with pytest.raises(UnresolvedTarget):
            await asking.hops(Uri.parse("sip:phone.example:5060"))
        assert server.asked.total() == before
        server.is_silent = False
        clock.now += FAILURE_KEPT + 1
        assert await asking.hops(Uri.parse("sip:phone.example:5060"))


@pytest.mark.parametrize("rcode", [dns.rcode.SERVFAIL, dns.rcode.REFUSED])
async def test_an_old_answer_serves_while_the_dns_fails(hosts: Path, rcode: dns.rcode.Rcode) -> None:
    clock = Clock()
    async with DnsServer(ZONE, ttl=60) as server:
        asking = resolver(server, hosts, clock)
        first = await asking.hops(Uri.parse("sip:phone.example:5060"))
        server.rcode = rcode
        clock.now = 1000.0
        assert await asking.hops(Uri.parse("sip:phone.example:5060")) == first
        clock.now = 9000.0
        with pytest.raises(UnresolvedTarget):
            await asking.hops(Uri.parse("sip:phone.example:5060"))


async def test_the_hosts_file_goes_before_the_dns_and_is_read_again_when_it_changes(hosts: Path) -> None:
    async with DnsServer(ZONE) as server:
        asking = resolver(server, hosts)
        (hop,) = await asking.hops(Uri.parse("sip:BOX"))
        assert (hop.transport, hop.address) == ("UDP", ("192.0.2.99", 5060))
        assert not server.asked
        hosts.write_text("192.0.2.100 box moved-to-another-place\n")  # noqa: ASYNC240 - a few octets
        (hop,) = await asking.hops(Uri.parse("sip:box"))
        assert hop.address == ("192.0.2.100", 5060)


async def test_localhost_is_this_machine_whatever_the_dns_says(tmp_path: Path) -> None:
    """RFC 6761 s.6.3."""
    async with DnsServer({("localhost", "A"): ["192.0.2.66"]}) as server:
        (hop,) = await resolver(server, tmp_path / "none").hops(Uri.parse("sip:localhost"))
    assert hop.address == ("127.0.0.1", 5060)


@pytest.mark.parametrize("host", ["a" * 64 + ".example", "x..y", "-", "a." * 130 + "example"])
async def test_a_name_that_can_be_none_leads_nowhere_and_breaks_nothing(hosts: Path, host: str) -> None:
    async with DnsServer(ZONE) as server:
        with pytest.raises(UnresolvedTarget):
            await resolver(server, hosts).hops(Uri("sip", None, host))


async def test_whoever_gives_up_does_not_take_the_answer_from_others(hosts: Path) -> None:
    async with DnsServer(ZONE) as server:
        asking = resolver(server, hosts)
        tasks = [asyncio.ensure_future(asking.hops(Uri.parse("sip:phone.example:5060"))) for _ in range(2)]
        await asyncio.sleep(0)
        tasks[0].cancel()
        assert await tasks[1]


async def test_what_is_kept_is_bounded(hosts: Path) -> None:
    async with DnsServer(ZONE) as server:
        asking = resolver(server, hosts).dns
        for number in range(MOST_KEPT + 10):
            asking._keep(Question(f"{number}.example", "A"), (), 60.0)
        assert len(asking._kept) == MOST_KEPT
