"""INVITEs that are challenged, against a real admission with real digest, in virtual time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sip.events import SessionAnswered, SessionEnded, SessionRefused
from sip.message import Request
from sip.stack import CallerIdentity, Target
from tests.kit.builders import ANSWER, OFFER
from tests.kit.registrar import ACCOUNT, PASSWORD, PHONE, SERVER, Registered

if TYPE_CHECKING:
    from sip.session.session import Session


def dial(scene: Registered, *, with_login: bool = True) -> Session:
    """The phone calls 100."""
    target = Target("sip:100@192.0.2.1", SERVER, scene.login if with_login else None)
    return scene.phone.stack.invite(target, caller=CallerIdentity(ACCOUNT), body=OFFER, now=scene.wire.now)


def invites(scene: Registered) -> list[Request]:
    return [
        each for each in scene.wire.messages(PHONE) if isinstance(each, Request) and each.method == "INVITE"
    ]


def refusals(scene: Registered) -> list[int]:
    return [each.status for each in scene.phone.events if isinstance(each, SessionRefused)]


def challenge(
    asked: Request, status: int, *, nonce: str, realm: str = "centralita", stale: bool = False
) -> bytes:
    name = {401: "WWW-Authenticate", 407: "Proxy-Authenticate"}[status]
    value = f'Digest realm="{realm}", nonce="{nonce}", qop="auth", algorithm=SHA-256'
    lines = [
        f"SIP/2.0 {status} Challenge",
        f"Via: {asked.header('Via')}",
        f"From: {asked.header('From')}",
        f"To: {asked.header('To')};tag={nonce}",
        f"Call-ID: {asked.call_id}",
        f"CSeq: {asked.header('CSeq')}",
        f"{name}: {value}{', stale=true' if stale else ''}",
        "Content-Length: 0",
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def alone(scene: Registered) -> None:
    """The test itself speaks for the centre from here on."""
    scene.wire.ends.pop(SERVER)
    scene.wire.collect()


def test_a_challenged_invite_is_sent_once_more_and_the_call_comes_about() -> None:
    scene = Registered()
    session = dial(scene)
    scene.wire.run(0.1)
    (invited,) = scene.invited()
    assert invited.caller.account == ACCOUNT
    scene.centre.stack.answer(invited.session, ANSWER, now=scene.wire.now)
    scene.wire.run(1.0)
    assert "SessionAnswered" in scene.phone.kinds()
    assert scene.wire.starts(PHONE) == ["INVITE", "ACK", "INVITE", "ACK"]
    scene.phone.stack.end(session, now=scene.wire.now)
    scene.wire.run(100.0)
    assert isinstance(scene.centre.last(SessionEnded), SessionEnded)
    assert set(scene.phone.stack.counters().values()) == {0}


def test_the_second_invite_is_the_same_call_with_the_next_cseq() -> None:
    scene = Registered()
    dial(scene)
    scene.wire.run(0.1)
    first, second = invites(scene)
    assert (first.call_id, first.from_.tag, first.body) == (second.call_id, second.from_.tag, second.body)
    assert (first.cseq.number, second.cseq.number) == (1, 2)
    assert first.via.branch != second.via.branch
    assert second.to.tag is None


@pytest.mark.parametrize("status", [401, 407])
def test_a_challenged_bye_is_not_answered_with_credentials(status: int) -> None:
    """Whoever called us could else have our password guessed at: the digest leak."""
    scene = Registered()
    session = dial(scene)
    scene.wire.run(0.1)
    scene.centre.stack.answer(scene.invited()[0].session, ANSWER, now=scene.wire.now)
    scene.wire.run(1.0)
    alone(scene)
    scene.phone.stack.end(session, now=scene.wire.now)
    scene.wire.collect()
    bye = scene.wire.messages(PHONE)[-1]
    assert isinstance(bye, Request)
    assert bye.method == "BYE"
    scene.wire.inject(challenge(bye, status, nonce="leak"), SERVER, PHONE)
    scene.wire.run(40.0)
    byes = [each for each in scene.wire.messages(PHONE) if isinstance(each, Request) and each.method == "BYE"]
    assert {each.cseq.number for each in byes} == {bye.cseq.number}
    assert not any(each.header("Authorization") or each.header("Proxy-Authorization") for each in byes)


def test_the_bye_of_a_challenged_call_counts_on() -> None:
    scene = Registered()
    session = dial(scene)
    scene.wire.run(0.1)
    scene.centre.stack.answer(scene.invited()[0].session, ANSWER, now=scene.wire.now)
    scene.wire.run(1.0)
    scene.phone.stack.end(session, now=scene.wire.now)
    scene.wire.run(2.0)
    numbers = [
        (each.method, each.cseq.number) for each in scene.wire.messages(PHONE) if isinstance(each, Request)
    ]
    assert numbers == [("INVITE", 1), ("ACK", 1), ("INVITE", 2), ("ACK", 2), ("BYE", 3)]
    assert isinstance(scene.centre.last(SessionEnded), SessionEnded)


def test_a_wrong_password_is_refused_and_not_tried_again() -> None:
    scene = Registered(password="not-the-Right-one-7")
    dial(scene)
    scene.wire.run(100.0)
    assert len(invites(scene)) == 2
    assert refusals(scene) == [403]
    assert set(scene.phone.stack.counters().values()) == {0}


def test_without_a_login_a_challenge_is_a_refusal() -> None:
    scene = Registered()
    dial(scene, with_login=False)
    scene.wire.run(100.0)
    assert len(invites(scene)) == 1
    assert refusals(scene) == [401]


def test_a_cancel_while_challenged_lets_nobody_ring() -> None:
    scene = Registered()
    session = dial(scene)
    scene.wire.collect()
    scene.phone.stack.end(session, now=scene.wire.now)
    scene.wire.run(100.0)
    assert len(invites(scene)) == 1
    assert refusals(scene) == [487]
    assert scene.invited() == []
    assert set(scene.phone.stack.counters().values()) == {0}


def test_a_cancel_after_the_second_invite_takes_that_one_back() -> None:
    scene = Registered()
    session = dial(scene)
    scene.wire.run(0.035)
    assert len(invites(scene)) == 2
    scene.phone.stack.end(session, now=scene.wire.now)
    scene.wire.run(100.0)
    assert refusals(scene) == [487]
    assert scene.centre.kinds() == ["InviteReceived", "SessionCancelled"]
    assert set(scene.phone.stack.counters().values()) == {0}


@pytest.mark.parametrize("status", [401, 407])
def test_both_kinds_of_challenge_are_answered_in_their_own_header(status: int) -> None:
    scene = Registered()
    dial(scene)
    alone(scene)
    scene.wire.inject(challenge(invites(scene)[-1], status, nonce="n1"), SERVER, PHONE)
    answered = invites(scene)[-1]
    assert bool(answered.headers("Authorization")) is (status == 401)
    assert bool(answered.headers("Proxy-Authorization")) is (status == 407)


@pytest.mark.parametrize("second", [401, 407])
def test_credentials_are_never_given_to_a_second_realm(second: int) -> None:
    scene = Registered()
    dial(scene)
    alone(scene)
    scene.wire.inject(challenge(invites(scene)[-1], 407, nonce="n1"), SERVER, PHONE)
    scene.wire.inject(
        challenge(invites(scene)[-1], second, nonce="n2", realm="elsewhere", stale=True), SERVER, PHONE
    )
    assert len(invites(scene)) == 2
    assert refusals(scene) == [second]


def test_a_stale_nonce_is_answered_once_and_no_more() -> None:
    scene = Registered()
    dial(scene)
    alone(scene)
    for turn in range(10):
        scene.wire.inject(challenge(invites(scene)[-1], 401, nonce=f"n{turn}", stale=turn > 0), SERVER, PHONE)
    assert len(invites(scene)) == 3
    assert refusals(scene) == [401]
    assert "n0" in str(invites(scene)[1].headers("Authorization"))
    assert "n1" in str(invites(scene)[2].headers("Authorization"))


def test_the_same_challenge_again_means_a_wrong_password() -> None:
    scene = Registered()
    dial(scene)
    alone(scene)
    for _ in range(2):
        scene.wire.inject(challenge(invites(scene)[-1], 401, nonce="n", stale=True), SERVER, PHONE)
    assert len(invites(scene)) == 2
    assert refusals(scene) == [401]


def test_with_every_third_datagram_lost_a_challenged_call_still_comes_about() -> None:
    for phase in range(3):
        scene = Registered()
        scene.wire.fate = lambda count, _data, phase=phase: () if count % 3 == phase else (0.01,)  # type: ignore[misc]
        session = dial(scene)
        scene.wire.run(20.0)
        scene.centre.stack.answer(scene.invited()[0].session, ANSWER, now=scene.wire.now)
        scene.wire.run(60.0)
        assert isinstance(scene.phone.last(SessionAnswered), SessionAnswered)
        scene.phone.stack.end(session, now=scene.wire.now)
        scene.wire.run(200.0)
        assert set(scene.phone.stack.counters().values()) == {0}
        assert isinstance(scene.centre.last(SessionEnded), SessionEnded)


def test_a_login_does_not_show_its_password() -> None:
    scene = Registered()
    session = dial(scene)
    scene.wire.run(1.0)
    target = Target("sip:100@192.0.2.1", SERVER, scene.login)
    assert PASSWORD not in repr((scene.login, target, session, scene.phone.events))
    assert PASSWORD not in str(scene.login)
    assert not [data for _, _, data in scene.wire.sent if PASSWORD.encode() in data]
