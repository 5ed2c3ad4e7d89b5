"""Keys in descriptions (RFC 4568, RFC 7714) by the policy of a profile, opportunistic too (RFC 8643)."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip.errors import NoCommonCodec
from sip.negotiation import Negotiation
from sip.offer.answering import make_answer
from sip.offer.crypto import KEY_LENGTHS, SrtpKeys, cryptos
from sip.offer.making import make_offer
from sip.offer.reading import read_answer
from sip.offer.security import PLAIN, Sdes, Security, Srtp, first_offer
from sip.offer.sides import LocalMedia, Negotiated
from sip.sdp import SessionDescription, parse

HEAD = "v=0\r\no=bob 9 9 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n"
OURS = {suite: bytes([index]) * length for index, (suite, length) in enumerate(KEY_LENGTHS.items())}
THEIRS = bytes(range(30))
KEY = b64encode(THEIRS).decode()
CM80 = "AES_CM_128_HMAC_SHA1_80"
LINE = f"a=crypto:7 {CM80} inline:{KEY}"
AVP = "m=audio 6000 RTP/AVP 0"
SAVP = "m=audio 6000 RTP/SAVP 0"


def us(policy: Srtp) -> LocalMedia:
    security = Security(policy, {} if policy is Srtp.OFF else OURS)
    protocol, security = first_offer(security, insists_on_dtls=False)
    return LocalMedia("127.0.0.1", 40000, protocol=protocol, security=security)


OFF, OFFERED, REQUIRED = us(Srtp.OFF), us(Srtp.OFFERED), us(Srtp.REQUIRED)


def described(*lines: str) -> SessionDescription:
    return parse((HEAD + "".join(f"{line}\r\n" for line in lines)).encode())


def keys_of(found: Negotiated | None) -> SrtpKeys | None:
    assert found is not None
    return found.protection.keys if isinstance(found.protection, Sdes) else None


def written_keys(body: bytes) -> list[str]:
    return [line for line in body.decode().splitlines() if line.startswith("a=crypto:")]


@pytest.mark.parametrize("local", [OFFERED, REQUIRED])
@pytest.mark.parametrize("protocol", ["RTP/SAVP", "RTP/SAVPF", "RTP/AVP", "RTP/AVPF"])
def test_an_offered_key_is_answered_with_its_tag_and_a_key_of_ours(local: LocalMedia, protocol: str) -> None:
    """RFC 4568 s.5.1.2; for RTP/AVP RFC 8643 s.3.1."""
    found = make_answer(described(f"m=audio 6000 {protocol} 0", LINE), local)
    assert keys_of(found) == SrtpKeys(CM80, OURS[CM80], THEIRS)
    assert written_keys(found.body) == [f"a=crypto:7 {CM80} inline:{b64encode(OURS[CM80]).decode()}"]
    assert f"m=audio 40000 {protocol} 0\r\n".encode() in found.body


@pytest.mark.parametrize("suite", list(KEY_LENGTHS))
def test_every_suite_has_keys_of_its_length(suite: str) -> None:
    key = b64encode(bytes(KEY_LENGTHS[suite])).decode()
    found = make_answer(described(SAVP, f"a=crypto:1 {suite} inline:{key}"), REQUIRED)
    assert keys_of(found) == SrtpKeys(suite, OURS[suite], bytes(KEY_LENGTHS[suite]))


def test_the_first_line_that_we_can_follow_is_taken() -> None:
    found = make_answer(
        described(SAVP, "a=crypto:1 F8_128_HMAC_SHA1_80 inline:" + KEY, LINE.replace(":7", ":2"), LINE),
        OFFERED,
    )
    assert isinstance(found.protection, Sdes)
    assert found.protection.tag == 2


@pytest.mark.parametrize(
    "line",
    [
        f"a=crypto:1 {CM80} inline:{KEY}|2^20",
        f"a=crypto:1 {CM80} inline:{KEY}|1048576",
        f"a=crypto:1 {CM80} inline:{KEY} WSH=128",
        f"a=crypto:1 {CM80} inline:{KEY} -future",
        f"a=crypto:1 {CM80.lower()}   inline:{KEY} ",
    ],
)
def test_lifetimes_and_harmless_parameters_are_read(line: str) -> None:
    assert keys_of(make_answer(described(SAVP, line), REQUIRED)) is not None


@pytest.mark.parametrize(
    "line",
    [
        "a=crypto:",
        f"a=crypto:1 {CM80} inline:",
        f"a=crypto:1 {CM80} inline:{KEY[:-4]}",
        f"a=crypto:1 {CM80} inline:{KEY}AAAA",
        f"a=crypto:1 {CM80} inline:{KEY[:-1]}\u00e9",
        f"a=crypto:1 {CM80} inline:{KEY}|2^20|1:4",
        f"a=crypto:1 {CM80} inline:{KEY}|1:4",
        f"a=crypto:1 {CM80} inline:{KEY};inline:{KEY}",
        f"a=crypto:1 {CM80} inline:{KEY} KDR=1",
        f"a=crypto:1 {CM80} inline:{KEY} UNENCRYPTED_SRTP",
        f"a=crypto:1 {CM80} inline:{KEY} UNAUTHENTICATED_SRTP",
        f"a=crypto:0 {CM80} inline:{KEY}",
        f"a=crypto:9999999999 {CM80} inline:{KEY}",
        f"a=crypto:1 {CM80} clear:{KEY}",
        f"a=crypto:1 AEAD_AES_128_GCM inline:{KEY}",
        f"a=crypto:1 AES_192_CM_HMAC_SHA1_80 inline:{KEY}",
        f"a=crypto:1 {CM80} inline:{KEY}" + " -x" * 5000,
    ],
)
def test_a_line_that_is_damaged_or_asks_for_what_we_do_not_know_is_passed_over(line: str) -> None:
    """RFC 4568 s.6.3.7 and s.7.1.2."""
    with pytest.raises(NoCommonCodec):
        make_answer(described(SAVP, line), REQUIRED)


@pytest.mark.parametrize(
    ("local", "lines"),
    [
        (OFF, (SAVP, LINE)),
        (OFF, ("m=audio 6000 RTP/SAVPF 0", LINE)),
        (OFFERED, (SAVP,)),
        (REQUIRED, (SAVP,)),
        (REQUIRED, (AVP,)),
        (REQUIRED, ("m=audio 6000 UDP/TLS/RTP/SAVP 0", LINE)),
    ],
)
def test_what_protects_too_little_or_more_than_we_can_is_refused(
    local: LocalMedia, lines: tuple[str, ...]
) -> None:
    with pytest.raises(NoCommonCodec) as found:
        make_answer(described(*lines), local)
    assert found.value.status == 488
    assert str(found.value).endswith(f"srtp: {local.security.policy.value}")


@pytest.mark.parametrize(("local", "lines"), [(OFF, (AVP, LINE)), (OFFERED, (AVP,)), (OFF, (AVP,))])
def test_plain_sound_is_taken_where_srtp_is_not_required(local: LocalMedia, lines: tuple[str, ...]) -> None:
    found = make_answer(described(*lines), local)
    assert found.protection == PLAIN
    assert not written_keys(found.body)


def test_the_offers_of_a_profile_propose_what_it_wants() -> None:
    assert not written_keys(make_offer(OFF))
    for local, protocol in ((OFFERED, "RTP/AVP"), (REQUIRED, "RTP/SAVP")):
        offer = parse(make_offer(local))
        assert offer.media[0].protocol == protocol
        lines = list(cryptos(offer.media[0].attributes))
        assert [each.tag for each in lines] == [1, 2, 3, 4]
        assert {each.suite: each.key for each in lines} == OURS


@pytest.mark.parametrize(("local", "media"), [(OFFERED, AVP), (REQUIRED, SAVP)])
def test_an_answer_takes_one_of_our_lines(local: LocalMedia, media: str) -> None:
    answer = described(media, LINE.replace(":7", ":3"))
    assert keys_of(read_answer(local, answer)) == SrtpKeys(CM80, OURS[CM80], THEIRS)


def test_who_cannot_protect_sound_may_answer_without_where_that_is_only_offered() -> None:
    assert read_answer(OFFERED, described(AVP)).protection == PLAIN
    assert read_answer(OFFERED, described(AVP, LINE)).protection == PLAIN, "no line of ours has the tag 7"


@pytest.mark.parametrize(
    "lines",
    [
        (SAVP,),
        (SAVP, LINE),  # no line of ours has that tag
        (SAVP, LINE.replace(":7", ":4")),  # a suite that is not that of the tag
        (AVP, LINE.replace(":7", ":3")),
    ],
)
def test_an_answer_without_a_key_for_a_line_of_ours_is_none(lines: tuple[str, ...]) -> None:
    with pytest.raises(NoCommonCodec):
        read_answer(REQUIRED, described(*lines))


def test_holding_and_refreshing_keep_the_keys_and_the_peer_may_change_its_own() -> None:
    negotiation = Negotiation(OFFERED)
    negotiation.receive_offer(described(SAVP, LINE))
    answered = negotiation.answer()
    said = written_keys(answered.body)
    offer = negotiation.offer(direction="sendonly")
    assert written_keys(offer) == said
    assert b"RTP/SAVP " in offer
    other = b64encode(bytes(30)).decode()
    held = negotiation.receive_answer(described(SAVP, f"a=crypto:7 {CM80} inline:{other}", "a=recvonly"))
    assert keys_of(held) == SrtpKeys(CM80, OURS[CM80], bytes(30))
    assert written_keys(negotiation.repeat()) == said


def test_a_stream_that_is_plain_stays_so_in_later_offers_of_ours() -> None:
    negotiation = Negotiation(OFFERED)
    assert written_keys(negotiation.offer())
    negotiation.receive_answer(described(AVP))
    assert not written_keys(negotiation.offer(direction="sendonly"))


def test_another_fork_may_take_another_line_of_ours() -> None:
    negotiation = Negotiation(REQUIRED)
    negotiation.offer()
    negotiation.receive_answer(described(SAVP, LINE.replace(":7", ":3")))
    negotiation.fork()
    line = f"a=crypto:4 AES_CM_128_HMAC_SHA1_32 inline:{KEY}"
    found = keys_of(negotiation.receive_answer(described(SAVP, line)))
    assert found is not None
    assert found.suite == "AES_CM_128_HMAC_SHA1_32"


def test_keys_show_in_no_representation() -> None:
    key = b"secret key and salt of 30 octe"
    local = replace(OFFERED, security=replace(OFFERED.security, keys={CM80: key}, suites=((1, CM80),)))
    coded = b64encode(key).decode()
    offer = described(SAVP, f"a=crypto:1 {CM80} inline:{coded}")
    found = make_answer(offer, local)
    shown = repr((local, offer, found, list(cryptos(offer.media[0].attributes))))
    assert "secret" not in shown
    assert coded not in shown


@given(
    st.text(max_size=80), st.sampled_from(["a=crypto:", f"a=crypto:1 {CM80} ", f"a=crypto:1 {CM80} inline:"])
)
def test_no_line_raises_anything(text: str, begin: str) -> None:
    offer = described(AVP, (begin + text).replace("\r", "").replace("\n", ""))
    for each in cryptos(offer.media[0].attributes):
        assert len(each.key) == KEY_LENGTHS[each.suite]
