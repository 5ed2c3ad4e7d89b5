"""The transaction layer (RFC 3261 s.17): finds, makes and forgets transactions. Knows no dialogs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from sip.dialog import is_literal
from sip.flow import Flow, default_port
from sip.flows import Flows
from sip.transaction.client import ClientTransaction, ClientUser
from sip.transaction.matching import Key, client_key, merge_key, server_key
from sip.transaction.server import ServerTransaction

if TYPE_CHECKING:
    from base.ids import Ids
    from base.timers import Timers
    from sip.flow import Address
    from sip.message import Request, Response


class TimerOwner(Protocol):
    """Whoever sets timers in the endpoint's one heap."""

    def on_timer(self, letter: str, *, now: float) -> None:
        """The timer of that name is due."""


LARGEST_DATAGRAM = 1300
"""A larger request must not go by UDP (s.18.1.1)."""

TimerKey = tuple[TimerOwner, str]


class Sender(Protocol):
    """How a transaction gets octets out."""

    def __call__(self, data: bytes, flow: Flow, call_id: str, summary: str, now: float, /) -> None:
        """Queue a datagram and trace it if its call is one of ours."""


class TransactionLayer:
    """All transactions of one endpoint."""

    __slots__ = (
        "carried",
        "clients",
        "flows",
        "ids",
        "merged",
        "send",
        "servers",
        "timers",
        "unheard",
    )

    def __init__(self, timers: Timers[TimerKey], ids: Ids, send: Sender, flows: Flows | None = None) -> None:
        """Begin empty."""
        self.timers = timers
        self.ids = ids
        self.send = send
        self.clients: dict[Key, ClientTransaction] = {}
        self.servers: dict[Key, ServerTransaction] = {}
        self.merged: dict[Key, ServerTransaction] = {}
        self.flows = flows or Flows()
        self.carried: dict[Flow, dict[ClientTransaction | ServerTransaction, None]] = {}
        """The transactions of each connection, in the order they began."""
        self.unheard: dict[Address, dict[ClientTransaction, None]] = {}
        """The transactions to each address by UDP that have had no answer yet: whom an ICMP error concerns."""

    def request(self, request: Request, user: ClientUser, *, now: float) -> ClientTransaction:
        """Send a request in a new client transaction; its topmost Via must carry a fresh branch."""
        self.flows.lead(request)
        key = (request.via.params.get("branch") or "", request.method)
        transaction = ClientTransaction(self, key, request, user)
        self.clients[key] = transaction
        if len(transaction.data) > LARGEST_DATAGRAM and _may_switch(request):
            stream = self.flows.switched(request.flow, "TCP")
            if stream is not None:
                transaction.switch(stream)
        self.expect(transaction)
        transaction.start(now=now)
        return transaction

    def client_of(self, response: Response) -> ClientTransaction | None:
        """The transaction that a response answers. Raises ParseError."""
        return self.clients.get(client_key(response))

    def server_of(self, request: Request, method: str | None = None) -> ServerTransaction | None:
        """The transaction that a request repeats, acknowledges or (with method INVITE) cancels. Raises ParseError."""
        return self.servers.get(server_key(request, method))

    def is_merged(self, request: Request) -> bool:
        """Whether the same request came before by another way. Raises ParseError."""
        return merge_key(request) in self.merged

    def accept(self, key: Key, request: Request, *, merging: bool, now: float) -> ServerTransaction:
        """Begin a server transaction; `merging` remembers it against copies on other ways."""
        transaction = ServerTransaction(self, key, request, reply_flow(request))
        self.servers[key] = transaction
        if transaction.flow.transport != "UDP":
            # When its connection is gone, answers go where the Via says that the sender listens (s.18.2.2).
            transaction.fallback = self._listening_at(request)
            self.carry(transaction, transaction.flow)
        if merging:
            transaction.merge = merge_key(request)
            self.merged[transaction.merge] = transaction
        transaction.start(now=now)
        return transaction

    def remove_client(self, transaction: ClientTransaction) -> None:
        """Forget one, with its timers."""
        if self.clients.get(transaction.key) is transaction:
            del self.clients[transaction.key]
        if transaction.reliable:
            self.drop(transaction, transaction.request.flow)
        else:
            self.heard(transaction)
        for letter in "ABDM" if transaction.is_invite else "EFK":
            self.timers.cancel((transaction, letter))

    def remove_server(self, transaction: ServerTransaction) -> None:
        """Forget one."""
        if self.servers.get(transaction.key) is transaction:
            del self.servers[transaction.key]
        if transaction.flow.transport != "UDP":
            self.drop(transaction, transaction.flow)
        if transaction.merge is not None and self.merged.get(transaction.merge) is transaction:
            del self.merged[transaction.merge]

    def transport_failed(self, remote: Address, *, now: float) -> None:
        """A datagram to `remote` came back undeliverable: who still waits for a first answer from there is told."""
        for transaction in self.unheard.pop(remote, ()):
            transaction.on_transport_error(now=now)

    def connection_lost(self, flow: Flow, *, now: float) -> None:
        """A connection ended or could not be made: who waits for an answer by it is told at once."""
        for transaction in self.carried.pop(flow, ()):
            if isinstance(transaction, ClientTransaction):
                transaction.on_transport_error(now=now)
            else:
                transaction.on_connection_lost(now=now)

    def _listening_at(self, request: Request) -> Flow:
        """Where the sender of a request listens by its own word, for answers whose connection is gone (s.18.2.2)."""
        flow, via = request.flow, request.via
        port = via.port or default_port(flow.transport)
        host = flow.remote[0] if is_literal(via.host) else via.host
        name = self.flows.proof_of(host, flow)
        return Flow(flow.transport, flow.local, (flow.remote[0], port), name)

    def expect(self, transaction: ClientTransaction) -> None:
        """Remember whom to tell when a request cannot be delivered."""
        if transaction.reliable:
            self.carry(transaction, transaction.request.flow)
        else:
            self.unheard.setdefault(transaction.request.flow.remote, {})[transaction] = None

    def heard(self, transaction: ClientTransaction) -> None:
        """A request by UDP has been answered, or is over: its address is known to be reached."""
        remote = transaction.request.flow.remote
        waiting = self.unheard.get(remote)
        if waiting is not None:
            waiting.pop(transaction, None)
            if not waiting:
                del self.unheard[remote]

    def carry(self, transaction: ClientTransaction | ServerTransaction, flow: Flow) -> None:
        """Remember whom to tell when a connection is lost."""
        self.carried.setdefault(flow, {})[transaction] = None

    def drop(self, transaction: ClientTransaction | ServerTransaction, flow: Flow) -> None:
        """Undo `carry`."""
        carried = self.carried.get(flow)
        if carried is not None:
            carried.pop(transaction, None)
            if not carried:
                del self.carried[flow]


def _may_switch(request: Request) -> bool:
    """Whether a large request may go by TCP: not to a phone behind NAT, whose UDP port no connection reaches."""
    host, port = request.uri.address
    return request.flow.transport == "UDP" and (not is_literal(host) or (host, port) == request.flow.remote)


def reply_flow(request: Request) -> Flow:
    """Where responses go (s.18.2.2, RFC 3581 s.4).

    To the address the request came from: to its port if rport asks so, else to the port in Via. maddr is not
    honoured: it would let a stranger point our answers at somebody else.
    """
    flow = request.flow
    via = request.via
    if flow.transport != "UDP" or "rport" in via.params:
        return flow
    port = via.port or 5060
    return flow if port == flow.remote[1] else Flow(flow.transport, flow.local, (flow.remote[0], port))
