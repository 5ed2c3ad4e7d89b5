"""Trunks as a node keeps them: up, down and why; settings taken over; whom a call by them goes to and as whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from base.secret import Secret
from calls.contact import Contact
from calls.lines import LineLimits, Lines
from centralita.outside.gateway import Gateway
from centralita.outside.outgoing import shown
from centralita.outside.trunk_table import print_trunks
from centralita.outside.trunk_view import shown_trunks
from centralita.outside.trunks import TrunkDown, Trunks, line_of
from sip.events import PeerReachable, PeerUnreachable, RegistrationAccepted, RegistrationRefused
from sip.io.dns import Dns, DnsSettings
from sip.io.endpoint import Endpoint
from sip.io.resolver import Resolver
from sip.locating.hops import Hop, Means
from sip.profile import ExternalProfile, InternalProfile, Profiles
from sip.trunks.sources import TrunkSources
from sip.trunks.trunk import Trunk
from tests.kit.builders import stack
from tests.kit.party import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from sip.events import PresenceEvent

SECRET = {"carrier": Secret("lemon-Kettle-9")}
HOP = Hop("UDP", ("192.0.2.10", 5060), "carrier.example")
OTHER = Hop("UDP", ("192.0.2.11", 5060), "carrier.example")


def profiles(*trunks: dict[str, Any]) -> Profiles:
    """Profiles with these trunks."""
    made = tuple(Trunk.model_validate({"name": "carrier", **each}) for each in trunks)
    return Profiles(InternalProfile(realm="x"), ExternalProfile(trunks=made))


class Scene:
    """Trunks on an endpoint of their own; nothing that they send reaches anybody."""

    def __init__(self, hosts: Path) -> None:
        hosts.write_text("127.0.0.9 carrier.example\n127.0.0.10 carrier.example\n")
        self.endpoint = Endpoint(stack(address=("127.0.0.1", 1)), lambda event: self.hear(event))
        self.sources = TrunkSources()
        means = Means(frozenset({("UDP", 4)}))
        resolver = Resolver(lambda: means, Dns(DnsSettings(("127.0.0.1",), 1, 0.2), hosts))
        self.trunks = Trunks(self.endpoint, resolver, self.sources, "a secret")

    def hear(self, event: Any) -> None:
        """What the stack tells."""
        self.trunks.hear(event)

    def tell(self, event: PresenceEvent) -> bool:
        """As if the stack had told it."""
        return self.trunks.hear(event)

    async def adopt(self, *trunks: dict[str, Any], known: dict[str, Secret] | None = None) -> Gateway:
        """Take settings over; the first trunk."""
        self.trunks.adopt(profiles(*trunks), SECRET if known is None else known)
        await until(lambda: all(map(_is_looked_at, self.trunks.all())))
        return self.trunks.all()[0]


def _is_looked_at(gateway: Gateway) -> bool:
    return bool(gateway.settings.host is None or gateway.hops or gateway.unresolved)


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    made = Scene(tmp_path / "hosts")
    yield made
    await made.trunks.close()


async def test_a_trunk_for_incoming_calls_only_carries_none_out(scene: Scene) -> None:
    gateway = await scene.adopt({"addresses": ["192.0.2.1"]})
    with pytest.raises(TrunkDown) as refused:
        await scene.trunks.target(gateway, "+34600111222")
    assert (refused.value.status, refused.value.cause) == (503, 38)


async def test_a_trunk_is_called_by_all_its_servers_and_known_by_their_addresses(scene: Scene) -> None:
    gateway = await scene.adopt({"host": "carrier.example:5070", "numbers": {"outgoing": "e164"}})
    target = await scene.trunks.target(gateway, "+34600111222")
    assert target.uri == "sip:34600111222@carrier.example:5070"
    ways = [each.destination for each in (target, *target.alternatives)]
    assert sorted(ways, key=str) == [("127.0.0.10", 5070), ("127.0.0.9", 5070)]
    assert {scene.sources.at(host) for host in ("127.0.0.9", "127.0.0.10")} == {"carrier"}
    assert scene.sources.at("127.0.0.11") is None


async def test_without_its_password_a_trunk_is_down_and_says_what_to_do(scene: Scene) -> None:
    gateway = await scene.adopt({"host": "127.0.0.9", "login": "we"}, known={})
    assert not gateway.health.is_up
    assert "centralita trunk password carrier" in gateway.health.why


async def test_a_name_that_leads_nowhere_is_told_until_it_leads_somewhere(scene: Scene) -> None:
    gateway = await scene.adopt({"host": "nobody.example"})
    await until(lambda: not gateway.health.is_up)
    assert "nobody.example" in gateway.health.why


async def test_a_fault_of_ours_does_not_end_the_watching_of_a_trunk(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("centralita.outside.trunks.SOON_AGAIN", 0.01)
    follow, faults = scene.trunks._follow, [RuntimeError("sip:secret@carrier.example")]

    def fails_once(gateway: Gateway, hops: tuple[Hop, ...]) -> None:
        if faults:
            raise faults.pop()
        follow(gateway, hops)

    monkeypatch.setattr(scene.trunks, "_follow", fails_once)
    gateway = await scene.adopt({"host": "127.0.0.9"})
    assert gateway.hops
    printed = capsys.readouterr()
    assert "trunk_failed" in printed.out + printed.err
    assert "secret" not in printed.out + printed.err


async def test_a_trunk_that_registers_is_up_while_it_is_registered(scene: Scene) -> None:
    gateway = await scene.adopt({"host": "127.0.0.9", "login": "we", "register": True})
    await until(lambda: gateway.registration is not None)
    assert gateway.registration is not None
    assert gateway.health.why == "not yet registered"
    assert scene.tell(RegistrationAccepted(gateway.registration, 120))
    assert gateway.health.is_up
    scene.tell(RegistrationRefused(gateway.registration, 403, "Forbidden"))
    assert gateway.health.why == "registration refused: 403 Forbidden"


async def test_a_trunk_that_is_asked_is_down_when_none_of_its_servers_answers(scene: Scene) -> None:
    gateway = await scene.adopt({"host": "carrier.example:5070", "qualify": {"every": "60s"}})
    await until(lambda: len(gateway.hops) == 2)
    first, second = (f"trunk carrier UDP {hop.address[0]} 5070" for hop in gateway.hops)
    assert scene.tell(PeerUnreachable(first, 408))
    assert gateway.health.is_up
    target = await scene.trunks.target(gateway, "+34600111222")
    assert target.destination == gateway.hops[1].address  # the one that answers goes first
    scene.tell(PeerUnreachable(second, 408))
    assert gateway.health.why == "no answer to OPTIONS"
    scene.tell(PeerReachable(first, 0.02))
    assert (gateway.health.is_up, gateway.round_trip, gateway.downs) == (True, 0.02, 1)


async def test_what_is_told_of_others_is_not_ours(scene: Scene) -> None:
    await scene.adopt({"host": "127.0.0.9", "qualify": True})
    assert not scene.tell(PeerReachable("1001", 0.1))


async def test_a_reload_leaves_who_stays_and_begins_anew_who_changed(scene: Scene) -> None:
    one = {"host": "127.0.0.9", "login": "we", "register": True}
    gateway = await scene.adopt(one)
    await until(lambda: gateway.registration is not None)
    assert await scene.adopt(one) is gateway
    changed = await scene.adopt({**one, "channels": 3})
    assert changed is not gateway
    assert gateway.registration is not None
    assert gateway.registration.is_over
    await until(lambda: changed.registration is not None)
    again = await scene.adopt({**one, "channels": 3}, known={"carrier": Secret("another-Kettle-9")})
    assert again is not changed
    scene.trunks.adopt(profiles(), {})
    assert len(scene.trunks) == 0
    assert scene.sources.at("127.0.0.9") is None


async def test_what_is_shown_of_trunks(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    gateway = await scene.adopt({"host": "127.0.0.9", "channels": 2, "login": "we", "register": True})
    await until(lambda: gateway.registration is not None)
    lines = Lines(lambda trunk: LineLimits(2))
    lines.take("carrier", "in", now=0.0)
    (found,) = shown_trunks(scene.trunks, lines)
    assert found["channels"] == {"in_use": 1, "most": 2}
    assert (found["up"], found["registered"], found["calls"]) == (False, False, 1)
    print_trunks([found])
    line = capsys.readouterr().out.splitlines()[-1]
    assert " ".join(line.split()) == "carrier 127.0.0.9 down 1/2 1 0 no not yet registered"
    assert "lemon" not in str(found)


def contact(*, account: str | None = None) -> Contact:
    """A caller."""
    made = Contact("c", ani="+34600111222", display="Eva", dnis="x", record=lambda *row: None)
    made.account = account
    return made


def test_a_phone_of_the_house_shows_our_number_and_a_customer_the_own() -> None:
    trunk = Trunk.model_validate(
        {"name": "a", "host": "carrier.example", "number": "+34910000099", "numbers": {"outgoing": "e164"}}
    )
    gateway = Gateway(trunk, None)
    ours = shown(contact(account="1001"), gateway)
    assert (ours.user, ours.display, ours.host) == ("34910000099", "", None)
    assert shown(contact(), gateway).user == "34600111222"
    account = Gateway(trunk.model_copy(update={"login": "we"}), Secret("lemon-Kettle-9"))
    assert shown(contact(), account).host == "carrier.example"


def test_our_line_is_the_same_after_a_restart_and_another_for_each_trunk_and_node() -> None:
    assert line_of("key", "a") == line_of("key", "a")
    assert len({line_of(key, trunk) for key in ("key", "other") for trunk in ("a", "b")}) == 4


def test_a_gateway_prefers_servers_that_answer() -> None:
    gateway = Gateway(Trunk.model_validate({"name": "a", "host": "carrier.example"}), None)
    gateway.silent[HOP] = 408
    target = gateway.target("+34600111222", (HOP, OTHER))
    assert (target.destination, target.server) == (OTHER.address, "carrier.example")
    assert [each.destination for each in target.alternatives] == [HOP.address]
