"""The sums of RFC 7616 and RFC 2617 by their own examples, header values, and a client's answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip.digest.digest import Sum, authorize, base_algorithm, make_ha1, read_digest, strongest
from sip.errors import ParseError, UnusableChallenge

NONCE = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
CNONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
REALM = "http-auth@example.org"


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_example_of_rfc_7616_section_3_9_1(algorithm: str, response: str) -> None:
    ha1 = make_ha1(algorithm, "Mufasa", REALM, "Circle of Life")
    summed = Sum(algorithm, "GET", "/dir/index.html", NONCE, "auth", "00000001", CNONCE)
    assert summed.response(ha1) == response


def test_the_example_of_rfc_7616_section_3_9_2_as_its_erratum_4897_corrects_it() -> None:
    ha1 = make_ha1("SHA-512-256", "J\u00e4s\u00f8n Doe", "api@example.org", "Secret, or not?")
    summed = Sum(
        "SHA-512-256",
        "GET",
        "/doe.json",
        "5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK",
        "auth",
        "00000001",
        "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v",
    )
    assert summed.response(ha1) == "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5"


def test_the_example_of_rfc_2617() -> None:
    ha1 = make_ha1("MD5", "Mufasa", "testrealm@host.com", "Circle Of Life")
    assert ha1 == "939e7578ed9e3c518a452acee763bce9"
    nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c093"
    summed = Sum("MD5", "GET", "/dir/index.html", nonce, "auth", "00000001", "0a4f113b")
    assert summed.response(ha1) == "6629fae49393a05397450978507c4ef1"
    assert Sum("MD5", "GET", "/dir/index.html", nonce).response(ha1) == "670fd8c2df070c60b045671b8b24ff02"


def test_a_session_variant_mixes_nonce_and_cnonce_into_the_secret() -> None:
    ha1 = make_ha1("MD5", "a", "r", "p")
    plain = Sum("MD5", "REGISTER", "sip:x", "n", "auth", "00000001", "c")
    session = Sum("md5-sess", "REGISTER", "sip:x", "n", "auth", "00000001", "c")
    assert plain.response(ha1) != session.response(ha1)


def test_auth_int_covers_the_body() -> None:
    summed = Sum("MD5", "INVITE", "sip:x", "n", "auth-int", "00000001", "c")
    assert summed.response("h", b"one") != summed.response("h", b"two")


@pytest.mark.parametrize("name", ["", "SHA-1", "MD5-sess-sess", "token"])
def test_unknown_algorithms_are_refused(name: str) -> None:
    with pytest.raises(ParseError):
        base_algorithm(name)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ('Digest username="1001", realm="x"', {"username": "1001", "realm": "x"}),
        (
            'digest Username = "a\\"b" , nc=00000001,qop=auth',
            {"username": 'a\\"b', "nc": "00000001", "qop": "auth"},
        ),
        ('Digest realm="a, b=c",,uri="sip:x;y=z"', {"realm": "a, b=c", "uri": "sip:x;y=z"}),
        ("Digest", {}),
        ('Digest\t realm="x"\t,\tnonce=y', {"realm": "x", "nonce": "y"}),
        ('Basic dXNlcjpwYXNz, realm="x"', None),
        ("NoOneKnowsThisScheme opaque-data=here", None),
        ("", None),
    ],
)
def test_header_values_are_read(value: str, found: dict[str, str] | None) -> None:
    assert read_digest(value) == found


@pytest.mark.parametrize(
    "value",
    [
        'Digest username="1001',
        "Digest =x",
        'Digest a="1", A="2"',
        'Digest a="x" b="y"',
        "Digest " + "a" * 5000,
        'Digest username="\\',
    ],
)
def test_damaged_header_values_are_refused(value: str) -> None:
    with pytest.raises(ParseError):
        read_digest(value)


@given(st.one_of(st.text(max_size=60), st.text('",=\\ abc', max_size=60)))
def test_no_text_raises_anything_but_parse_error(text: str) -> None:
    try:
        read_digest("Digest " + text)
    except ParseError:
        return


CHALLENGE = 'Digest realm="centralita", nonce="n", opaque="o", algorithm=SHA-256, qop="auth"'


def answer(challenge: str) -> str:
    return authorize(challenge, method="REGISTER", uri="sip:h", user="1001", password="p", nc=1, cnonce="c")


def test_a_client_answers_with_everything_the_server_must_see_again() -> None:
    found = read_digest(answer(CHALLENGE))
    ha1 = make_ha1("SHA-256", "1001", "centralita", "p")
    assert found == {
        "username": "1001",
        "realm": "centralita",
        "nonce": "n",
        "uri": "sip:h",
        "response": Sum("SHA-256", "REGISTER", "sip:h", "n", "auth", "00000001", "c").response(ha1),
        "algorithm": "SHA-256",
        "cnonce": "c",
        "opaque": "o",
        "qop": "auth",
        "nc": "00000001",
    }


def test_a_client_answers_an_old_challenge_without_qop() -> None:
    found = read_digest(answer('Digest realm="r", nonce="n"'))
    assert found is not None
    assert set(found) == {"username", "realm", "nonce", "uri", "response"}


def test_a_client_uses_auth_int_only_where_nothing_else_is_offered() -> None:
    assert "qop=auth," in answer('Digest realm="r", nonce="n", qop="auth-int,auth"')
    assert "qop=auth-int," in answer('Digest realm="r", nonce="n", qop="auth-int"')


@pytest.mark.parametrize(
    "challenge", ["Basic realm=x", 'Digest realm="r"', 'Digest realm="r", nonce="n", qop="future"']
)
def test_a_client_refuses_what_it_cannot_answer(challenge: str) -> None:
    with pytest.raises(UnusableChallenge):
        answer(challenge)


def test_the_first_challenge_that_can_be_answered_is_taken() -> None:
    future = 'Digest realm="r", nonce="n", algorithm=SHA3-512'
    assert strongest(["Basic realm=x", future, CHALLENGE, 'Digest realm="r", nonce="n"']) == CHALLENGE
    with pytest.raises(UnusableChallenge):
        strongest([future, 'Digest nonce="'])


def test_of_several_challenges_only_that_of_the_named_realm_is_answered() -> None:
    """Credentials that are for one realm never go to another (RFC 3261 s.22.1)."""
    other = 'Digest realm="other", nonce="1", algorithm=SHA-256, qop="auth"'
    ours = 'Digest realm="ours", nonce="2", algorithm=MD5, qop="auth"'
    assert strongest([other, ours]) == other
    assert strongest([other, ours], "ours") == ours
    with pytest.raises(UnusableChallenge):
        strongest([other], "ours")
