"""Keeps all trunks: resolves their hosts, registers, asks whether they are there, tells when one goes up or down."""

from __future__ import annotations

import asyncio
import hmac
from typing import TYPE_CHECKING

import structlog

from base.errors import CentralitaError
from centralita.failures import place_of
from centralita.outside.gateway import Gateway
from sip import causes
from sip.events import PeerReachable, PeerUnreachable, RegistrationAccepted, RegistrationRefused
from sip.qualify import QualifyPlan
from sip.uri import Uri

if TYPE_CHECKING:
    from collections.abc import Mapping

    from base.secret import Secret
    from sip.events import PresenceEvent
    from sip.io.endpoint import Endpoint
    from sip.io.resolver import Resolver
    from sip.locating.hops import Hop
    from sip.profile import Profiles
    from sip.stack import Target
    from sip.trunks.registration import Registration
    from sip.trunks.sources import TrunkSources

log = structlog.get_logger()

LOOK_AGAIN = 60.0
"""Seconds between two looks at where a carrier's name leads; the DNS's own times hold within."""
SOON_AGAIN = 15.0
"""The same, while it leads nowhere."""
TOGETHER = 20
"""Registrations that may begin in one second."""
LAST_WORDS = 1.5
"""Seconds that carriers get at a stop to hear that we are gone."""
_GLANCE = 0.02


class TrunkDown(CentralitaError):
    """A trunk cannot carry calls now; the text says why."""

    code = "trunk_down"
    status = 503
    cause = causes.OUT_OF_ORDER


class Trunks:
    """All trunks of a node."""

    def __init__(self, endpoint: Endpoint, resolver: Resolver, sources: TrunkSources, key: str) -> None:
        """`adopt` begins the work; `sources` is told where calls of trunks may come from.

        `key` is a secret of this node that outlives it.
        """
        self._endpoint = endpoint
        self._resolver = resolver
        self._sources = sources
        self._key = key
        self._gateways: dict[str, Gateway] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._peers: dict[str, tuple[Gateway, Hop]] = {}
        self._registrations: dict[Registration, Gateway] = {}

    def adopt(self, profiles: Profiles, passwords: Mapping[str, Secret]) -> None:
        """Take over settings: who stays as it is goes on, who is new or changed begins anew. Calls are untouched."""
        wanted = {trunk.name: trunk for trunk in profiles.external.trunks}
        for name, gateway in list(self._gateways.items()):
            same = _revealed(gateway.password) == _revealed(passwords.get(name))
            if name not in wanted or wanted[name] != gateway.settings or not same:
                self._stop(gateway)
        new = [trunk for name, trunk in wanted.items() if name not in self._gateways]
        place = 0
        for trunk in new:
            gateway = self._gateways[trunk.name] = Gateway(trunk, passwords.get(trunk.name))
            if trunk.host is not None:
                place += trunk.registration is not None
                work = self._keep(gateway, place / TOGETHER if trunk.registration is not None else 0.0)
                self._tasks[trunk.name] = asyncio.get_running_loop().create_task(work, name=trunk.name)
        self._endpoint.flush()

    def __len__(self) -> int:
        """How many there are."""
        return len(self._gateways)

    def all(self) -> tuple[Gateway, ...]:
        """All of them in the order of the file, new ones last."""
        return tuple(self._gateways.values())

    def find(self, name: str) -> Gateway | None:
        """The trunk of that name."""
        return self._gateways.get(name)

    async def target(self, gateway: Gateway, number: str) -> Target:
        """Whom to call for a number by a trunk. Raises TrunkDown, and whatever resolving raises."""
        health = gateway.health
        if not health.is_up:
            raise TrunkDown(f"trunk {gateway.name}: {health.why}")
        return gateway.target(number, tuple(await self._resolver.hops(_first_hop(gateway))))

    def hear(self, event: PresenceEvent) -> bool:
        """What the stack tells of carriers; False for what is not about one."""
        match event:
            case PeerReachable() | PeerUnreachable():
                found = self._peers.get(event.peer)
                if found is None:
                    return False
                _note_peer(*found, event)
                self._conclude(found[0])
            case RegistrationAccepted() | RegistrationRefused():
                gateway = self._registrations.get(event.registration)
                if gateway is None:
                    return False
                self._note_registration(gateway, event)
                self._conclude(gateway)
            case _:
                return False
        return True

    async def close(self) -> None:
        """Take our bindings away at the carriers and stop."""
        over = [gateway.registration for gateway in self._gateways.values() if gateway.is_registered]
        for gateway in list(self._gateways.values()):
            self._stop(gateway)
        self._endpoint.flush()
        until = self._endpoint.now() + LAST_WORDS
        while self._endpoint.now() < until and not all(each is None or each.is_settled for each in over):  # noqa: ASYNC110
            await asyncio.sleep(_GLANCE)

    async def _keep(self, gateway: Gateway, delay: float) -> None:
        """Follow where the carrier's name leads, as long as the trunk is there."""
        await asyncio.sleep(delay)
        while True:
            try:
                leads_somewhere = await self._look(gateway)
            except Exception as error:  # noqa: BLE001 - who watches a trunk must not end by a fault of ours
                log.error("trunk_failed", trunk=gateway.name, error=type(error).__name__, at=place_of(error))
                leads_somewhere = False
            await asyncio.sleep(LOOK_AGAIN if leads_somewhere else SOON_AGAIN)

    async def _look(self, gateway: Gateway) -> bool:
        """Where the carrier is now; False while its name leads nowhere."""
        try:
            hops = tuple(await self._resolver.hops(_first_hop(gateway)))
            gateway.unresolved = ""
        except CentralitaError as error:
            gateway.unresolved = str(error)
            hops = ()
        if set(hops) != set(gateway.hops):
            self._follow(gateway, hops)
        self._conclude(gateway)
        return bool(hops)

    def _follow(self, gateway: Gateway, hops: tuple[Hop, ...]) -> None:
        """The carrier is elsewhere. One that cannot be resolved for the moment is still where it was."""
        if not hops:
            return
        gateway.hops = hops
        self._sources.learn(gateway.name, (hop.address[0] for hop in hops))
        try:
            self._ask(gateway)
            self._register(gateway)
        except CentralitaError as error:
            gateway.failure = str(error)
        self._endpoint.flush()

    def _ask(self, gateway: Gateway) -> None:
        plan = gateway.settings.qualify
        peers = {_peer_name(gateway, hop): hop for hop in gateway.asked}
        for peer in [peer for peer, (owner, _) in self._peers.items() if owner is gateway]:
            if peer not in peers:
                _, hop = self._peers.pop(peer)
                gateway.silent.pop(hop, None)
                gateway.round_trips.pop(hop, None)
                self._endpoint.stack.stop_qualifying(peer)
        for peer, hop in peers.items():
            if plan is not None and peer not in self._peers:
                self._peers[peer] = (gateway, hop)
                asked = QualifyPlan(plan.every, plan.timeout, plan.failures)
                self._endpoint.stack.qualify(
                    peer, gateway.target(None, (hop,)), asked, now=self._endpoint.now()
                )

    def _register(self, gateway: Gateway) -> None:
        wish, login = gateway.settings.registration, gateway.login
        if wish is None or login is None:
            return
        stack, now = self._endpoint.stack, self._endpoint.now()
        target = gateway.target(None, gateway.hops)
        if gateway.registration is not None:
            gateway.registration.lead(stack.flows_to(target))
            return
        gateway.line = line_of(self._key, gateway.name)
        self._sources.register(gateway.name, gateway.line)
        registration = stack.register(
            gateway.settings.aor,
            registrar=target,
            login=login,
            expires=int(wish.expires),
            line=gateway.line,
            keep_alive=wish.keep_alive.plan if wish.keep_alive is not None else None,
            now=now,
        )
        gateway.registration = registration
        self._registrations[registration] = gateway

    def _note_registration(self, gateway: Gateway, event: RegistrationAccepted | RegistrationRefused) -> None:
        if isinstance(event, RegistrationAccepted):
            gateway.is_registered, gateway.granted, gateway.failure = True, event.expires, ""
        else:
            gateway.is_registered, gateway.granted = False, 0
            gateway.failure = f"registration refused: {event.status} {event.reason}"[:200]

    def _conclude(self, gateway: Gateway) -> None:
        """Tell when a trunk goes up or down."""
        health, was = gateway.health, gateway.was
        if was is None or health.is_up != was.is_up:
            if health.is_up:
                log.warning("trunk_up", trunk=gateway.name, round_trip=gateway.round_trip)
            else:
                gateway.downs += was is not None
                log.warning("trunk_down", trunk=gateway.name, why=health.why)
        gateway.was = health

    def _stop(self, gateway: Gateway) -> None:
        del self._gateways[gateway.name]
        task = self._tasks.pop(gateway.name, None)
        if task is not None:
            task.cancel()
        for peer in [peer for peer, (owner, _) in self._peers.items() if owner is gateway]:
            del self._peers[peer]
            self._endpoint.stack.stop_qualifying(peer)
        self._sources.forget(gateway.name)
        if gateway.registration is not None:
            del self._registrations[gateway.registration]
            self._endpoint.stack.unregister(gateway.registration, now=self._endpoint.now())


def line_of(key: str, trunk: str) -> str:
    """What marks our contact at a trunk's registrar: nobody can guess it, and after a restart it is the same.

    Another one each time would leave the old contact bound until it expires, and the carrier would ring both.
    """
    return hmac.digest(key.encode(), f"line of {trunk}".encode(), "sha256").hex()[:16]


def _first_hop(gateway: Gateway) -> Uri:
    """The URI that says where requests go first: the proxy's, else the carrier's."""
    settings = gateway.settings
    return Uri.parse(settings.routes[0].strip("<>") if settings.routes else settings.uri())


def _peer_name(gateway: Gateway, hop: Hop) -> str:
    return f"trunk {gateway.name} {hop.transport} {hop.address[0]} {hop.address[1]}"


def _note_peer(gateway: Gateway, hop: Hop, event: PeerReachable | PeerUnreachable) -> None:
    if isinstance(event, PeerReachable):
        gateway.silent.pop(hop, None)
        gateway.round_trips[hop] = event.round_trip
    else:
        gateway.silent[hop] = event.status
        gateway.round_trips.pop(hop, None)


def _revealed(password: Secret | None) -> str | None:
    return password.reveal() if password is not None else None
