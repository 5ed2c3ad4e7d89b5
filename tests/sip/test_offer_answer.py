"""Offers and answers for one audio stream, by the cases of RFC 3264, RFC 6337 and RFC 4733."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip.errors import NoCommonCodec, SdpError
from sip.offer.answering import make_answer
from sip.offer.making import make_offer
from sip.offer.reading import read_answer
from sip.offer.sides import LocalMedia
from sip.sdp import SessionDescription, parse

US = LocalMedia("127.0.0.1", 40000, session_id=7, version=3)
HEAD = "v=0\r\no=bob 9 9 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 {address}\r\nt=0 0\r\n"


def described(*lines: str, address: str = "192.0.2.9") -> SessionDescription:
    return parse((HEAD.format(address=address) + "".join(f"{line}\r\n" for line in lines)).encode())


def media_lines(body: bytes) -> list[str]:
    return [line for line in body.decode().splitlines() if line.startswith("m=")]


AUDIO = "m=audio 6000 RTP/AVP 0 8 101"
EVENTS = "a=rtpmap:101 telephone-event/8000"


def test_our_offer_lists_our_codecs_and_telephone_event() -> None:
    body = make_offer(US)
    assert b"o=- 7 3 IN IP4 127.0.0.1\r\n" in body
    assert media_lines(body) == ["m=audio 40000 RTP/AVP 0 8 101"]
    assert b"a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\n" in body
    assert body.endswith(b"a=sendrecv\r\n")


def test_an_ipv6_address_is_written_as_ip6() -> None:
    assert b"c=IN IP6 2001:db8::1\r\n" in make_offer(LocalMedia("2001:db8::1", 40000))


def test_a_plain_offer_is_answered_with_the_first_codec_and_the_offered_event_payload() -> None:
    found = make_answer(described(AUDIO, EVENTS), US)
    assert (found.codec, found.payload, found.events) == ("PCMU", 0, (101, 8000))
    assert found.remote == ("192.0.2.9", 6000)
    assert found.direction == "sendrecv"
    assert media_lines(found.body) == ["m=audio 40000 RTP/AVP 0 101"]


def test_the_peers_order_decides_among_our_codecs() -> None:
    offer = described("m=audio 6000 RTP/AVP 8 0")
    assert make_answer(offer, US).codec == "PCMA"
    assert make_answer(offer, LocalMedia("127.0.0.1", 40000, ("PCMU",))).codec == "PCMU"


@pytest.mark.parametrize("payload", [96, 101, 127, 35])
def test_the_event_payload_is_the_offerers(payload: int) -> None:
    offer = described(f"m=audio 6000 RTP/AVP 0 {payload}", f"a=rtpmap:{payload} telephone-event/8000")
    found = make_answer(offer, US)
    assert found.events == (payload, 8000)
    assert f"a=rtpmap:{payload} telephone-event/8000".encode() in found.body


def test_of_several_event_formats_the_one_with_the_codecs_clock_rate_is_taken() -> None:
    offer = described(
        "m=audio 6000 RTP/AVP 9 0 97 98",
        "a=rtpmap:97 telephone-event/48000",
        "a=rtpmap:98 Telephone-Event/8000",
    )
    assert make_answer(offer, US).events == (98, 8000)


@pytest.mark.parametrize(
    "lines",
    [
        (AUDIO,),
        ("m=audio 6000 RTP/AVP 0", EVENTS),
        ("m=audio 6000 RTP/AVP 0 101", "a=rtpmap:101 telephone-event/16000"),
        ("m=audio 6000 RTP/AVP 0 8", "a=rtpmap:8 telephone-event/8000"),
        ("m=audio 6000 RTP/AVP 0 73", "a=rtpmap:73 telephone-event/8000"),
        ("m=audio 6000 RTP/AVP 0 300", "a=rtpmap:300 telephone-event/8000"),
    ],
)
def test_no_events_are_answered_that_were_not_properly_offered(lines: tuple[str, ...]) -> None:
    found = make_answer(described(*lines), US)
    assert found.events is None
    assert b"telephone-event" not in found.body


def test_other_media_are_refused_in_their_places() -> None:
    offer = described(
        "m=video 6004 RTP/AVP 31 32",
        "m=audio 6000 RTP/AVP 0",
        "m=audio 6002 RTP/AVP 8",
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
        "m=x-unknown 5 foo bar",
    )
    assert media_lines(make_answer(offer, US).body) == [
        "m=video 0 RTP/AVP 31",
        "m=audio 40000 RTP/AVP 0",
        "m=audio 0 RTP/AVP 8",
        "m=application 0 UDP/DTLS/SCTP webrtc-datachannel",
        "m=x-unknown 0 foo bar",
    ]


def test_srtp_is_passed_over_for_plain_audio_beside_it() -> None:
    offer = described("m=audio 6000 RTP/SAVP 0", "m=audio 6002 RTP/AVP 0")
    found = make_answer(offer, US)
    assert found.remote == ("192.0.2.9", 6002)
    assert media_lines(found.body) == ["m=audio 0 RTP/SAVP 0", "m=audio 40000 RTP/AVP 0"]


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("m=audio 6000 RTP/SAVP 0 8",),
        ("m=audio 6000 RTP/AVP 3 18",),
        ("m=audio 6000 RTP/AVP 4294967296",),
        ("m=audio 6000 RTP/AVP 0", "a=rtpmap:0 GSM/8000"),
        ("m=audio 6000 RTP/AVP 0", "a=rtpmap:0 PCMU/16000"),
        ("m=audio 0 RTP/AVP 0",),
        ("m=video 6000 RTP/AVP 0",),
        ("m=audio 6000 RTP/AVP 101", EVENTS),
        ("m=audio 6000 RTP/AVP 0", "c=IN IP4 239.1.2.3"),
        ("m=audio 6000 RTP/AVP 0", "c=IN IP6 2001:db8::1"),
        ("m=audio 6000 RTP/AVP 0", "c=IN IP4 255.255.255.255"),
    ],
)
def test_an_offer_without_audio_for_us_is_refused_with_488_and_cause_88(lines: tuple[str, ...]) -> None:
    with pytest.raises(NoCommonCodec) as found:
        make_answer(described(*lines), US)
    assert (found.value.status, found.value.cause) == (488, 88)


@pytest.mark.parametrize(
    ("theirs", "wanted", "ours"),
    [
        ("sendrecv", "sendrecv", "sendrecv"),
        ("sendonly", "sendrecv", "recvonly"),
        ("recvonly", "sendrecv", "sendonly"),
        ("inactive", "sendrecv", "inactive"),
        ("sendrecv", "sendonly", "sendonly"),
        ("sendonly", "sendonly", "inactive"),
        ("recvonly", "sendonly", "sendonly"),
        ("sendrecv", "inactive", "inactive"),
        ("recvonly", "recvonly", "inactive"),
    ],
)
def test_directions_are_mirrored_and_limited_to_what_we_want(theirs: str, wanted: str, ours: str) -> None:
    description = described(AUDIO, f"a={theirs}")
    answered = make_answer(description, US, direction=wanted)
    assert answered.direction == ours
    assert f"a={ours}\r\n".encode() in answered.body
    assert read_answer(US, description, direction=wanted).direction == ours


@pytest.mark.parametrize(
    ("address", "theirs", "ours"),
    [
        ("0.0.0.0", "sendrecv", "recvonly"),
        ("0.0.0.0", "sendonly", "recvonly"),
        ("0.0.0.0", "recvonly", "inactive"),
        ("0.0.0.0", "inactive", "inactive"),
        ("hold.invalid", "sendrecv", "recvonly"),
    ],
)
def test_an_unspecified_address_is_hold_and_nothing_is_sent_to_it(
    address: str, theirs: str, ours: str
) -> None:
    found = make_answer(described(AUDIO, f"a={theirs}", address=address), US)
    assert found.remote is None
    assert found.direction == ours
    assert not found.sending


@pytest.mark.parametrize(
    ("said", "used"),
    [("a=ptime:30", 30), ("a=ptime:20", 20), ("a=ptime:25", 20), ("a=ptime:9999", 20), ("a=x", 20)],
)
def test_a_packet_time_that_we_can_send_is_taken_over(said: str, used: int) -> None:
    found = make_answer(described(AUDIO, said), US)
    assert found.ptime == used
    assert f"a=ptime:{used}\r\n".encode() in found.body


def test_an_answer_gives_codec_events_and_where_to_send() -> None:
    answer = described("m=audio 6000 RTP/AVP 8 101", EVENTS)
    found = read_answer(US, answer)
    assert (found.codec, found.payload, found.events) == ("PCMA", 8, (101, 8000))
    assert found.remote == ("192.0.2.9", 6000)
    assert found.body == b""


@pytest.mark.parametrize("line", ["m=audio 0 RTP/AVP 0", "m=audio 6000 RTP/AVP 9", "m=audio 6000 RTP/SAVP 0"])
def test_an_answer_that_refuses_or_takes_what_was_not_offered_has_no_common_codec(line: str) -> None:
    with pytest.raises(NoCommonCodec):
        read_answer(US, described(line))


@pytest.mark.parametrize("lines", [(), ("m=audio 6000 RTP/AVP 0", "m=video 0 RTP/AVP 31")])
def test_an_answer_with_other_media_lines_than_the_offer_is_broken(lines: tuple[str, ...]) -> None:
    with pytest.raises(SdpError):
        read_answer(US, described(*lines))


_LINES = st.sampled_from(
    [
        AUDIO,
        EVENTS,
        "m=audio 6000 RTP/AVP 8",
        "m=audio 0 RTP/AVP 0",
        "m=audio 6000 RTP/SAVP 0 8",
        "m=video 6004 RTP/AVP 31",
        "m=audio 6000 RTP/AVP 4294967296 0",
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:8 telephone-event/8000",
        "a=rtpmap:96 telephone-event/48000",
        "a=fmtp:101 " + "9" * 300,
        "a=ptime:10",
        "a=ptime:0",
        "a=sendonly",
        "a=inactive",
        "c=IN IP4 0.0.0.0",
        "c=IN IP6 ::",
        "c=IN IP4 224.0.0.1",
        "c=IN IP4 somewhere.invalid",
    ]
)


@given(st.lists(_LINES, max_size=10))
def test_every_offer_is_refused_or_answered_line_by_line(lines: list[str]) -> None:
    offer = described(*lines)
    try:
        found = make_answer(offer, US)
    except NoCommonCodec:
        return
    answer = parse(found.body)
    assert [each.kind for each in answer.media] == [each.kind for each in offer.media]
    (taken,) = [place for place, each in enumerate(answer.media) if each.port]
    assert answer.media[taken].direction == found.direction
    assert set(answer.media[taken].formats) <= set(offer.media[taken].formats)
    assert found.remote is None or found.remote[1] == offer.media[taken].port
    assert found.remote is not None or not found.sending


@given(st.lists(_LINES, max_size=6))
def test_every_answer_is_refused_or_understood(lines: list[str]) -> None:
    try:
        found = read_answer(US, described(*lines))
    except (NoCommonCodec, SdpError):
        return
    assert found.codec in US.codecs
    assert found.remote is not None or not found.sending
