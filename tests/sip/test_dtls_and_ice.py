"""Descriptions of browsers (RFC 8829): DTLS-SRTP (RFC 5763, RFC 8842), ICE-lite (RFC 8839), what stands around them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip.errors import NoCommonCodec
from sip.negotiation import Negotiation
from sip.offer.answering import make_answer
from sip.offer.dtls import Fingerprint, fingerprints
from sip.offer.ice import IceCredentials, candidate_addresses, peer_fragment
from sip.offer.making import make_offer
from sip.offer.reading import read_answer
from sip.offer.security import PLAIN, Dtls, Identity, Security, Srtp, first_offer
from sip.offer.sides import LocalMedia
from sip.sdp import SessionDescription, parse

SUM = ":".join(["AB"] * 32)
THEIRS = Fingerprint("sha-256", ":".join(["0F"] * 32))
IDENTITY = Identity(Fingerprint("sha-256", SUM), IceCredentials("ourfrag1", "p" * 24))
CODECS = ("PCMU", "PCMA", "OPUS")


def us(policy: Srtp = Srtp.OFF, *, insists_on_dtls: bool = True) -> LocalMedia:
    security = Security(policy, identity=IDENTITY)
    protocol, security = first_offer(security, insists_on_dtls=insists_on_dtls)
    return LocalMedia("127.0.0.1", 40000, CODECS, protocol=protocol, has_mux=True, security=security)


US = us()
HEAD = "v=0\r\no=- 4611 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
CHROMIUM = (
    "a=group:BUNDLE 0",
    "a=extmap-allow-mixed",
    "a=msid-semantic: WMS 8f2",
    "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126",
    "c=IN IP4 0.0.0.0",
    "a=rtcp:9 IN IP4 0.0.0.0",
    "a=candidate:1 1 udp 2113937151 6c0ffb5c-55a1-4ea3-a2f6-1f3c5d3ce2a8.local 53421 typ host generation 0",
    "a=candidate:2 1 udp 1677729535 192.0.2.9 53421 typ srflx raddr 0.0.0.0 rport 0 generation 0",
    "a=candidate:3 1 tcp 1518280447 192.0.2.9 9 typ host tcptype active",
    "a=ice-ufrag:w8Xq",
    "a=ice-pwd:0123456789abcdefghijklmn",
    "a=ice-options:trickle",
    f"a=fingerprint:{THEIRS.sum} {THEIRS.value}",
    "a=setup:actpass",
    "a=mid:0",
    "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
    "a=sendrecv",
    "a=msid:8f2 b1",
    "a=rtcp-mux",
    "a=rtcp-rsize",
    "a=rtpmap:111 opus/48000/2",
    "a=rtcp-fb:111 transport-cc",
    "a=fmtp:111 minptime=10;useinbandfec=1",
    "a=rtpmap:63 red/48000/2",
    "a=fmtp:63 111/111",
    "a=rtpmap:9 G722/8000",
    "a=rtpmap:0 PCMU/8000",
    "a=rtpmap:8 PCMA/8000",
    "a=rtpmap:13 CN/8000",
    "a=rtpmap:110 telephone-event/48000",
    "a=rtpmap:126 telephone-event/8000",
    "a=ssrc:1 cname:x",
)


def described(*lines: str) -> SessionDescription:
    return parse((HEAD + "".join(f"{line}\r\n" for line in lines)).encode())


def changed(old: str, new: str | None) -> tuple[str, ...]:
    """Chromium's offer with one line changed, or left out."""
    assert any(line.startswith(old) for line in CHROMIUM)
    lines = (new if line.startswith(old) else line for line in CHROMIUM)
    return tuple(line for line in lines if line is not None)


def lines_of(body: bytes) -> list[str]:
    return body.decode().splitlines()


def test_the_offer_of_a_browser_is_answered_by_a_lite_and_passive_side() -> None:
    found = make_answer(described(*CHROMIUM), US)
    assert found.protection == Dtls((THEIRS,), is_client=False, fragment="w8Xq")
    assert found.codec == "OPUS"
    assert found.direction == "sendrecv", "0.0.0.0 is no hold where ICE finds the way"
    assert found.remote == ("192.0.2.9", 53421)
    assert found.has_mux
    lines = lines_of(found.body)
    for line in (
        "a=ice-lite",
        "a=group:BUNDLE 0",
        "m=audio 40000 UDP/TLS/RTP/SAVPF 111 110",
        "a=mid:0",
        "a=rtcp-mux",
        "a=setup:passive",
        f"a=fingerprint:sha-256 {SUM}",
        "a=ice-ufrag:ourfrag1",
        f"a=ice-pwd:{'p' * 24}",
        "a=candidate:1 1 UDP 2130706431 127.0.0.1 40000 typ host",
    ):
        assert line in lines
    assert lines.index("a=ice-lite") < lines.index("m=audio 40000 UDP/TLS/RTP/SAVPF 111 110")


def test_fingerprint_and_ice_may_stand_at_the_session() -> None:
    """RFC 8122 s.5, RFC 8839 s.4.4."""
    moved = [line for line in CHROMIUM if line.startswith(("a=ice-", "a=fingerprint", "a=setup"))]
    rest = [line for line in CHROMIUM if line not in moved]
    found = make_answer(described(*moved, *rest), US)
    assert found.protection == Dtls((THEIRS,), is_client=False, fragment="w8Xq")


@pytest.mark.parametrize(
    ("setup", "ours"), [("a=setup:active", "passive"), ("a=setup:passive", "active"), (None, "passive")]
)
def test_who_opens_the_association_follows_from_what_the_peer_says(setup: str | None, ours: str) -> None:
    """RFC 4145 s.4.1, RFC 5763 s.5."""
    found = make_answer(described(*changed("a=setup", setup)), US)
    assert f"a=setup:{ours}" in lines_of(found.body)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a=setup", "a=setup:holdconn"),
        ("a=setup", "a=setup:nonsense"),
        ("a=fingerprint", None),
        ("a=fingerprint", "a=fingerprint:sha-1 " + ":".join(["AB"] * 20)),
        ("a=fingerprint", "a=fingerprint:md5 " + ":".join(["AB"] * 16)),
        ("a=fingerprint", "a=fingerprint:sha-256 " + ":".join(["AB"] * 31)),
        ("a=fingerprint", "a=fingerprint:sha-256 AB"),
    ],
)
def test_an_association_that_nobody_could_trust_is_refused(old: str, new: str | None) -> None:
    with pytest.raises(NoCommonCodec):
        make_answer(described(*changed(old, new)), US)


def test_without_an_identity_of_ours_there_is_no_association() -> None:
    with pytest.raises(NoCommonCodec):
        make_answer(described(*CHROMIUM), LocalMedia("127.0.0.1", 40000))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a=ice-ufrag", None),
        ("a=ice-pwd", None),
        ("a=ice-pwd", "a=ice-pwd:short"),
        ("a=ice-ufrag", "a=ice-ufrag:a b c d"),
        ("a=group", "a=ice-lite"),
    ],
)
def test_without_ice_of_the_peer_there_is_none_of_ours_and_its_address_counts(
    old: str, new: str | None
) -> None:
    """RFC 8445 s.2.5: two lite agents send to each other's only address."""
    lines = [line.replace("c=IN IP4 0.0.0.0", "c=IN IP4 192.0.2.9") for line in changed(old, new)]
    found = make_answer(described(*lines), US)
    assert isinstance(found.protection, Dtls)
    assert found.fragment is None
    assert found.remote == ("192.0.2.9", 9)
    assert b"a=ice-" not in found.body
    assert b"a=candidate" not in found.body


def test_an_older_profile_with_a_fingerprint_is_the_same() -> None:
    """RFC 8829 s.5.1.2."""
    for protocol in ("RTP/SAVPF", "UDP/TLS/RTP/SAVP", "RTP/SAVP"):
        lines = [line.replace("UDP/TLS/RTP/SAVPF", protocol) for line in CHROMIUM]
        found = make_answer(described(*lines), US)
        assert isinstance(found.protection, Dtls)
        assert f"m=audio 40000 {protocol} 111 110" in lines_of(found.body)


def test_our_offer_to_a_browser_has_all_that_it_insists_on() -> None:
    lines = lines_of(make_offer(US))
    for line in (
        "a=ice-lite",
        "m=audio 40000 UDP/TLS/RTP/SAVPF 0 8 111 101 110",
        "a=setup:actpass",
        f"a=fingerprint:sha-256 {SUM}",
        "a=rtcp-mux",
        "a=ice-ufrag:ourfrag1",
    ):
        assert line in lines


ANSWER = (
    "m=audio 53421 UDP/TLS/RTP/SAVPF 0 101",
    "c=IN IP4 192.0.2.9",
    "a=rtpmap:101 telephone-event/8000",
    "a=ice-ufrag:w8Xq",
    "a=ice-pwd:0123456789abcdefghijklmn",
    f"a=fingerprint:{THEIRS.sum} {THEIRS.value}",
    "a=setup:active",
    "a=rtcp-mux",
)


def test_the_answer_of_a_browser_is_read() -> None:
    found = read_answer(US, described(*ANSWER))
    assert found.protection == Dtls((THEIRS,), is_client=False, fragment="w8Xq")
    assert (found.codec, found.remote, found.has_mux) == ("PCMU", ("192.0.2.9", 53421), True)


@pytest.mark.parametrize("setup", ["a=setup:actpass", "a=setup:holdconn"])
def test_an_answer_must_say_who_opens_the_association(setup: str) -> None:
    with pytest.raises(NoCommonCodec):
        read_answer(US, described(*(line.replace("a=setup:active", setup) for line in ANSWER)))


@pytest.mark.parametrize("setup", ["active", "passive"])
def test_roles_and_names_stay_in_later_offers_and_answers(setup: str) -> None:
    """RFC 8842 s.5.3, RFC 8839 s.4.4.1.1."""
    negotiation = Negotiation(US)
    said = [line for line in lines_of(negotiation.offer()) if line.startswith(("a=ice", "a=finger"))]
    negotiation.receive_answer(
        described(*(line.replace("a=setup:active", f"a=setup:{setup}") for line in ANSWER))
    )
    offer = lines_of(negotiation.offer(direction="sendonly"))
    assert [line for line in offer if line.startswith(("a=ice", "a=finger"))] == said
    assert "a=setup:actpass" in offer
    negotiation.withdraw()
    negotiation.receive_offer(described(*CHROMIUM))
    found = negotiation.answer()
    assert f"a=setup:{'passive' if setup == 'active' else 'active'}" in lines_of(found.body)


def test_later_offers_to_a_peer_without_ice_hold_none() -> None:
    negotiation = Negotiation(US)
    assert b"a=ice-ufrag" in negotiation.offer()
    negotiation.receive_answer(described(*(line for line in ANSWER if not line.startswith("a=ice"))))
    offer = negotiation.offer(direction="sendonly")
    assert b"a=fingerprint" in offer
    assert b"a=ice" not in offer
    assert b"a=candidate" not in offer


@pytest.mark.parametrize("policy", list(Srtp))
def test_phones_that_are_no_browsers_are_taken_as_the_policy_says(policy: Srtp) -> None:
    """RFC 8643 s.3: a fingerprint beside RTP/AVP is used where both sides can."""
    local = us(policy, insists_on_dtls=False)
    lines = [line.replace("UDP/TLS/RTP/SAVPF", "RTP/AVP") for line in CHROMIUM]
    found = make_answer(described(*lines), local)
    assert (found.protection == PLAIN) == (policy is Srtp.OFF)


def test_only_addresses_that_can_be_sent_to_are_taken_from_candidates() -> None:
    lines = (
        "candidate:1 1 udp 2113937151 x.local 53421 typ host",
        "candidate:1 2 udp 2113937151 192.0.2.9 53422 typ host",
        "candidate:1 1 tcp 2113937151 192.0.2.9 9 typ host",
        "candidate:1 1 udp 2113937151 192.0.2.9 70000 typ host",
        "candidate:1 1 UDP 1 192.0.2.10 53421 typ relay raddr 1.2.3.4 rport 9",
        "candidate:x y",
        "candidate:",
    )
    assert list(candidate_addresses(lines)) == [("192.0.2.10", 53421)]


@given(st.lists(st.sampled_from(CHROMIUM), max_size=40), st.text("aA0:=/ -\u00e9", max_size=30))
def test_no_mixture_of_lines_is_more_than_refused(lines: list[str], text: str) -> None:
    noise = [f"a={name}:{text}" for name in ("fingerprint", "setup", "ice-ufrag", "candidate", "group")]
    offer = described("c=IN IP4 192.0.2.9", *lines, *noise)
    for each in offer.media:
        list(candidate_addresses(each.attributes))
        fingerprints(each.attributes, offer.attributes)
        peer_fragment(each.attributes, offer.attributes)
    try:
        found = make_answer(offer, US)
    except NoCommonCodec:
        return
    assert len(parse(found.body).media) == len(offer.media)


def test_a_peer_with_another_name_begins_ice_anew_and_gets_other_credentials() -> None:
    """RFC 8839 s.4.4: an offer with another fragment; the same one, at hold say, changes nothing."""
    negotiation = Negotiation(US)
    asked = []
    for lines in (CHROMIUM, changed("a=sendrecv", "a=sendonly")):
        negotiation.receive_offer(described(*lines))
        asked.append(negotiation.restarts_ice)
        assert "a=ice-ufrag:ourfrag1" in lines_of(negotiation.answer().body)
    negotiation.receive_offer(described(*changed("a=ice-ufrag", "a=ice-ufrag:another")))
    asked.append(negotiation.restarts_ice)
    assert asked == [False, False, True]
    negotiation.renew_ice(IceCredentials("ourfrag2", "q" * 24))
    found = negotiation.answer()
    assert "a=ice-ufrag:ourfrag2" in lines_of(found.body)
    assert f"a=ice-pwd:{'q' * 24}" in lines_of(found.body)
    assert found.fragment == "another"
    assert "a=ice-ufrag:ourfrag2" in lines_of(negotiation.offer()), "ours keep them too"
