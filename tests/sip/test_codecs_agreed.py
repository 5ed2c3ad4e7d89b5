"""Codecs, events and comfort noise in offers and answers (RFC 3551, 7587, 4733, 3389): names, numbers, packet times."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip.errors import NoCommonCodec, SdpError
from sip.negotiation import Negotiation
from sip.offer.answering import make_answer
from sip.offer.coding import CODINGS, Events, Format
from sip.offer.making import make_offer
from sip.offer.reading import read_answer
from sip.offer.sides import LocalMedia
from sip.sdp import SessionDescription, parse

US = LocalMedia("127.0.0.1", 40000, tuple(CODINGS))
HEAD = "v=0\r\no=bob 9 9 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n"
OPUS = ("m=audio 6000 RTP/AVP 96 101 102", "a=rtpmap:96 opus/48000/2")
EVENTS = ("a=rtpmap:101 telephone-event/48000", "a=rtpmap:102 telephone-event/8000")


def described(*lines: str) -> SessionDescription:
    return parse((HEAD + "".join(f"{line}\r\n" for line in lines)).encode())


def lines_of(body: bytes) -> list[str]:
    return body.decode().splitlines()


def test_our_offer_names_every_codec_by_its_own_standard() -> None:
    lines = lines_of(make_offer(US))
    assert "m=audio 40000 RTP/AVP 0 8 9 111 112 113 101 110 114" in lines
    for line in (
        "a=rtpmap:9 G722/8000",  # RFC 3551 s.4.5.2: 8000, although it samples at 16000
        "a=rtpmap:111 opus/48000/2",  # RFC 7587 s.7: always so
        "a=fmtp:111 maxplaybackrate=16000;useinbandfec=1",
        "a=rtpmap:112 L16/8000",
        "a=rtpmap:113 L16/16000",
        "a=rtpmap:101 telephone-event/8000",
        "a=rtpmap:110 telephone-event/48000",
    ):
        assert line in lines


@pytest.mark.parametrize(
    ("codec", "said"),
    [
        ("PCMU", ("m=audio 6000 RTP/AVP 0",)),
        ("PCMA", ("m=audio 6000 RTP/AVP 8",)),
        ("G722", ("m=audio 6000 RTP/AVP 9",)),
        ("G722", ("m=audio 6000 RTP/AVP 9", "a=rtpmap:9 g722/8000")),
        ("PCMU", ("m=audio 6000 RTP/AVP 96", "a=rtpmap:96 PCMU/8000")),
        ("PCMA", ("m=audio 6000 RTP/AVP 127", "a=rtpmap:127 pcma/8000/1")),
        ("G722", ("m=audio 6000 RTP/AVP 105", "a=rtpmap:105 G722/8000")),
        ("OPUS", ("m=audio 6000 RTP/AVP 111", "a=rtpmap:111 opus/48000/2", "a=fmtp:111 stereo=1")),
        ("OPUS", ("m=audio 6000 RTP/AVP 97", "a=rtpmap:97 OPUS/48000")),
        ("L16_8000", ("m=audio 6000 RTP/AVP 98", "a=rtpmap:98 L16/8000")),
        ("L16_16000", ("m=audio 6000 RTP/AVP 98", "a=rtpmap:98 L16/16000/1")),
    ],
)
def test_a_codec_is_known_by_static_number_or_by_its_name_and_answered_under_the_offerers_number(
    codec: str, said: tuple[str, ...]
) -> None:
    found = make_answer(described(*said), US)
    number = int(said[0].split()[-1])
    assert (found.codec, found.payload, found.accepts) == (codec, number, (Format(number, codec),))
    assert said[0].replace("6000", "40000") in lines_of(found.body)


@pytest.mark.parametrize(
    "said",
    [
        ("m=audio 6000 RTP/AVP 96",),
        ("m=audio 6000 RTP/AVP 96", "a=rtpmap:97 PCMU/8000"),
        ("m=audio 6000 RTP/AVP 96", "a=rtpmap:96 G722/16000"),
        ("m=audio 6000 RTP/AVP 96", "a=rtpmap:96 opus/16000"),
        ("m=audio 6000 RTP/AVP 96", "a=rtpmap:96 L16/8000/2"),
        ("m=audio 6000 RTP/AVP 96", "a=rtpmap:96 L16/44100"),
        ("m=audio 6000 RTP/AVP 10",),
        ("m=audio 6000 RTP/AVP 3", "a=rtpmap:3 PCMU/8000"),
        ("m=audio 6000 RTP/AVP 73", "a=rtpmap:73 PCMU/8000"),
        ("m=audio 6000 RTP/AVP 128", "a=rtpmap:128 PCMU/8000"),
        ("m=audio 6000 RTP/AVP 096", "a=rtpmap:096 PCMU/8000"),
        ("m=audio 6000 RTP/AVP 13", "a=rtpmap:13 CN/8000"),
    ],
)
def test_what_is_none_of_our_codecs_is_refused(said: tuple[str, ...]) -> None:
    with pytest.raises(NoCommonCodec):
        make_answer(described(*said), US)


def test_only_codecs_of_the_setting_are_taken() -> None:
    with pytest.raises(NoCommonCodec):
        make_answer(described("m=audio 6000 RTP/AVP 9"), LocalMedia("127.0.0.1", 40000))


@pytest.mark.parametrize(
    ("lines", "events"),
    [
        ((*OPUS, *EVENTS), Events(101, 48000)),
        ((*OPUS, EVENTS[1]), Events(102, 8000)),  # many phones know no other beside Opus
        (("m=audio 6000 RTP/AVP 0 101 102", *EVENTS), Events(102, 8000)),
        (("m=audio 6000 RTP/AVP 0 101", EVENTS[0]), None),
        (
            (
                "m=audio 6000 RTP/AVP 98 99",
                "a=rtpmap:98 L16/16000",
                "a=rtpmap:99 telephone-event/16000",
            ),
            Events(99, 16000),
        ),
    ],
)
def test_events_share_the_clock_of_the_codec(lines: tuple[str, ...], events: Events | None) -> None:
    """RFC 4733 s.2.1."""
    found = make_answer(described(*lines), US)
    assert (found.events, found.accepted_events) == (events, events)
    if events is not None:
        assert f"a=rtpmap:{events.payload} telephone-event/{events.clock}" in lines_of(found.body)


@pytest.mark.parametrize(
    ("lines", "has_noise"),
    [
        (("m=audio 6000 RTP/AVP 0 13",), True),
        (("m=audio 6000 RTP/AVP 9 13", "a=rtpmap:13 cn/8000"), True),
        (("m=audio 6000 RTP/AVP 0",), False),
        (("m=audio 6000 RTP/AVP 0 13", "a=rtpmap:13 GSM/8000"), False),
        (("m=audio 6000 RTP/AVP 0 13", "a=rtpmap:13 CN/16000"), False),
        ((OPUS[0] + " 13", OPUS[1]), False),
    ],
)
def test_comfort_noise_is_agreed_where_it_is_offered(lines: tuple[str, ...], *, has_noise: bool) -> None:
    """RFC 3389 s.4."""
    found = make_answer(described(*lines), US)
    assert found.has_noise == has_noise
    assert ("a=rtpmap:13 CN/8000" in lines_of(found.body)) == has_noise


def test_an_answer_with_numbers_of_its_own_is_sent_under_those_and_heard_under_ours() -> None:
    """RFC 3264 s.6.1."""
    found = read_answer(
        US,
        described(
            "m=audio 6000 RTP/AVP 96 97 0",
            "a=rtpmap:96 opus/48000/2",
            "a=rtpmap:97 telephone-event/48000",
        ),
    )
    assert (found.codec, found.payload) == ("OPUS", 96)
    assert found.accepts == (Format(111, "OPUS"), Format(0, "PCMU"))
    assert (found.events, found.accepted_events) == (Events(97, 48000), Events(110, 48000))


def test_of_several_codecs_in_an_answer_the_first_is_sent_and_all_may_come() -> None:
    found = read_answer(US, described("m=audio 6000 RTP/AVP 9 0 8"))
    assert found.codec == "G722"
    assert [each.codec for each in found.accepts] == ["G722", "PCMU", "PCMA"]


def test_numbers_once_agreed_stay_for_the_session_and_others_make_way() -> None:
    """RFC 3264 s.8.3.2."""
    negotiation = Negotiation(US)
    negotiation.receive_offer(
        described(
            "m=audio 6000 RTP/AVP 112 111", "a=rtpmap:112 opus/48000/2", "a=rtpmap:111 telephone-event/8000"
        )
    )
    negotiation.answer()
    lines = lines_of(negotiation.offer())
    assert "a=rtpmap:112 opus/48000/2" in lines
    assert "a=rtpmap:111 telephone-event/8000" in lines
    assert "a=rtpmap:96 L16/8000" in lines
    assert len({line.split()[0] for line in lines if line.startswith("a=rtpmap:")}) == 9


def test_later_offers_of_ours_put_the_codec_in_use_first() -> None:
    negotiation = Negotiation(US)
    negotiation.receive_offer(described("m=audio 6000 RTP/AVP 8 0"))
    negotiation.answer()
    assert b"m=audio 40000 RTP/AVP 8 0 9 " in negotiation.offer(direction="sendonly")


def test_a_fork_is_held_against_what_was_offered_and_not_against_what_another_fork_took() -> None:
    negotiation = Negotiation(US)
    negotiation.offer()
    negotiation.receive_answer(described("m=audio 6000 RTP/AVP 111", "a=rtpmap:111 opus/48000/2"))
    negotiation.fork()
    found = negotiation.receive_answer(described("m=audio 6000 RTP/AVP 9"))
    assert found is not None
    assert found.codec == "G722"


@pytest.mark.parametrize(
    ("codec", "lines", "expected"),
    [
        ("0", ("a=ptime:50",), 50),
        ("0", ("a=ptime:60", "a=maxptime:40"), 40),
        ("0", ("a=maxptime:10",), 10),
        ("0", ("a=maxptime:5",), 10),
        ("0", ("a=maxptime:0", "a=ptime:30"), 30),
        ("0", ("a=ptime:80",), 20),
        ("9", ("a=ptime:30",), 30),
        ("96", ("a=rtpmap:96 opus/48000/2", "a=ptime:30"), 20),
        ("96", ("a=rtpmap:96 opus/48000/2", "a=ptime:60"), 60),
        ("96", ("a=rtpmap:96 opus/48000/2", "a=ptime:60", "a=maxptime:50"), 40),
    ],
)
def test_packets_are_as_long_as_the_peer_wants_and_the_codec_allows(
    codec: str, lines: tuple[str, ...], expected: int
) -> None:
    offer = described(f"m=audio 6000 RTP/AVP {codec}", *lines)
    found = make_answer(offer, US)
    assert found.ptime == expected
    assert f"a=ptime:{expected}" in lines_of(found.body)


@pytest.mark.parametrize(
    ("lines", "control"),
    [
        ((), ("192.0.2.9", 6001)),
        (("a=rtcp:7001",), ("192.0.2.9", 7001)),
        (("a=rtcp:7001 IN IP4 192.0.2.10",), ("192.0.2.10", 7001)),
        (("a=rtcp:7001 IN IP4 239.1.1.1",), ("192.0.2.9", 7001)),
        (("a=rtcp:7001 IN IP6 2001:db8::1",), ("192.0.2.9", 7001)),
        (("a=rtcp:0",), ("192.0.2.9", 6001)),
        (("a=rtcp:70001",), ("192.0.2.9", 6001)),
        (("a=rtcp:x IN IP4 192.0.2.10",), ("192.0.2.9", 6001)),
        (("a=rtcp:7001", "a=rtcp-mux"), ("192.0.2.9", 6000)),
    ],
)
def test_reports_go_where_the_peer_wants_them(lines: tuple[str, ...], control: tuple[str, int]) -> None:
    """RFC 3605 s.2.1, RFC 5761 s.5.1.1."""
    found = make_answer(described("m=audio 6000 RTP/AVP 0", *lines), US)
    assert found.control == control
    assert found.has_mux == ("a=rtcp-mux" in lines)
    assert (b"a=rtcp-mux\r\n" in found.body) == found.has_mux


def test_reports_share_no_port_with_a_payload_type_that_reads_like_one() -> None:
    """RFC 5761 s.4."""
    found = make_answer(described("m=audio 6000 RTP/AVP 66", "a=rtpmap:66 PCMU/8000", "a=rtcp-mux"), US)
    assert not found.has_mux


def test_feedback_profiles_are_taken_and_answered_by_their_own_name() -> None:
    found = make_answer(described("m=audio 6000 RTP/AVPF 0", "a=rtcp-fb:* nack", "a=extmap:1 urn:x"), US)
    assert "m=audio 40000 RTP/AVPF 0" in lines_of(found.body)
    assert b"rtcp-fb" not in found.body


def test_a_line_keeps_the_name_that_the_peer_gave_it_and_is_bundled_alone() -> None:
    """RFC 5888 s.9.1, RFC 9143 s.7.3."""
    offer = parse(
        HEAD.encode()
        + b"a=group:BUNDLE a v\r\nm=audio 6000 RTP/AVP 0\r\na=mid:a\r\nm=video 6002 RTP/AVP 31\r\na=mid:v\r\n"
    )
    negotiation = Negotiation(US)
    negotiation.receive_offer(offer)
    for body in (negotiation.answer().body, negotiation.offer()):
        lines = lines_of(body)
        assert lines.index("a=group:BUNDLE a") < lines.index("a=mid:a") < lines.index("a=mid:v")
        assert "m=video 0 RTP/AVP 31" in lines


@pytest.mark.parametrize("line", ["a=mid:", "a=mid:x y", "a=mid:" + "x" * 65, "a=mid:\u00e9"])
def test_a_name_that_is_no_token_is_no_name(line: str) -> None:
    assert b"a=mid" not in make_answer(described("m=audio 6000 RTP/AVP 0", line), US).body


_NUMBERS = st.integers(0, 130)
_CODEC = st.sampled_from(
    [
        *("PCMU/8000", "pcma/8000/1", "G722/8000", "opus/48000/2", "opus/48000", "L16/8000", "L16/16000/1"),
        *("L16/8000/2", "CN/8000", "telephone-event/8000", "telephone-event/48000", "GSM/8000", "x/1/y"),
    ]
)
_ATTRIBUTE = st.sampled_from(
    ["a=rtcp-mux", "a=rtcp:9", "a=ptime:40", "a=maxptime:10", "a=mid:0", "a=fmtp:96 0-15", "a=sendonly"]
)


def _media_lines(
    kind: str, port: int, protocol: str, numbers: list[int], maps: list[tuple[int, str]], more: list[str]
) -> list[str]:
    formats = " ".join(map(str, numbers))
    mapped = (f"a=rtpmap:{number} {codec}" for number, codec in maps)
    return [f"m={kind} {port} {protocol} {formats}", *mapped, *more]


_MEDIA = st.builds(
    _media_lines,
    st.sampled_from(["audio", "audio", "video"]),
    st.sampled_from([0, 6000]),
    st.sampled_from(["RTP/AVP", "RTP/AVPF", "RTP/SAVP"]),
    st.lists(_NUMBERS, min_size=1, max_size=8),
    st.lists(st.tuples(_NUMBERS, _CODEC), max_size=8),
    st.lists(_ATTRIBUTE, max_size=4),
)


@given(st.lists(_MEDIA, max_size=3))
def test_whatever_is_offered_the_answer_is_one_or_a_refusal(
    drawn: list[list[str]],
) -> None:
    offer = described(*(line for each in drawn for line in each))
    try:
        found = make_answer(offer, US)
    except NoCommonCodec:
        return
    answer = parse(found.body)
    assert len(answer.media) == len(offer.media)
    for ours, theirs in zip(answer.media, offer.media, strict=True):
        assert (ours.kind, ours.protocol) == (theirs.kind, theirs.protocol)
        assert set(ours.formats) <= set(theirs.formats)
    (taken,) = [media for media in answer.media if media.port]
    assert taken.formats[0] == str(found.payload)
    assert set(taken.rtpmaps) == set(taken.formats)
    assert found.ptime in CODINGS[found.codec].ptimes


@given(st.lists(_MEDIA, max_size=2))
def test_whatever_is_answered_is_understood_or_refused(
    drawn: list[list[str]],
) -> None:
    try:
        found = read_answer(US, described(*(line for each in drawn for line in each)))
    except (NoCommonCodec, SdpError):
        return
    assert found.accepts
    assert all(each == Format(US.numbers[each.codec], each.codec) for each in found.accepts)
    assert (found.events is None) == (found.accepted_events is None)
