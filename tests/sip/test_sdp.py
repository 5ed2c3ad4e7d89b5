"""Session descriptions: what is read, what is refused, and that strangers' bytes raise nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip.errors import SdpError
from sip.sdp import MAX_BODY, Media, SessionDescription, is_address, parse, write

PLAIN = """v=0
o=user1 53655765 2353687637 IN IP4 192.0.2.7
s=-
c=IN IP4 192.0.2.7
t=0 0
m=audio 6000 RTP/AVP 0 8 101
a=rtpmap:0 PCMU/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-16
a=ptime:30
a=sendonly
"""


def crlf(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


@pytest.mark.parametrize(
    "body", [crlf(PLAIN), PLAIN.encode(), PLAIN.rstrip().encode(), crlf(PLAIN) + b"\r\n"]
)
def test_line_ends_may_be_crlf_or_lf_and_the_last_may_be_missing(body: bytes) -> None:
    media = parse(body).media
    assert media[0].formats == ("0", "8", "101")
    assert media[0].address == "192.0.2.7"
    assert media[0].direction == "sendonly"
    assert media[0].rtpmaps == {"0": ("PCMU", 8000, 1), "101": ("TELEPHONE-EVENT", 8000, 1)}
    assert media[0].ptime == 30


def test_media_take_address_and_direction_of_the_session_unless_they_have_their_own() -> None:
    found = parse(
        crlf(
            "v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\nc=IN IP4 192.0.2.1\nt=0 0\na=inactive\n"
            "m=audio 6000 RTP/AVP 0\nm=audio 6002 RTP/AVP 0\nc=IN IP6 2001:db8::2\na=recvonly\n"
        )
    )
    assert [(each.address, each.direction) for each in found.media] == [
        ("192.0.2.1", "inactive"),
        ("2001:db8::2", "recvonly"),
    ]


def test_static_formats_need_no_rtpmap() -> None:
    found = parse(
        crlf("v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\nc=IN IP4 192.0.2.1\nt=0 0\nm=audio 6000 RTP/AVP 0 8\n")
    )
    assert found.media == (Media("audio", 6000, "RTP/AVP", ("0", "8"), "192.0.2.1"),)


def test_s_and_t_lines_may_be_missing_since_some_phones_forget_them() -> None:
    assert parse(b"v=0\no=- 1 1 IN IP4 192.0.2.1\nc=IN IP4 192.0.2.1\nm=audio 6000 RTP/AVP 0\n").media


@pytest.mark.parametrize(
    "hostile",
    [
        "m=audio 6000 RTP/AVP 4294967296",
        "m=audio 6000 RTP/AVP 0\na=rtpmap:4294967296 PCMU/8000",
        "m=audio 6000 RTP/AVP 0\na=rtpmap:0 PCMU/99999999999999999999",
        "m=audio 6000 RTP/AVP 0\na=rtpmap:",
        "m=audio 6000 RTP/AVP 0\na=ptime:-1",
        "m=audio 6000 RTP/AVP 0\na=ptime:99999999999999999999",
        "m=audio 6000 RTP/AVP 0\na=fmtp:101 " + "0-15," * 5000,
        "m=audio 6000 RTP/AVP 0\na=fmtp:\na=\na=:",
        "m=audio 6000/4294967296 RTP/AVP 0".replace("4294967296", "2"),
        "m=audio 6000 RTP/AVP 0\nx=unknown\nz=",
    ],
)
def test_hostile_values_are_read_without_effect(hostile: str) -> None:
    found = parse(crlf(f"v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\nc=IN IP4 192.0.2.1\nt=0 0\n{hostile}\n"))
    assert found.media[0].port == 6000
    assert found.media[0].ptime == 0


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "v=0"),
        ("hello", "v=0"),
        ("v=1\no=- 1 1 IN IP4 192.0.2.1", "v=0"),
        ("v=0\ns=-\nt=0 0", "without o="),
        ("v=0\no=- 1 IN IP4 192.0.2.1", "six fields"),
        ("v=0\no=- 1 1 IN IP4 192.0.2.1\no=- 1 1 IN IP4 192.0.2.1", "two o="),
        ("v=0\no=- 1 1 IN IP4 192.0.2.1\nm=audio 6000 RTP/AVP 0", "without c="),
        ("v=0\no=- 1 1 IN IP4 192.0.2.1\nm=audio 6000 RTP/AVP", "four fields"),
        ("v=0\no=- 1 1 IN IP4 192.0.2.1\nm=audio x RTP/AVP 0", "no number"),
        ("v=0\no=- 1 1 IN IP4 192.0.2.1\nm=audio -1 RTP/AVP 0", "no number"),
        ("v=0\no=- 1 1 IN IP4 192.0.2.1\nm=audio 65536 RTP/AVP 0", "out of range"),
        ("v=0\no=- 1 1 IN IP4 192.0.2.1\nm=audio 4294967296 RTP/AVP 0", "no number"),
        ("v=0\no=- 1 1 IN IP4 192.0.2.1\nm=audio \u0661 RTP/AVP 0", "range"),
        ("v=0\no=- 1 1 IN IP4 192.0.2.1\nc=IN IP4", "c= line"),
        ("v=0\no=- 1 1 IN IP4 192.0.2.1\nc=IN IP5 192.0.2.1", "c= line"),
        ("v=0\no=- 1 1 IN IP4 192.0.2.1\nc=IN IP4 999.0.2.1", "address"),
        ("v=0\no=- 1 1 IN IP4 192.0.2.1\nc=IN IP4 2001:db8::1", "address"),
        ("v=0\no=- 1 1 IN IP4 192.0.2.1\nc=IN IP6 2001:db8:::1", "address"),
        ("v=0\no=- 1 1 IN IP4 192.0.2.1\nnonsense", "without ="),
        ("v=0\no=- 1 1 IN IP4 192.0.2.1\n" + "m=audio 0 RTP/AVP 0\n" * 33, "too many"),
        ("v=0\no=- 1 1 IN IP4 192.0.2.1\n" + "a=x\n" * MAX_BODY, "too long"),
    ],
)
def test_a_broken_description_is_refused_with_400_and_a_reason(body: str, reason: str) -> None:
    with pytest.raises(SdpError, match=reason) as found:
        parse(crlf(body))
    assert found.value.status == 400


@given(st.binary(max_size=400))
def test_no_bytes_raise_anything_but_sdp_error(body: bytes) -> None:
    for each in (body, b"v=0\r\n" + body, b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\nm=" + body):
        try:
            parse(each)
        except SdpError:
            continue


_LINE = st.sampled_from(
    [
        *PLAIN.splitlines(),
        "c=IN IP6 ::1",
        "a=inactive",
        "m=video 0 RTP/AVP 31",
        "a=rtpmap:x",
        "c=IN IP4 0.0.0.0",
    ]
)


@given(st.lists(st.one_of(_LINE, st.text(max_size=12)), max_size=12))
def test_no_mixture_of_lines_raises_anything_but_sdp_error(lines: list[str]) -> None:
    try:
        found = parse("\r\n".join(["v=0", *lines]).encode("utf-8", "replace"))
    except SdpError:
        return
    assert all(each.address is not None or each.port == 0 for each in found.media)


_WORD = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=8)
_MEDIA = st.builds(
    Media,
    _WORD,
    st.integers(0, 65535),
    st.just("RTP/AVP"),
    st.lists(_WORD, min_size=1, max_size=4).map(tuple),
    st.sampled_from(["192.0.2.1", "2001:db8::1"]),
    st.sampled_from(["sendrecv", "sendonly", "recvonly", "inactive"]),
    st.lists(_WORD.map("x-".__add__), max_size=3).map(tuple),
)


@given(st.lists(_MEDIA, max_size=4), st.lists(_WORD.map("x-".__add__), max_size=3))
def test_what_is_written_is_read_back(media: list[Media], attributes: list[str]) -> None:
    made = SessionDescription(("-", "1", "2", "IN", "IP4", "192.0.2.1"), tuple(media), "-", tuple(attributes))
    assert parse(write(made)) == made


@pytest.mark.parametrize("text", ["192.0.2.1", "0.0.0.0", "2001:db8::1", "::"])
def test_literal_addresses_are_known(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize("text", ["", "host.invalid", "192.0.2", "192.0.2.256", "fe80::1%eth0", ":::"])
def test_names_and_damaged_addresses_are_no_addresses(text: str) -> None:
    assert not is_address(text)
