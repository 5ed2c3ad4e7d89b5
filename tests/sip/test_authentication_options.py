"""What a door of digest may offer and take beyond the usual: auth-int, hidden and extended names, several headers."""

from __future__ import annotations

from typing import Any

import pytest

from base.ids import SequenceIds
from sip.digest import digest
from sip.digest.authentication import Authenticator, Judged, Judgement, Offer
from sip.digest.credentials import HashedSecrets
from sip.digest.digest import make_userhash, read_digest
from sip.message import Request, fields_of
from tests.kit.digest_door import HERE, PASSWORD, REALM, challenge, credentials, judge


@pytest.fixture
def secrets() -> HashedSecrets:
    secrets = HashedSecrets()
    secrets.set_password("1001", REALM, PASSWORD)
    return secrets


@pytest.fixture
def door(secrets: HashedSecrets) -> Authenticator:
    return Authenticator(REALM, secrets, SequenceIds())


# qop auth-int (RFC 7616 s.3.4.3, RFC 3261 s.22.4).


def offering(secrets: HashedSecrets, **parts: Any) -> Authenticator:
    return Authenticator(REALM, secrets, SequenceIds(), Offer(**parts))


def test_both_protections_are_offered_where_that_is_set(secrets: HashedSecrets) -> None:
    door = offering(secrets, qop=("auth", "auth-int"))
    assert 'qop="auth,auth-int"' in challenge(door)
    assert judge(door, credentials(challenge(door))).judgement is Judgement.VALID


def test_where_the_body_must_be_protected_less_is_no_answer(secrets: HashedSecrets) -> None:
    door = offering(secrets, qop=("auth-int",))
    asked = challenge(door)
    less = credentials(asked.replace("auth-int", "auth"), body=b"hello")
    assert judge(door, less, body=b"hello").judgement is Judgement.ABSENT
    said = credentials(asked, body=b"hello")
    assert judge(door, said, body=b"hullo").judgement is Judgement.WRONG
    assert judge(door, said, body=b"hello").judgement is Judgement.VALID


# Names: userhash (RFC 7616 s.3.4.4), username* (s.3.4), letters beyond ASCII.


def named(said: str, name: str) -> str:
    return said.replace('username="1001"', name)


@pytest.mark.parametrize("place", [0, 1])
def test_a_hidden_name_is_found(door: Authenticator, place: int) -> None:
    hidden = make_userhash(["SHA-256", "MD5"][place], "1001", REALM)
    said = named(credentials(challenge(door, place=place)), f'username="{hidden}", userhash=true')
    assert judge(door, said) == Judged(Judgement.VALID, "1001")


def test_a_name_is_hidden_only_where_it_says_so(door: Authenticator) -> None:
    hidden = make_userhash("SHA-256", "1001", REALM)
    said = credentials(challenge(door))
    assert judge(door, named(said, f'username="{hidden}"')) == Judged(Judgement.WRONG, hidden)
    assert judge(door, named(said, f'username="{"0" * 64}", userhash=true')).judgement is Judgement.WRONG


def test_phones_are_asked_to_hide_their_name_only_where_that_is_set(secrets: HashedSecrets) -> None:
    assert "userhash" not in challenge(offering(secrets))
    assert "userhash=true" in challenge(offering(secrets, userhash=True))


def test_an_extended_name_is_read(secrets: HashedSecrets) -> None:
    secrets.set_password("j\u00e4rvi", REALM, PASSWORD)
    door = offering(secrets)
    said = credentials(challenge(door), user="j\u00e4rvi")
    plain = 'username="j\u00e4rvi"'
    assert plain in said
    assert judge(door, said) == Judged(Judgement.VALID, "j\u00e4rvi")
    said = credentials(challenge(door), user="j\u00e4rvi").replace(plain, "username*=UTF-8''j%C3%A4rvi")
    assert judge(door, said) == Judged(Judgement.VALID, "j\u00e4rvi")


@pytest.mark.parametrize(
    "name",
    [
        "username*=ISO-8859-1''1001",
        "username*=UTF-8'1001",
        "username*=UTF-8''%FF",
        "username=\"1001\", username*=UTF-8''1001",
        "username*=UTF-8''1001, userhash=true",
    ],
)
def test_an_extended_name_that_is_none_is_malformed(door: Authenticator, name: str) -> None:
    assert judge(door, named(credentials(challenge(door)), name)).judgement is Judgement.MALFORMED


# Several header fields (RFC 3261 s.22.3, s.20.7).


def test_ours_is_found_beside_one_that_cannot_be_read(door: Authenticator) -> None:
    assert judge(door, 'Digest realm="other', credentials(challenge(door))).judgement is Judgement.VALID
    assert judge(door, 'Digest realm="other').judgement is Judgement.MALFORMED


def test_a_request_is_one_guess_however_many_credentials_it_carries(door: Authenticator) -> None:
    asked = challenge(door)
    wrong = credentials(asked, password="wrong")
    assert judge(door, wrong, credentials(asked, nc=2)).judgement is Judgement.WRONG


def test_credentials_for_a_proxy_of_our_realm_are_taken(door: Authenticator) -> None:
    fields = fields_of([("Proxy-Authorization", credentials(challenge(door)))])
    request = Request("REGISTER", "sip:centralita", fields)
    assert door.judge(request, HERE, now=101.0).judgement is Judgement.VALID


# Authentication-Info (RFC 7616 s.3.5).


def test_a_success_proves_that_we_know_the_password(secrets: HashedSecrets) -> None:
    door = offering(secrets, authentication_info=True)
    asked = challenge(door)
    judged = judge(door, credentials(asked))
    ((name, value),) = judged.proof
    nonce = (read_digest(asked) or {})["nonce"]
    ha1 = digest.make_ha1("SHA-256", "1001", REALM, PASSWORD)
    right = digest.Sum("SHA-256", "", "sip:centralita", nonce, "auth", "00000001", "abc").response(ha1)
    assert name == "Authentication-Info"
    assert value == f'qop=auth, rspauth="{right}", cnonce="abc", nc=00000001'


def test_the_next_nonce_is_named_before_the_present_one_is_old(secrets: HashedSecrets) -> None:
    door = offering(secrets, authentication_info=True)
    asked = challenge(door, now=100.0)
    assert "nextnonce" not in judge(door, credentials(asked), now=240.0).proof[0][1]
    ((_, value),) = judge(door, credentials(asked, nc=2), now=260.0).proof
    following = (read_digest(f"Digest {value}") or {})["nextnonce"]
    present = (read_digest(asked) or {})["nonce"]
    said = credentials(asked.replace(present, following))
    assert judge(door, said, now=500.0).judgement is Judgement.VALID


def test_nothing_is_proved_unless_it_is_set(door: Authenticator) -> None:
    assert judge(door, credentials(challenge(door))).proof == ()
