"""Registering with a carrier (RFC 3261 s.10.2): other servers, pauses, what is asked for, our line, the end."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from base.secret import Secret
from sip.digest.login import Login
from sip.events import RegistrationAccepted, RegistrationRefused
from sip.flow import Flow
from sip.message import Request
from sip.stack import Target
from sip.trunks.registration import LATEST, SCATTER, SOONEST, Registration
from tests.kit.builders import LOCAL, PEER
from tests.kit.phone import Peer

if TYPE_CHECKING:
    from collections.abc import Sequence

LOGIN = Login("we", Secret("tangerine-Boat-42"))
AOR = "sip:we@carrier.example"
DEAD = Target("sip:carrier.example", ("192.0.2.66", 5060), server="carrier.example")
ALIVE = replace(DEAD, destination=PEER)
BOTH = replace(DEAD, alternatives=(ALIVE,))
CHALLENGE = (("WWW-Authenticate", 'Digest realm="r", nonce="n", algorithm=SHA-256, qop="auth"'),)


def register(target: Target = ALIVE, *, login: Login = LOGIN) -> tuple[Peer, Registration, Request]:
    """A stack that registers: the first REGISTER."""
    peer = Peer()
    made = peer.stack.register(AOR, registrar=target, login=login, expires=600, line="secret", now=0.0)
    (sent,) = peer.hear()
    assert isinstance(sent, Request)
    return peer, made, sent


def registers(heard: Sequence[object]) -> list[Request]:
    """The REGISTERs among what was sent."""
    return [each for each in heard if isinstance(each, Request)]


def test_the_contact_shows_our_account_and_line() -> None:
    _, _, sent = register()
    assert sent.uri_text == "sip:carrier.example"
    assert sent.header("Contact") == f"<sip:we@{LOCAL[0]}:{LOCAL[1]};line=secret>"
    assert sent.header("Expires") == "600"


def test_the_way_leads_by_the_proxy() -> None:
    _, _, sent = register(replace(ALIVE, routes=("<sip:sbc.carrier.example;lr>",)))
    assert sent.headers("Route") == ["<sip:sbc.carrier.example;lr>"]


@pytest.mark.parametrize("status", [503, None])
def test_another_server_is_tried_at_once_when_one_fails(status: int | None) -> None:
    peer, _, sent = register(replace(ALIVE, alternatives=(DEAD,)))
    if status is None:
        peer.stack.transport_failed(PEER, now=0.0)
        (again,) = registers(peer.hear())
    else:
        (again,) = registers(peer.reply(sent, status, contact=None))
    assert again.cseq.number == 2
    assert "RegistrationRefused" not in peer.kinds()


def test_when_all_have_failed_it_waits_longer_each_time_and_never_all_at_once() -> None:
    peer, _, _ = register(BOTH)
    pauses = []
    for _ in range(7):
        peer.stack.transport_failed(DEAD.destination or PEER, now=peer.now)
        peer.hear()
        peer.stack.transport_failed(PEER, now=peer.now)
        assert peer.hear() == []
        before = peer.now
        while not peer.wait(1.0):
            pass
        pauses.append(peer.now - before)
    assert len([each for each in peer.kinds() if each == "RegistrationRefused"]) == 7
    for wanted, pause in zip((30, 60, 120, 240, 480, 600, 600), pauses, strict=True):
        assert wanted <= pause <= wanted * (1 + SCATTER) + 1
    assert (SOONEST, LATEST) == (30, 600)


def test_a_pause_that_the_registrar_asks_for_is_kept() -> None:
    peer, _, sent = register()
    peer.reply(sent, 503, contact=None, headers=(("Retry-After", "300"),))
    assert peer.event(RegistrationRefused).status == 503
    assert peer.wait(299.0) == []
    assert registers(peer.wait(80.0))


def test_423_is_answered_with_what_the_registrar_wants() -> None:
    peer, _, sent = register()
    (again,) = registers(peer.reply(sent, 423, contact=None, headers=(("Min-Expires", "3600"),)))
    assert again.header("Expires") == "3600"


def test_what_is_granted_is_read_from_our_line_even_when_the_registrar_rewrote_our_address() -> None:
    peer, _, sent = register()
    contacts = (
        ("Contact", "<sip:we@198.51.100.9:5060>;expires=7200"),
        ("Contact", "<sip:we@198.51.100.7:1024;line=secret>;expires=120"),
    )
    peer.reply(sent, 200, contact=None, headers=contacts)
    assert peer.event(RegistrationAccepted).expires == 120
    assert peer.wait(59.0) == []
    assert registers(peer.wait(2.0))


def test_our_password_is_for_one_realm_only_where_it_is_named() -> None:
    peer, _, sent = register(login=replace(LOGIN, realm="carrier.example"))
    assert registers(peer.reply(sent, 401, contact=None, headers=CHALLENGE)) == []
    assert peer.event(RegistrationRefused).status == 401
    peer, _, sent = register(login=replace(LOGIN, realm="r"))
    assert registers(peer.reply(sent, 401, contact=None, headers=CHALLENGE))


def test_at_the_end_the_binding_is_taken_away_and_the_answer_known() -> None:
    peer, made, sent = register()
    peer.reply(sent, 200, contact=None, headers=(("Expires", "600"),))
    peer.stack.unregister(made, now=peer.now)
    (gone,) = registers(peer.hear())
    assert gone.header("Expires") == "0"
    settled = [made.is_settled]
    (again,) = registers(peer.reply(gone, 401, contact=None, headers=CHALLENGE))
    settled.append(made.is_settled)
    peer.reply(again, 200, contact=None)
    assert [*settled, made.is_settled] == [False, False, True]
    peer.assert_over()


def test_the_ways_may_change_and_the_one_in_use_stays_if_it_can() -> None:
    peer, made, sent = register(BOTH)
    peer.stack.transport_failed(DEAD.destination or PEER, now=0.0)
    (again,) = registers(peer.hear())
    peer.reply(again, 200, contact=None, headers=(("Expires", "600"),))
    used = made.flow
    assert used.remote == PEER
    other = Flow("UDP", LOCAL, ("192.0.2.77", 5060))
    made.lead([other, used])
    assert made.flow == used
    made.lead([other])
    assert made.flow == other
    assert sent.call_id == again.call_id
