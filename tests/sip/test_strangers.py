"""What strangers may cost us (RFC 3261 s.26.3.2.4): large messages count, and who proves nothing leaves nothing."""

from __future__ import annotations

import pytest

from base.ids import SequenceIds
from sip.admission import ProfileAdmission
from sip.digest.credentials import HashedSecrets
from sip.digest.digest import authorize
from sip.profile import Account, ExternalProfile, InternalProfile, Profiles
from sip.stack import LARGE, Stack
from tests.kit.builders import request
from tests.kit.phone import Peer

STRANGER = "192.0.2.2"
WORDY = request("INVITE", headers=(("Subject", "x" * LARGE),))


@pytest.fixture
def admission() -> ProfileAdmission:
    secrets = HashedSecrets()
    secrets.set_password("1001", "centralita", "tangerine-Boat-42")
    internal = InternalProfile(realm="centralita", accounts={"1001": Account()})
    return ProfileAdmission(Profiles(internal, ExternalProfile(trunks=())), secrets, SequenceIds())


@pytest.fixture
def peer(admission: ProfileAdmission) -> Peer:
    return Peer(Stack(SequenceIds(), admission=admission))


@pytest.mark.parametrize(
    "data",
    [
        request("ACK", headers=(("Subject", "x" * LARGE),)),
        b"\n" * (LARGE + 1),
        b"SIP/2.0 200 OK\r\n" + WORDY.partition(b"\r\n")[2],
    ],
    ids=["ack", "line ends", "response"],
)
def test_large_messages_count_also_where_they_get_no_answer(
    admission: ProfileAdmission, peer: Peer, data: bytes
) -> None:
    for _ in range(31):
        assert peer.say(data) == []
    assert admission.guard.is_banned(STRANGER, now=0.0)


def test_credentials_that_prove_no_source_are_refused_without_memory_and_once(peer: Peer) -> None:
    said = 'Digest username="1001", realm="centralita", nonce="x", uri="sip:other@192.0.2.9", response="0"'
    assert peer.say_request(headers=(("Authorization", said),)).status == 400
    assert peer.stack.counters()["transactions"] == 0
    assert peer.wait(40.0) == []


def test_a_wrong_password_counts_once_however_often_it_is_sent(
    admission: ProfileAdmission, peer: Peer
) -> None:
    uri = "sip:100@centralita"
    asked = peer.say_request("MESSAGE", uri=uri)
    said = authorize(
        asked.headers("WWW-Authenticate")[0],
        method="MESSAGE",
        uri=uri,
        user="1001",
        password="wrong",
        nc=1,
        cnonce="abc",
    )
    again = {"branch": "z9hG4bK2", "headers": (("Authorization", said),)}
    for _ in range(3):
        assert peer.say_request("MESSAGE", uri=uri, **again).status == 403
    assert admission.tally["passwords"] == 1
