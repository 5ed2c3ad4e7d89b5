"""Connections in virtual time: same way back, keep-alives; slow, idle, broken and lost ones (RFC 3261 s.18)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from base.ids import SequenceIds
from base.secret import Secret
from cluster.memory import MemoryLocation
from sip.digest.login import Login
from sip.events import (
    Caller,
    InviteReceived,
    RegistrationChanged,
    RegistrationRefused,
    SessionAnswered,
    SessionRefused,
)
from sip.flow import Flow
from sip.framing import MAX_BODY
from sip.message import Request, response_to
from sip.parser import parse
from sip.registrar.registrar import BindingRegistrar
from sip.registrar.request import RegistrationLimits
from sip.stack import CallerIdentity, Stack, Target
from sip.streams import CLOSE, IDLE_TIME, MESSAGE_TIME
from sip.verdicts import Admitted
from tests.kit.builders import ANSWER, LOCAL, OFFER, PEER, Everybody, request
from tests.kit.calls import ALL_ZERO

if TYPE_CHECKING:
    from sip.session.session import Session

    Output = list[tuple[bytes, Flow]]

PHONE = Flow("TCP", LOCAL, (PEER[0], 40001))
AGAIN = Flow("TCP", LOCAL, (PEER[0], 40002))
LISTENING = Flow("TCP", LOCAL, PEER)
OPTIONS = request("OPTIONS")


class OneAccount(Everybody):
    """Takes everybody for the account ivr, which all requests here are to, unless a test bans them."""

    banned = False

    def is_banned(self, flow: Flow, *, now: float) -> bool:
        return self.banned

    def admit(self, request: Request, flow: Flow, now: float) -> Admitted:
        return Admitted(Caller("internal", "ivr", None, "ivr", "", flow.peer))


class Scene:
    """A stack with one connection that a phone opened."""

    def __init__(self) -> None:
        self.admission = OneAccount()
        self.location = MemoryLocation()
        registrar = BindingRegistrar(self.location, {"ivr"}, RegistrationLimits())
        self.stack = Stack(SequenceIds("a"), admission=self.admission, registrar=registrar)
        self.stack.listen("UDP", LOCAL)
        self.stack.listen("TCP", LOCAL)
        self.now = 0.0
        self.connect(PHONE)

    def connect(self, flow: Flow, *, accepted: bool = True) -> None:
        self.stack.connection_made(flow, accepted=accepted, now=self.now)

    def hear(self, data: bytes, flow: Flow = PHONE) -> Output:
        self.stack.receive_stream(data, flow, now=self.now)
        return self.stack.take_output()

    def lose(self, flow: Flow = PHONE) -> Output:
        self.stack.connection_lost(flow, now=self.now)
        return self.stack.take_output()

    def run(self, until: float) -> Output:
        sent: Output = []
        while (due := self.stack.next_timeout()) is not None and due <= until:
            self.now = max(self.now, due)
            self.stack.handle_timeout(now=self.now)
            sent += self.stack.take_output()
        self.now = until
        return sent

    def events(self, kind: type) -> list[object]:
        found: list[object] = []
        while (event := self.stack.next_event()) is not None:
            if isinstance(event, kind):
                found.append(event)
        return found

    def invited(self) -> Session:
        (event,) = self.events(InviteReceived)
        assert isinstance(event, InviteReceived)
        return event.session

    def register(self, *headers: tuple[str, str]) -> None:
        output = self.hear(request("REGISTER", uri="sip:192.0.2.1", branch="z9hG4bK-r", headers=headers))
        assert starts(output) == ["200"]
        assert self.location.find("ivr", now=self.now)[0].flow == PHONE

    def call(self, uri: str, flow: Flow | None = None, body: bytes = OFFER) -> tuple[Request, Flow]:
        self.stack.invite(Target(uri, flow=flow), caller=CallerIdentity("ivr"), body=body, now=self.now)
        ((data, way),) = self.stack.take_output()
        message = parse(data)
        assert isinstance(message, Request)
        assert message.fault is None
        message.flow = way
        return message, way

    def answer(self) -> tuple[Session, str]:
        session = self.invited()
        self.stack.answer(session, ANSWER, now=self.now)
        return session, session.local_tag

    def refusals(self) -> list[int]:
        return [event.status for event in self.events(SessionRefused) if isinstance(event, SessionRefused)]


def starts(output: Output) -> list[str]:
    """Status or method of each message, "close" for the end of a connection."""
    words = [data.split(b" ", 2) for data, _ in output]
    return [
        "close" if each == [CLOSE] else (each[1] if each[0] == b"SIP/2.0" else each[0]).decode()
        for each in words
    ]


def test_answers_go_back_by_the_connection_whatever_the_via_says() -> None:
    scene = Scene()
    output = scene.hear(OPTIONS + request("OPTIONS", branch="z9hG4bK-2", sent_by="10.9.9.9:1"))
    assert starts(output) == ["200", "200"]
    assert {flow for _, flow in output} == {PHONE}


def test_a_call_over_one_connection_names_tcp_in_its_contact_and_ends_clean() -> None:
    scene = Scene()
    assert scene.hear(request(body=OFFER)) == []
    _, tag = scene.answer()
    ((data, flow),) = scene.stack.take_output()
    assert flow == PHONE
    assert b"Contact: <sip:192.0.2.1:5060;transport=tcp>\r\n" in data
    scene.hear(request("ACK", branch="z9hG4bK-2", to_tag=tag))
    assert starts(scene.hear(request("BYE", branch="z9hG4bK-3", to_tag=tag, cseq=2))) == ["200"]
    scene.run(40.0)
    assert starts(scene.lose()) == []
    assert scene.stack.counters() == ALL_ZERO


def test_our_2xx_is_sent_again_also_over_tcp_and_a_failure_is_not() -> None:
    scene = Scene()
    scene.hear(request(body=OFFER))
    scene.answer()
    scene.stack.take_output()
    assert starts(scene.run(4.0)) == ["200", "200", "200"]
    scene = Scene()
    scene.hear(request(body=OFFER))
    scene.stack.reject(scene.invited(), 486, now=0.0)
    scene.stack.take_output()
    assert starts(scene.run(9.0)) == []


def test_our_bye_comes_by_the_callers_connection_although_his_contact_is_another_address() -> None:
    scene = Scene()
    scene.hear(request(body=OFFER, contact="<sip:bob@10.0.0.9:5080>"))
    session, tag = scene.answer()
    scene.hear(request("ACK", branch="z9hG4bK-2", to_tag=tag))
    scene.stack.end(session, now=0.0)
    ((data, flow),) = scene.stack.take_output()
    assert data.startswith(b"BYE sip:bob@10.0.0.9:5080 SIP/2.0\r\nVia: SIP/2.0/TCP 192.0.2.1:5060;")
    assert flow == PHONE


def test_our_bye_goes_to_the_contact_when_the_connection_is_gone() -> None:
    scene = Scene()
    scene.hear(request(body=OFFER))
    session, tag = scene.answer()
    scene.hear(request("ACK", branch="z9hG4bK-2", to_tag=tag))
    scene.lose()
    scene.stack.end(session, now=0.0)
    ((data, flow),) = scene.stack.take_output()
    assert data.startswith(b"BYE ")
    assert flow == LISTENING


def test_a_reinvite_by_a_new_connection_moves_the_dialog_there() -> None:
    scene = Scene()
    scene.hear(request(body=OFFER, contact="<sip:bob@10.0.0.9:5080>"))
    session, tag = scene.answer()
    scene.hear(request("ACK", branch="z9hG4bK-2", to_tag=tag))
    scene.lose()
    scene.connect(AGAIN)
    scene.hear(request(branch="z9hG4bK-3", to_tag=tag, cseq=2, body=OFFER), AGAIN)
    scene.stack.accept_reoffer(session, ANSWER, now=0.0)
    scene.hear(request("ACK", branch="z9hG4bK-4", to_tag=tag, cseq=2), AGAIN)
    scene.stack.end(session, now=0.0)
    assert scene.stack.take_output()[-1][1] == AGAIN


def test_an_answer_whose_connection_is_gone_goes_to_where_the_via_says_that_the_sender_listens() -> None:
    scene = Scene()
    scene.hear(request(body=OFFER, sent_by="10.0.0.9:5070"))
    scene.lose()
    scene.answer()
    ((data, flow),) = scene.stack.take_output()
    assert data.startswith(b"SIP/2.0 200")
    assert flow == LISTENING, "the port of sent-by at the address that the request came from (s.18.2.2)"


def test_a_failure_whose_second_connection_cannot_be_made_is_given_up() -> None:
    scene = Scene()
    scene.hear(request(body=OFFER))
    scene.lose()
    scene.stack.reject(scene.invited(), 486, now=0.0)
    assert starts(scene.stack.take_output()) == ["486"]
    scene.lose(LISTENING)
    assert scene.stack.counters() == ALL_ZERO


def test_pings_are_answered_one_for_one() -> None:
    assert Scene().hear(b"\r\n\r\n\r\n\r\n") == [(b"\r\n\r\n", PHONE)]


def test_a_message_without_content_length_is_answered_400_and_the_connection_closed() -> None:
    scene = Scene()
    data = OPTIONS.replace(b"Content-Length: 0\r\n", b"")
    assert starts(scene.hear(data + OPTIONS)) == ["400", "close"]
    assert scene.hear(OPTIONS) == []


def test_a_body_beyond_the_limit_and_what_is_no_sip_close_the_connection() -> None:
    large = OPTIONS.replace(b"Content-Length: 0", b"Content-Length: %d" % (MAX_BODY + 1))
    assert starts(Scene().hear(large)) == ["400", "close"]
    assert starts(Scene().hear(b"GET / HTTP/1.1\r\nl: 0\r\n\r\n")) == ["close"]


def test_half_a_message_is_waited_for_ten_seconds() -> None:
    scene = Scene()
    scene.hear(OPTIONS)
    scene.run(100.0)
    assert scene.hear(OPTIONS[:9]) == []
    assert starts(scene.run(100.0 + MESSAGE_TIME - 0.1)) == []
    scene.hear(OPTIONS[9:20])
    assert starts(scene.run(100.0 + MESSAGE_TIME)) == ["close"]
    scene.lose()
    assert scene.stack.counters() == ALL_ZERO


def test_each_message_has_its_own_ten_seconds() -> None:
    scene = Scene()
    scene.hear(OPTIONS[:9])
    scene.run(6.0)
    assert starts(scene.hear(OPTIONS[9:] + OPTIONS[:9])) == ["200"]
    assert starts(scene.run(15.9)) == []
    assert starts(scene.run(16.0)) == ["close"]


def test_a_connection_that_never_says_anything_is_closed_after_ten_seconds() -> None:
    assert starts(Scene().run(MESSAGE_TIME)) == ["close"]


def test_pings_alone_keep_a_strangers_connection_ten_minutes_only() -> None:
    scene = Scene()
    sent: Output = []
    for moment in range(0, int(IDLE_TIME), 5):
        sent += scene.run(float(moment))
        assert scene.hear(b"\r\n\r\n")
    assert starts(sent) == []
    assert starts(scene.run(IDLE_TIME)) == ["close"]


def test_a_connection_stays_while_a_registration_lives_on_it() -> None:
    scene = Scene()
    scene.register(("Expires", "3600"))
    assert starts(scene.run(3599.0)) == []
    assert starts(scene.run(3600.0 + IDLE_TIME)) == ["close"]


def test_a_connection_stays_while_a_call_is_up_on_it() -> None:
    scene = Scene()
    scene.hear(request(body=OFFER))
    _, tag = scene.answer()
    scene.hear(request("ACK", branch="z9hG4bK-2", to_tag=tag))
    assert starts(scene.run(5 * IDLE_TIME)) == []


def test_a_lost_connection_takes_its_registration_with_it() -> None:
    scene = Scene()
    scene.register()
    scene.events(object)
    scene.lose()
    assert scene.location.find("ivr", now=0.0) == ()
    assert scene.events(RegistrationChanged) == [RegistrationChanged("ivr", (), "connection lost")]


def test_a_phone_that_has_registered_anew_by_another_connection_keeps_that_one() -> None:
    scene = Scene()
    scene.register()
    scene.connect(AGAIN)
    scene.hear(request("REGISTER", uri="sip:192.0.2.1", branch="z9hG4bK-s", cseq=2), AGAIN)
    scene.events(object)
    scene.lose()
    assert [each.flow for each in scene.location.find("ivr", now=0.0)] == [AGAIN]
    assert scene.events(RegistrationChanged) == []


def test_a_call_to_a_registered_phone_takes_its_own_connection() -> None:
    scene = Scene()
    scene.register()
    binding = scene.location.find("ivr", now=0.0)[0]
    message, flow = scene.call("sip:bob@10.0.0.9", binding.flow)
    assert flow == PHONE
    assert message.via.transport == "TCP"
    assert scene.run(20.0) == []
    scene.hear(response_to(message, 200, tag="t", headers=(("Contact", "<sip:bob@10.0.0.9>"),), body=ANSWER))
    assert scene.events(SessionAnswered)


def test_a_call_to_a_uri_with_transport_tcp_opens_a_connection() -> None:
    message, flow = Scene().call("sip:bob@192.0.2.7:5090;transport=TCP")
    assert flow == Flow("TCP", LOCAL, ("192.0.2.7", 5090))
    assert message.header("Contact") == "<sip:192.0.2.1:5060;transport=tcp>"


def test_a_connection_that_cannot_be_made_or_is_lost_refuses_the_call_with_503_at_once() -> None:
    scene = Scene()
    _, flow = scene.call("sip:bob@192.0.2.7;transport=tcp")
    scene.lose(flow)
    assert scene.refusals() == [503]
    message, flow = scene.call("sip:bob@192.0.2.7;transport=tcp")
    scene.connect(flow, accepted=False)
    scene.hear(response_to(message, 180, tag="t"), flow)
    scene.lose(flow)
    assert scene.refusals() == [503]
    scene.lose()
    assert scene.stack.counters() == ALL_ZERO


def test_a_request_beyond_1300_octets_goes_by_tcp_and_by_udp_where_there_is_none() -> None:
    scene = Scene()
    large = OFFER + b"a=x:" + b"x" * 1300 + b"\r\n"
    message, flow = scene.call("sip:bob@192.0.2.7", body=large)
    assert flow == Flow("TCP", LOCAL, ("192.0.2.7", 5060))
    assert message.via.transport == "TCP"
    ((data, again),) = scene.lose(flow)
    assert again == Flow("UDP", LOCAL, ("192.0.2.7", 5060))
    assert data.startswith(b"INVITE sip:bob@192.0.2.7 SIP/2.0\r\nVia: SIP/2.0/UDP ")
    assert starts(scene.run(2.0)) == ["INVITE", "INVITE"]
    assert scene.events(SessionRefused) == []


def test_a_phone_that_registered_by_udp_is_called_so_whatever_its_contact_names_and_however_large() -> None:
    flow = Flow("UDP", LOCAL, (PEER[0], 40001))
    message, way = Scene().call("sip:bob@10.0.0.9;transport=tcp", flow, OFFER + b"x" * 1400)
    assert way == flow
    assert message.via.transport == "UDP"


def test_a_stack_without_tcp_sends_even_large_requests_by_udp() -> None:
    stack = Stack(SequenceIds(), admission=Everybody())
    stack.listen("UDP", LOCAL)
    stack.invite(Target("sip:a@192.0.2.7"), caller=CallerIdentity("a"), body=b"x" * 2000, now=0.0)
    assert stack.take_output()[0][1].transport == "UDP"


def test_a_banned_source_is_closed_at_its_next_word_and_at_its_next_connection() -> None:
    scene = Scene()
    scene.admission.banned = True
    assert starts(scene.hear(OPTIONS)) == ["close"]
    scene.connect(AGAIN)
    assert starts(scene.stack.take_output()) == ["close"]
    assert scene.stack.counters() == ALL_ZERO


def test_octets_and_losses_of_connections_that_nobody_knows_change_nothing() -> None:
    scene = Scene()
    assert scene.hear(OPTIONS, AGAIN) == []
    assert scene.lose(AGAIN) == []
    assert scene.stack.counters()["connections"] == 1


def test_we_register_over_tcp_where_the_address_of_record_says_so() -> None:
    scene = Scene()
    login = Login("carrier", Secret("tangerine-Boat-42"))
    scene.stack.register(
        "sip:ivr@192.0.2.7;transport=tcp", registrar=("192.0.2.7", 5060), login=login, now=0.0
    )
    ((data, flow),) = scene.stack.take_output()
    assert flow == Flow("TCP", LOCAL, ("192.0.2.7", 5060))
    assert b"\r\nContact: <sip:ivr@192.0.2.1:5060;transport=tcp>\r\n" in data
    scene.lose(flow)
    (refused,) = scene.events(RegistrationRefused)
    assert isinstance(refused, RegistrationRefused)
    assert refused.status == 503
