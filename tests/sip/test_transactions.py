"""Transactions by the clock: which timer sends what, and when each is forgotten (RFC 3261 s.17, RFC 6026)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from base.ids import SequenceIds
from base.timers import Timers
from sip.flow import Flow
from sip.message import Request, Response, response_to
from sip.parser import parse
from sip.transaction.layer import TimerKey, TransactionLayer, reply_flow
from sip.transaction.matching import server_key
from sip.transaction.tables import State
from tests.kit.builders import FLOW, parsed_request, request

if TYPE_CHECKING:
    from sip.transaction.client import ClientTransaction
    from sip.transaction.server import ServerTransaction

TCP = Flow("TCP", *FLOW[1:])


class Bench:
    """A layer with a clock, that notes what is sent and told."""

    def __init__(self) -> None:
        self.timers: Timers[TimerKey] = Timers()
        self.layer = TransactionLayer(self.timers, SequenceIds(), self._send)
        self.sent: list[tuple[float, str]] = []
        self.told: list[int] = []
        self.now = 0.0

    def _send(self, data: bytes, flow: Flow, call_id: str, summary: str, now: float) -> None:
        self.sent.append((round(now, 3), summary))

    def on_response(self, transaction: ClientTransaction, response: Response, *, now: float) -> None:
        self.told.append(response.status)

    def on_no_response(self, transaction: ClientTransaction, status: int, *, now: float) -> None:
        self.told.append(-status)

    def run(self, until: float) -> None:
        while (due := self.timers.next()) is not None and due <= until:
            key = self.timers.pop_due(due)
            assert key is not None
            key[0].on_timer(key[1], now=due)
        self.now = until

    def client(self, method: str, flow: Flow = FLOW) -> ClientTransaction:
        return self.layer.request(parsed_request(request(method), flow), self, now=0.0)

    def server(self, method: str, flow: Flow = FLOW) -> ServerTransaction:
        made = parsed_request(request(method), flow)
        return self.layer.accept(server_key(made), made, merging=True, now=0.0)

    def times(self) -> list[float]:
        return [at for at, _ in self.sent]

    def assert_forgotten(self) -> None:
        assert not self.layer.clients
        assert not self.layer.servers
        assert not self.layer.merged
        assert len(self.timers) == 0


def answer(transaction: ClientTransaction, status: int, tag: str = "t") -> Response:
    found = parse(response_to(transaction.request, status, tag=tag))
    assert isinstance(found, Response)
    return found


def test_an_invite_is_sent_at_doubling_intervals_until_timer_b() -> None:
    bench = Bench()
    bench.client("INVITE")
    bench.run(100.0)
    assert bench.times() == [0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
    assert bench.told == [-408]
    bench.assert_forgotten()


def test_another_request_is_sent_at_intervals_up_to_t2_until_timer_f() -> None:
    bench = Bench()
    bench.client("OPTIONS")
    bench.run(100.0)
    assert bench.times() == [0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert bench.told == [-408]
    bench.assert_forgotten()


def test_a_provisional_slows_a_request_to_t2_and_stops_an_invite() -> None:
    bench = Bench()
    other, invite = bench.client("OPTIONS"), bench.client("INVITE")
    other.on_response(answer(other, 100), now=0.1)
    invite.on_response(answer(invite, 100), now=0.1)
    bench.sent.clear()
    bench.run(9.0)
    assert bench.sent == [(0.5, "OPTIONS"), (4.5, "OPTIONS"), (8.5, "OPTIONS")]


@pytest.mark.parametrize(("method", "after"), [("INVITE", 32.0), ("OPTIONS", 5.0)])
def test_a_failed_transaction_absorbs_retransmissions_for_timer_d_or_k(method: str, after: float) -> None:
    bench = Bench()
    made = bench.client(method)
    made.on_response(answer(made, 486), now=1.0)
    made.on_response(answer(made, 486), now=1.5)
    assert bench.told == [486]
    assert [summary for _, summary in bench.sent].count("ACK") == (2 if method == "INVITE" else 0)
    bench.run(0.9 + after)
    assert bench.layer.clients
    bench.run(1.1 + after)
    bench.assert_forgotten()


def test_each_2xx_of_an_invite_is_told_until_timer_m() -> None:
    bench = Bench()
    made = bench.client("INVITE")
    for tag in ("a", "b", "a"):
        made.on_response(answer(made, 200, tag), now=1.0)
    assert bench.told == [200, 200, 200]
    bench.run(32.9)
    assert bench.layer.clients
    bench.run(33.1)
    bench.assert_forgotten()


def test_over_a_reliable_transport_nothing_is_sent_twice_and_nothing_lingers() -> None:
    bench = Bench()
    made = bench.client("INVITE", TCP)
    bench.run(20.0)
    assert bench.times() == [0]
    made.on_response(answer(made, 486), now=20.0)
    bench.run(20.0)
    bench.assert_forgotten()
    server = bench.server("OPTIONS", TCP)
    server.respond(200, now=20.0)
    bench.run(20.0)
    bench.assert_forgotten()


def test_a_failure_to_an_invite_is_sent_until_timer_h() -> None:
    bench = Bench()
    made = bench.server("INVITE")
    made.respond(486, now=0.0)
    bench.run(100.0)
    assert bench.times() == [0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    bench.assert_forgotten()


def test_an_ack_stops_a_failure_and_the_transaction_lingers_for_timer_i() -> None:
    bench = Bench()
    made = bench.server("INVITE")
    made.respond(486, now=0.0)
    assert not made.on_ack(now=0.2)
    bench.run(5.1)
    assert bench.layer.servers
    assert bench.times() == [0]
    bench.run(5.3)
    bench.assert_forgotten()


def test_a_request_again_gets_its_last_answer_again() -> None:
    bench = Bench()
    invite, other = bench.server("INVITE"), bench.server("OPTIONS")
    for made in (invite, other):
        made.on_request(now=0.0)
        assert bench.sent == []
    invite.respond(180, now=0.1)
    other.respond(200, now=0.1)
    invite.on_request(now=0.2)
    other.on_request(now=0.2)
    assert [summary.split()[0] for _, summary in bench.sent] == ["180", "200", "180", "200"]
    bench.run(32.05)
    assert bench.layer.servers
    bench.run(32.25)
    assert list(bench.layer.servers.values()) == [invite]


def test_an_invite_not_answered_for_200_ms_gets_100() -> None:
    bench = Bench()
    bench.server("INVITE")
    bench.run(0.19)
    assert bench.sent == []
    bench.run(0.2)
    assert bench.sent == [(0.2, "100 Trying (INVITE)")]


def test_only_requests_without_cookie_match_the_old_way() -> None:
    new = parsed_request(request())
    assert len(server_key(new)) == 3
    assert server_key(new) == server_key(parsed_request(request("ACK", to_tag="x", cseq=9)), "INVITE")
    assert server_key(new) != server_key(parsed_request(request(sent_by="192.0.2.3")))
    assert server_key(new) != server_key(parsed_request(request("CANCEL")))
    old = parsed_request(request(branch="1"))
    assert server_key(old) == server_key(
        parsed_request(request("ACK", branch="1", to_tag="answered")), "INVITE"
    )
    assert server_key(old) != server_key(parsed_request(request(branch="1", cseq=2)))
    assert server_key(old) != server_key(parsed_request(request(branch="1", call_id="other")))
    assert server_key(old) != server_key(parsed_request(request(branch="1", from_tag="other")))


def test_a_transport_error_is_told_only_to_who_waits_for_that_address() -> None:
    bench = Bench()
    bench.client("INVITE")
    bench.layer.transport_failed(("192.0.2.99", 5060), now=0.0)
    assert bench.told == []
    bench.layer.transport_failed(FLOW.remote, now=0.0)
    assert bench.told == [-503]
    bench.assert_forgotten()


def test_maddr_cannot_point_our_answers_at_others() -> None:
    made = parsed_request(request("OPTIONS").replace(b";rport", b";maddr=198.51.100.1"))
    assert isinstance(made, Request)
    assert reply_flow(made).remote == FLOW.remote


def test_an_icmp_error_concerns_those_alone_who_still_wait_for_a_first_answer_from_there() -> None:
    bench = Bench()
    waiting = bench.client("OPTIONS")
    other = Flow("UDP", FLOW.local, ("192.0.2.9", 5060))
    answered = bench.layer.request(
        parsed_request(request("INVITE", branch="z9hG4bK-2"), FLOW), bench, now=0.0
    )
    elsewhere = bench.layer.request(
        parsed_request(request("INVITE", branch="z9hG4bK-3"), other), bench, now=0.0
    )
    ringing = parse(response_to(answered.request, 180))
    assert isinstance(ringing, Response)
    answered.on_response(ringing, now=0.1)
    bench.layer.transport_failed(FLOW.remote, now=0.2)
    assert bench.told == [180, -503]
    assert waiting.state is State.TERMINATED
    assert answered.state is State.PROCEEDING
    assert elsewhere.state is State.CALLING
    bench.run(200.0)
    assert bench.layer.unheard == {}
