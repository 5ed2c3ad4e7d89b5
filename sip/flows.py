"""What is known of flows: the listener each goes by and whom it serves, connections that are open, who proved what.

Chooses the way of a request: the listener (RFC 3261 s.18.1.1), an open connection before a new one (RFC 5923), a new
one when the old is gone. Opens nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from base.errors import CentralitaError
from sip.dialog import flow_towards, is_literal, is_sips, ways
from sip.errors import UnresolvedTarget
from sip.flow import SECURE, Flow, default_port
from sip.uri import Uri
from sip.values import NameAddr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sip.flow import Address
    from sip.listener import Serves
    from sip.message import Request
    from sip.target import Target

_Way = tuple[str, "Address"]
_MOST_REMEMBERED = 4096


class Flows:
    """All listeners and connections of one endpoint."""

    __slots__ = ("_alias_of", "_aliases", "_identities", "_proved_at", "_serves", "open")

    def __init__(self) -> None:
        """Begin without listeners."""
        self._serves: dict[_Way, Serves] = {}
        self._identities: dict[Flow, tuple[str, ...]] = {}
        self._aliases: dict[_Way, Flow] = {}
        self._alias_of: dict[Flow, _Way] = {}
        self._proved_at: dict[str, str] = {}
        """The domain that was proved last from an address, for when that connection is gone."""
        self.open: set[Flow] = set()
        """The connections that are there now."""

    def listen(self, transport: str, local: Address, serves: Serves) -> None:
        """A listener of ours, by the address that others know."""
        self._serves[(transport, local)] = serves

    def is_ours(self, uri: Uri) -> bool:
        """Whether a URI leads to a listener of ours; without a port, to any at that host."""
        host = uri.host.lower()
        return any(local[0] == host and uri.port in (None, local[1]) for _, local in self._serves)

    def families(self, profile: str = "") -> frozenset[tuple[str, int]]:
        """The transports that a profile has listeners of, each with its address families (4, 6)."""
        return frozenset(
            (transport, 6 if ":" in local[0] else 4)
            for (transport, local), serves in self._serves.items()
            if _may_serve(serves, profile)
        )

    def profile_of(self, flow: Flow) -> Serves:
        """Whom the listener of a flow serves."""
        return self._serves.get((flow.transport, flow.local), "both")

    # Connections.

    def opened(self, flow: Flow, identities: tuple[str, ...] = ()) -> None:
        """A connection is there; the far end has proved these domains by its certificate."""
        self.open.add(flow)
        if identities:
            self._identities[flow] = identities
            if len(self._proved_at) >= _MOST_REMEMBERED:
                del self._proved_at[next(iter(self._proved_at))]
            self._proved_at[flow.remote[0]] = identities[0]

    def lost(self, flow: Flow) -> None:
        """A connection is no more."""
        self.open.discard(flow)
        self._identities.pop(flow, None)
        way = self._alias_of.pop(flow, None)
        if way is not None and self._aliases.get(way) == flow:
            del self._aliases[way]

    def identities(self, flow: Flow) -> tuple[str, ...]:
        """The domains that the far end of a connection has proved by its certificate (RFC 5922)."""
        return self._identities.get(flow, ())

    def remember_alias(self, request: Request) -> None:
        """Requests to where a trusted peer's Via says that it listens may go by its own connection (RFC 5923 s.8)."""
        flow = request.flow
        if flow in self.open and not flow.name and "alias" in request.via.params:
            # Only the port is the peer's word; the address is the one it really has.
            way = flow.transport, (flow.remote[0], request.via.port or default_port(flow.transport))
            former = self._alias_of.get(flow)
            if former is not None and former != way and self._aliases.get(former) == flow:
                del self._aliases[former]
            self._alias_of[flow] = way
            self._aliases[way] = flow

    # The way of a request.

    def flow_to(self, remote: Address, transport: str, *, profile: str = "", name: str = "") -> Flow:
        """The way to a literal address. Raises UnresolvedTarget where no listener of ours leads there.

        Over TLS the far end must prove to be `name`, or that address where no name is given.
        """
        name = (name or remote[0]).lower() if transport == "TLS" else ""
        alias = self._alias_towards(remote, transport, name)
        if alias is not None:
            return alias
        local = self._listener_towards(remote, transport, profile)
        if local is None:
            raise UnresolvedTarget(f"no {transport} listener towards {remote[0]}")
        return Flow(transport, local, remote, name)

    def way_to(self, target: Target) -> Flow:
        """The flow that a request to a target leaves by. Raises ParseError and UnresolvedTarget."""
        uri, _, hop_text = ways(target.uri, target.routes)
        hop = Uri.parse(hop_text)
        if not Uri.parse(uri).is_sip or not hop.is_sip:
            raise UnresolvedTarget(f"no address for {target.uri}")
        if target.flow is not None:
            flow = self._routed(target.flow, hop, target) if target.routes else target.flow
        else:
            remote = target.destination or hop.address
            if not is_literal(remote[0]):
                raise UnresolvedTarget(f"no address for {target.uri}")
            transport = target.transport or hop.transport or "UDP"
            flow = self.flow_to(remote, transport, profile=target.profile, name=target.server or "")
        if is_sips(target.uri) and flow.transport not in SECURE:
            raise UnresolvedTarget(f"{flow.transport} is not safe enough for {target.uri}")
        return flow

    def _routed(self, known: Flow, hop: Uri, target: Target) -> Flow:
        """To the first proxy of a route, where `known` is how it was heard: by its connection while that is there."""
        flow = flow_towards(known, str(hop), is_routed=True)
        is_gone = flow.transport != "UDP" and flow == known and flow not in self.open
        if is_gone and is_literal(hop.address[0]):
            transport = hop.transport or flow.transport
            return self.flow_to(hop.address, transport, profile=target.profile, name=target.server or "")
        return flow

    def reachable(self, target: Target) -> list[tuple[Target, Flow]]:
        """The alternatives of a target that there is a way to."""
        found: list[tuple[Target, Flow]] = []
        for each in target.alternatives:
            try:
                found.append((each, self.way_to(each)))
            except CentralitaError:
                continue
        return found

    def lead(self, request: Request) -> None:
        """Before a request is sent: by a listener of its transport, and by a connection that is there if one is."""
        flow = request.flow
        if flow.transport != "UDP":
            flow = self._rescued(request)
        if (flow.transport, flow.local) not in self._serves:
            local = self._listener_towards(flow.remote, flow.transport, self._profile_at(flow.local))
            if local is not None:
                flow = Flow(flow.transport, local, flow.remote, flow.name)
        if flow != request.flow:
            request.carry_by(flow)

    def switched(self, flow: Flow, transport: str) -> Flow | None:
        """The same way by another transport, if we have a listener of it."""
        local = flow.local
        if (transport, local) not in self._serves:
            found = self._listener_towards(flow.remote, transport, self.profile_of(flow))
            if found is None:
                return None
            local = found
        return Flow(transport, local, flow.remote, flow.name)

    def _rescued(self, request: Request) -> Flow:
        """Where the URI or route of a request in a dialog leads, should its connection be gone (s.18.1.1)."""
        flow = request.flow
        if flow in self.open or request.to.tag is None:
            return flow
        routes = request.fields.get("Route")
        uri = NameAddr.parse(routes[0]).uri if routes else request.uri
        host, port = uri.address
        if not uri.is_sip or not is_literal(host) or (":" in host) != (":" in flow.remote[0]):
            return flow
        name = self.proof_of(host, flow)
        alias = self._alias_towards((host, port), flow.transport, name)
        return alias or Flow(flow.transport, flow.local, (host, port), name)

    def proof_of(self, host: str, flow: Flow) -> str:
        """What the peer of a TLS connection that is gone must prove again, should it be reached at a host."""
        if flow.transport != "TLS":
            return ""
        if host != flow.remote[0]:
            return host.lower()
        return flow.name or self._proved_at.get(host, host)

    def _alias_towards(self, remote: Address, transport: str, name: str) -> Flow | None:
        """The connection of a peer who listens there, if it has proved what it must."""
        alias = self._aliases.get((transport, remote))
        return alias if alias is not None and (not name or name in self.identities(alias)) else None

    def _profile_at(self, local: Address) -> str:
        """Whom another listener at this address serves."""
        return next((serves for (_, each), serves in self._serves.items() if each == local), "")

    def _listener_towards(self, remote: Address, transport: str, profile: str) -> Address | None:
        """The best listener of a transport: of the same family, of the profile, loopback only towards loopback."""
        fitting = [
            (local, serves)
            for (ours, local), serves in self._serves.items()
            if ours == transport and _same_family(local, remote) and _may_serve(serves, profile)
        ]
        return _best(fitting, remote, profile)


def _best(fitting: Sequence[tuple[Address, Serves]], remote: Address, profile: str) -> Address | None:
    if not fitting:
        return None
    near = _is_loopback(remote)
    return max(fitting, key=lambda each: (_is_loopback(each[0]) == near, each[1] == (profile or "both")))[0]


def _may_serve(serves: Serves, profile: str) -> bool:
    return not profile or "both" in (serves, profile) or serves == profile


def _same_family(local: Address, remote: Address) -> bool:
    """Whether a listener's socket can reach an address; one known by a name is taken to be of IPv4."""
    return (":" in local[0]) == (":" in remote[0])


def _is_loopback(address: Address) -> bool:
    return address[0].startswith("127.") or address[0] == "::1"
