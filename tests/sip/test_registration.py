"""Our own registration, against a real registrar with real digest, in virtual time."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from sip.message import Request, Response
from sip.registrar.request import RegistrationLimits
from tests.kit.registrar import AOR, PASSWORD, PHONE, SERVER, Registered

if TYPE_CHECKING:
    from sip.trunks.registration import Registration

CONTACT = f"sip:1001@{PHONE[0]}:{PHONE[1]}"


def register(scene: Registered, *, expires: int = 300) -> Registration:
    """Ask to be registered, now."""
    return scene.phone.stack.register(
        AOR, registrar=SERVER, login=scene.login, expires=expires, now=scene.wire.now
    )


def registers(scene: Registered) -> list[tuple[float, Request]]:
    """When the phone sent each REGISTER."""
    return [
        (round(at, 2), message)
        for (at, sender, _), message in zip(scene.wire.sent, scene.wire.messages(), strict=True)
        if sender == PHONE and isinstance(message, Request)
    ]


def test_the_challenge_is_answered_and_the_phone_is_registered() -> None:
    scene = Registered()
    registration = register(scene)
    scene.wire.run(1.0)
    assert scene.wire.starts() == ["REGISTER", "401", "REGISTER", "200"]
    assert [(each.registration, each.expires) for each in scene.accepted()] == [(registration, 300)]
    assert scene.bound() == [CONTACT]


def test_both_requests_are_one_registration_with_the_next_cseq_and_a_branch_of_its_own() -> None:
    scene = Registered()
    register(scene)
    scene.wire.run(1.0)
    (_, first), (_, second) = registers(scene)
    assert first.call_id == second.call_id
    assert first.from_.tag == second.from_.tag
    assert (first.cseq.number, second.cseq.number) == (1, 2)
    assert first.via.branch != second.via.branch


def test_it_is_refreshed_at_half_of_what_was_granted_for_as_long_as_wanted() -> None:
    scene = Registered(limits=RegistrationLimits(maximum=120))
    register(scene, expires=3600)
    scene.wire.run(600.0)
    assert [each.expires for each in scene.accepted()] == [120] * 10
    begun = [at for at, message in registers(scene) if not message.headers("Authorization")]
    gaps = [later - earlier for earlier, later in itertools.pairwise(begun)]
    assert gaps == pytest.approx([60.0] * 9, abs=0.2)
    assert scene.bound() == [CONTACT]


def test_a_wrong_password_is_refused_and_tried_again_ever_more_rarely() -> None:
    scene = Registered(password="not-the-Right-one-7")
    register(scene)
    scene.wire.run(2000.0)
    assert {each.status for each in scene.refused()} == {403}
    begun = [at for at, message in registers(scene) if not message.headers("Authorization")]
    gaps = [round(later - earlier) for earlier, later in itertools.pairwise(begun)]
    assert gaps == [30, 60, 120, 240, 480, 600]
    assert scene.bound() == []


def test_a_registrar_that_does_not_answer_is_asked_again() -> None:
    scene = Registered(fate=())
    register(scene)
    scene.wire.run(40.0)
    assert [(each.status, each.reason) for each in scene.refused()] == [(408, "no answer")]
    scene.wire.fate = lambda _count, _data: (0.01,)
    scene.wire.run(100.0)
    assert len(scene.accepted()) == 1
    assert scene.bound() == [CONTACT]


def test_after_a_success_the_next_failure_is_tried_again_as_soon_as_the_first() -> None:
    scene = Registered(fate=())
    register(scene)
    scene.wire.run(200.0)
    assert len(scene.refused()) == 3
    scene.wire.fate = lambda _count, _data: (0.01,)
    scene.wire.run(400.0)
    assert scene.accepted()
    failures = len(scene.refused())
    scene.wire.fate = lambda _count, _data: ()
    scene.wire.run(800.0)
    times = [at for at, message in registers(scene) if message.cseq.number and at > 400.0]
    assert len(scene.refused()) > failures
    firsts = [at for at, before in zip(times[1:], times, strict=False) if at - before > 20.0]
    assert firsts[0] - times[0] == pytest.approx(32.0 + 30.0, abs=0.2)


def test_too_brief_is_lengthened_to_what_the_registrar_wants() -> None:
    scene = Registered(limits=RegistrationLimits(minimum=240))
    register(scene, expires=90)
    scene.wire.run(1.0)
    assert "423" in scene.wire.starts(SERVER)
    assert [each.expires for each in scene.accepted()] == [240]
    assert scene.refused() == []


def test_unregistering_takes_the_binding_away_and_ends_the_refreshing() -> None:
    scene = Registered()
    registration = register(scene)
    scene.wire.run(1.0)
    scene.phone.stack.unregister(registration, now=scene.wire.now)
    scene.wire.run(2.0)
    assert scene.bound() == []
    sent = len(scene.wire.sent)
    scene.wire.run(2000.0)
    assert len(scene.wire.sent) == sent
    assert set(scene.phone.stack.counters().values()) == {0}


def test_unregistering_while_challenged_leaves_no_binding_behind() -> None:
    scene = Registered()
    registration = register(scene)
    scene.wire.collect()
    scene.phone.stack.unregister(registration, now=scene.wire.now)
    scene.wire.run(1000.0)
    assert scene.bound() == []
    numbers = [message.cseq.number for _, message in registers(scene)]
    assert len(set(numbers)) == len(numbers)
    assert scene.accepted() == []
    assert set(scene.phone.stack.counters().values()) == {0}


def test_a_nonce_that_grew_old_on_the_way_is_answered_anew() -> None:
    scene = Registered(nonce_lifetime=1.0)
    scene.wire.fate = lambda _count, _data: (0.6,) if scene.wire.now < 1.3 else (0.01,)
    register(scene)
    scene.wire.run(6.0)
    assert sorted({message.cseq.number for _, message in registers(scene)}) == [1, 2, 3]
    assert scene.accepted()
    assert scene.refused() == []
    assert scene.bound() == [CONTACT]


def test_a_registrar_that_calls_every_nonce_stale_is_not_answered_for_ever() -> None:
    scene = Registered()
    register(scene)
    scene.wire.ends.pop(SERVER)
    for turn in range(20):
        scene.wire.collect()
        asked = [message for _, message in registers(scene)][-1]
        scene.wire.inject(challenge(asked, nonce=f"n{turn}", stale=turn > 0), SERVER, PHONE)
    assert len(registers(scene)) <= 3
    assert [each.status for each in scene.refused()] == [401]


def test_credentials_are_never_given_to_a_second_realm() -> None:
    scene = Registered()
    register(scene)
    scene.wire.ends.pop(SERVER)
    scene.wire.collect()
    scene.wire.inject(challenge(registers(scene)[-1][1], nonce="n1"), SERVER, PHONE)
    answered = registers(scene)[-1][1]
    assert answered.headers("Authorization")
    scene.wire.inject(challenge(answered, nonce="n2", realm="elsewhere", stale=True), SERVER, PHONE)
    assert len(registers(scene)) == 2
    assert [each.status for each in scene.refused()] == [401]


def test_a_challenge_that_cannot_be_answered_is_a_refusal() -> None:
    scene = Registered()
    register(scene)
    scene.wire.ends.pop(SERVER)
    scene.wire.collect()
    asked = registers(scene)[-1][1]
    scene.wire.inject(
        respond(asked, 401, "WWW-Authenticate: Digest realm=x, nonce=y, algorithm=SHA-3"), SERVER, PHONE
    )
    assert len(registers(scene)) == 1
    assert [each.status for each in scene.refused()] == [401]


def test_the_password_is_in_no_datagram_and_no_printing() -> None:
    scene = Registered()
    registration = register(scene)
    scene.wire.run(200.0)
    assert not [data for _, _, data in scene.wire.sent if PASSWORD.encode() in data]
    printed = repr((scene.login, registration, scene.phone.events, scene.centre.events))
    assert PASSWORD not in printed


def respond(asked: Request, status: int, *headers: str) -> bytes:
    """An answer by a registrar that a test speaks for."""
    lines = [
        f"SIP/2.0 {status} Whatever",
        f"Via: {asked.header('Via')}",
        f"From: {asked.header('From')}",
        f"To: {asked.header('To')};tag=r",
        f"Call-ID: {asked.call_id}",
        f"CSeq: {asked.header('CSeq')}",
        *headers,
        "Content-Length: 0",
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def challenge(asked: Request, *, nonce: str, realm: str = "centralita", stale: bool = False) -> bytes:
    """A 401 by a registrar that a test speaks for."""
    value = f'Digest realm="{realm}", nonce="{nonce}", qop="auth", algorithm=SHA-256'
    return respond(asked, 401, f"WWW-Authenticate: {value}{', stale=TRUE' if stale else ''}")


def test_the_answer_of_a_stranger_changes_nothing() -> None:
    scene = Registered()
    register(scene)
    scene.wire.collect()
    asked = registers(scene)[-1][1]
    forged = respond(asked, 200).replace(b"z9hG4bK", b"z9hG4bKx")
    scene.wire.inject(forged, SERVER, PHONE)
    assert scene.accepted() == []
    assert isinstance(scene.wire.messages()[0], Request)
    assert not isinstance(scene.wire.messages()[0], Response)
