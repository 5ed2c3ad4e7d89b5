"""Header values and URIs: what is read, what is refused, what is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip.dialog import is_literal
from sip.errors import ParseError
from sip.grammar import quote, split, unquote
from sip.uri import Uri, escape, unescape
from sip.values import CSeq, NameAddr, Via, media_type, stamped_via


def test_a_via_is_read_with_all_the_white_space_it_may_have() -> None:
    via = Via.parse("SIP  / 2.0 /udp   Example.COM : 5080 ; branch = z9hG4bK1 ;rport")
    assert (via.transport, via.host, via.port) == ("UDP", "Example.COM", 5080)
    assert via.branch == "z9hG4bK1"
    assert via.params["rport"] is None
    assert via.sent_by == "example.com:5080"


def test_a_via_with_ipv6_has_its_port_outside_the_brackets() -> None:
    via = Via.parse("SIP/2.0/UDP [2001:db8::1]:5080;branch=z9hG4bK1")
    assert (via.host, via.port) == ("2001:db8::1", 5080)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SIP/2.0/UDP",
        "SIP/3.0/UDP a",
        "SIP/2.0/UDP a:b",
        "SIP/2.0/UDP a:99999",
        "SIP/2.0/UDP a;;x",
        "SIP/2.0/UDP [1]",
    ],
)
def test_a_broken_via_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        Via.parse(text)


@pytest.mark.parametrize(
    ("text", "stamped"),
    [
        ("SIP/2.0/UDP a:1;branch=x;rport", "SIP/2.0/UDP a:1;branch=x;rport=9;received=192.0.2.5"),
        ("SIP/2.0/UDP a:1;rport;branch=x", "SIP/2.0/UDP a:1;rport=9;received=192.0.2.5;branch=x"),
        ("SIP/2.0/UDP a:1;branch=rport;rport", "SIP/2.0/UDP a:1;branch=rport;rport=9;received=192.0.2.5"),
        ("SIP/2.0/UDP a:1;rport=1;branch=x", "SIP/2.0/UDP a:1;branch=x;rport=9;received=192.0.2.5"),
        ("SIP/2.0/UDP 192.0.2.5:1;branch=x", "SIP/2.0/UDP 192.0.2.5:1;branch=x"),
        ("SIP/2.0/UDP 10.0.0.1;branch=x", "SIP/2.0/UDP 10.0.0.1;branch=x;received=192.0.2.5"),
    ],
)
def test_a_via_is_stamped_with_where_the_request_came_from(text: str, stamped: str) -> None:
    assert stamped_via(text, Via.parse(text), ("192.0.2.5", 9)) == stamped


def test_an_address_is_read_in_both_forms() -> None:
    full = NameAddr.parse('"A \\"B\\" <C>" <sip:a@b;transport=udp>;tag=1;x="y;z"')
    assert (full.display, full.uri.user, full.tag) == ('A "B" <C>', "a", "1")
    assert full.params["x"] == '"y;z"'
    bare = NameAddr.parse("sip:a@b;tag=2")
    assert (bare.uri_text, bare.tag) == ("sip:a@b", "2")


@pytest.mark.parametrize(
    "text", ["", '"a <sip:a@b>', "a, b <sip:a@b>", "<sip:a@b", "<sip:a@b>x", "sip:a@b?c=d", '"a" sip:a@b']
)
def test_a_broken_address_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        NameAddr.parse(text)


def test_a_cseq_beyond_31_bits_is_refused() -> None:
    assert CSeq.parse("0009  INVITE") == (9, "INVITE")
    assert CSeq.parse("2147483647 A").number == 2**31 - 1
    for text in ("2147483648 A", "-1 A", "1", "1 A B", "x A", "٣ A"):
        with pytest.raises(ParseError):
            CSeq.parse(text)


@pytest.mark.parametrize(
    "text", ["sip", "sip:", "sip:@a", "sip:a@b:x", "sip:a%4@b", "1:x", "sip:a b@c", "sip:[::g]"]
)
def test_a_broken_uri_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        Uri.parse(text)


def test_a_uri_is_compared_as_the_rfc_says() -> None:
    assert Uri.parse("sip:%61lice@Example.com;transport=TCP") == Uri.parse(
        "sip:alice@example.COM;Transport=tcp"
    )
    assert Uri.parse("sip:carol@chicago.com") == Uri.parse("sip:carol@chicago.com;newparam=5")
    assert Uri.parse("sip:carol@chicago.com;security=on") != Uri.parse("sip:carol@chicago.com;security=off")
    assert Uri.parse("sip:ALICE@a.com") != Uri.parse("sip:alice@a.com")
    assert Uri.parse("sip:bob@biloxi.com") != Uri.parse("sip:bob@biloxi.com:5060")
    assert Uri.parse("sip:bob@biloxi.com") != Uri.parse("sip:bob@biloxi.com;transport=udp")
    assert Uri.parse("tel:1") != Uri.parse("tel:2")


def test_a_uri_is_written_from_its_parts() -> None:
    assert (
        str(Uri("sip", "a b", "2001:db8::1", 5070, {"lr": None, "x": "y"}))
        == "sip:a%20b@[2001:db8::1]:5070;lr;x=y"
    )


@given(st.text(max_size=30))
def test_a_user_part_survives_writing_and_reading(user: str) -> None:
    user = user.encode("utf-8", "surrogatepass").decode("utf-8", "ignore")
    assert unescape(escape(user)) == user


@given(
    st.text(
        st.characters(min_codepoint=32, exclude_characters="\x7f", exclude_categories=["Cs"]), max_size=30
    )
)
def test_a_display_name_survives_quoting(name: str) -> None:
    assert unquote(quote(name)) == name
    assert split(f"{quote(name)},x", ",") == [quote(name), "x"]


def test_a_media_type_is_read_without_case() -> None:
    assert media_type('Application/SDP ; Charset="x"') == ("application/sdp", {"charset": '"x"'})
    for text in ("", "a", "a/", "/b", "a b/c"):
        with pytest.raises(ParseError):
            media_type(text)


@pytest.mark.parametrize("host", ["192.0.2.1", "0.0.0.0", "255.255.255.255", "::1", "2001:db8::192.0.2.1"])
def test_an_address_is_literal(host: str) -> None:
    assert is_literal(host)


@pytest.mark.parametrize(
    "host", ["999.999.1.1", "127.1", "12345", "1..2.3", "1.2.3.4.5", "a:b", "[::1]", "x.example"]
)
def test_what_the_system_would_ask_the_dns_for_is_no_literal_address(host: str) -> None:
    assert not is_literal(host)


@pytest.mark.parametrize(
    ("text", "subscriber"),
    [
        ("sip:ana@x", "ana"),
        ("sip:x", ""),
        ("tel:+34-600.100(200);phone-context=x", "+34600100200"),
        ("mailto:a@b", ""),
    ],
)
def test_the_subscriber_is_the_user_or_the_number_of_a_tel_uri(text: str, subscriber: str) -> None:
    assert Uri.parse(text).subscriber == subscriber


def test_three_colons_before_an_ipv4_part_are_two() -> None:
    """The bug of RFC 3261's grammar that RFC 5118 s.4.10 asks to bear."""
    right = Uri.parse("sip:user@[2001:db8::192.0.2.1]:5070")
    assert Uri.parse("sip:user@[2001:db8:::192.0.2.1]:5070").address == right.address
    with pytest.raises(ParseError):
        Uri.parse("sip:user@[2001:::db8:::1]")
