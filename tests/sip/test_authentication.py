"""The server's judgement of credentials: replay, age, origin, and no difference for unknown accounts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.ids import SequenceIds
from sip.digest import authentication, digest, nonces
from sip.digest.authentication import Authenticator, Judged, Judgement, Offer
from sip.digest.credentials import HashedSecrets
from sip.digest.digest import read_digest
from tests.kit.digest_door import HERE, PASSWORD, REALM, challenge, credentials, judge


@pytest.fixture
def secrets() -> HashedSecrets:
    secrets = HashedSecrets()
    secrets.set_password("1001", REALM, PASSWORD)
    return secrets


@pytest.fixture
def door(secrets: HashedSecrets) -> Authenticator:
    return Authenticator(REALM, secrets, SequenceIds())


def test_both_algorithms_are_offered_sha_256_first_with_qop_auth(door: Authenticator) -> None:
    headers = door.challenge(HERE, now=100.0)
    read = [read_digest(value) for _, value in headers]
    assert [name for name, _ in headers] == ["WWW-Authenticate"] * 2
    assert [each["algorithm"] for each in read if each] == ["SHA-256", "MD5"]
    assert all(each and each["qop"] == "auth" and each["realm"] == REALM and each["opaque"] for each in read)
    assert all(each and "stale" not in each for each in read)


def test_no_two_challenges_have_one_nonce(door: Authenticator) -> None:
    assert challenge(door) != challenge(door)


@pytest.mark.parametrize("place", [0, 1])
def test_the_right_password_is_valid_with_either_algorithm(door: Authenticator, place: int) -> None:
    said = credentials(challenge(door, place=place))
    assert judge(door, said) == Judged(Judgement.VALID, "1001")


@pytest.mark.parametrize("algorithm", ["SHA-512-256", "MD5-sess", "SHA-256-sess", "SHA-512-256-sess"])
def test_other_algorithms_work_where_they_are_configured(secrets: HashedSecrets, algorithm: str) -> None:
    door = Authenticator(REALM, secrets, SequenceIds(), Offer(algorithms=(algorithm,)))
    assert judge(door, credentials(challenge(door))).judgement is Judgement.VALID


def test_an_algorithm_that_was_not_offered_counts_as_no_credentials(door: Authenticator) -> None:
    said = credentials(challenge(door).replace("SHA-256", "SHA-512-256"))
    assert judge(door, said).judgement is Judgement.ABSENT


def test_auth_int_is_accepted_and_covers_the_body(door: Authenticator) -> None:
    asked = challenge(door).replace('qop="auth"', 'qop="auth-int"')
    said = credentials(asked, body=b"hello")
    assert judge(door, said, body=b"hullo").judgement is Judgement.WRONG
    assert judge(door, said, body=b"hello").judgement is Judgement.VALID


def test_a_wrong_password_and_an_unknown_account_are_judged_alike(door: Authenticator) -> None:
    wrong = judge(door, credentials(challenge(door), password="wrong"))
    unknown = judge(door, credentials(challenge(door), user="9999"))
    assert wrong == Judged(Judgement.WRONG, "1001")
    assert unknown == Judged(Judgement.WRONG, "9999")


def test_an_unknown_account_costs_the_same_sums(door: Authenticator, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[str] = []
    real = digest.Sum.response

    def counting(self: digest.Sum, ha1: str, body: bytes = b"") -> str:
        counted.append(ha1)
        return real(self, ha1, body)

    monkeypatch.setattr(digest.Sum, "response", counting)
    values = [credentials(challenge(door), user=user, password="wrong") for user in ("1001", "9999")]
    counted.clear()
    for value in values:
        judge(door, value)
    assert len(counted) == 2
    assert len(counted[0]) == len(counted[1]) == 64


def test_whoever_knows_what_stands_in_for_unknown_accounts_gets_in_nowhere(door: Authenticator) -> None:
    asked = read_digest(challenge(door))
    assert asked is not None
    summed = digest.Sum("SHA-256", "REGISTER", "sip:centralita", asked["nonce"], "auth", "00000001", "c")
    response = summed.response(authentication.DECOYS["SHA-256"])
    said = (
        f'Digest username="9999", realm="{REALM}", nonce="{asked["nonce"]}", uri="sip:centralita", '
        f'response="{response}", algorithm=SHA-256, cnonce="c", qop=auth, nc=00000001'
    )
    assert judge(door, said) == Judged(Judgement.WRONG, "9999")


def test_the_same_count_twice_is_a_replay_and_stale(door: Authenticator) -> None:
    said = credentials(challenge(door))
    assert judge(door, said).judgement is Judgement.VALID
    assert judge(door, said).judgement is Judgement.STALE


def test_counts_may_rise_jump_and_arrive_out_of_order_but_never_twice(door: Authenticator) -> None:
    asked = challenge(door)
    results = [
        judge(door, credentials(asked, nc=nc)).judgement for nc in (1, 2, 5, 4, 5, 3, 4, 2, 1, 100, 6, 99)
    ]
    ok, old = Judgement.VALID, Judgement.STALE
    assert results == [ok, ok, ok, ok, old, ok, old, old, old, ok, old, ok]


def test_a_nonce_is_good_for_its_lifetime_only(door: Authenticator) -> None:
    asked = challenge(door, now=100.0)
    assert judge(door, credentials(asked), now=399.0).judgement is Judgement.VALID
    assert judge(door, credentials(asked, nc=2), now=401.0).judgement is Judgement.STALE


def test_a_nonce_is_good_for_its_source_only(door: Authenticator) -> None:
    assert judge(door, credentials(challenge(door)), source="192.0.2.66").judgement is Judgement.STALE


@pytest.mark.parametrize("nonce", ["", "x", "0" * 60, "f" * 61, "\u0661" * 60])
def test_a_nonce_that_we_did_not_make_is_stale(door: Authenticator, nonce: str) -> None:
    said = credentials(f'Digest realm="{REALM}", nonce="{nonce}", algorithm=SHA-256, qop="auth"')
    assert judge(door, said).judgement is Judgement.STALE


def test_a_nonce_of_another_process_is_stale(door: Authenticator, secrets: HashedSecrets) -> None:
    other = Authenticator(REALM, secrets, SequenceIds("9"))
    assert judge(door, credentials(challenge(other))).judgement is Judgement.STALE


def test_an_old_or_foreign_nonce_is_stale_whatever_the_password_so_that_nobody_guesses_by_it(
    door: Authenticator,
) -> None:
    for password in (PASSWORD, "wrong"):
        said = credentials(challenge(door), password=password)
        assert judge(door, said, now=9999.0).judgement is Judgement.STALE
        assert judge(door, said, source="203.0.113.7").judgement is Judgement.STALE


def test_another_opaque_is_stale(door: Authenticator) -> None:
    asked = challenge(door)
    found = read_digest(asked)
    assert found is not None
    said = credentials(asked.replace(found["opaque"], "other"))
    assert judge(door, said).judgement is Judgement.STALE


def test_a_nonce_without_qop_is_good_for_one_request(door: Authenticator) -> None:
    said = credentials(challenge(door, place=1).replace(', qop="auth"', ""))
    assert judge(door, said).judgement is Judgement.VALID
    assert judge(door, said).judgement is Judgement.STALE


def test_only_md5_is_taken_without_qop(door: Authenticator) -> None:
    """RFC 7616 s.3.4: qop must be there; RFC 2069, which knew none, had MD5 alone."""
    said = credentials(challenge(door).replace(', qop="auth"', ""))
    assert judge(door, said).judgement is Judgement.MALFORMED


@pytest.mark.parametrize(
    "uri", ["sip:centralita", "sip:centralita:5060", "sip:CENTRALITA;transport=udp", "sips:centralita"]
)
def test_the_uri_may_differ_in_what_phones_leave_out(door: Authenticator, uri: str) -> None:
    assert judge(door, credentials(challenge(door), uri=uri)).judgement is Judgement.VALID


@pytest.mark.parametrize(
    "uri", ["sip:elsewhere", "sip:1001@centralita", "tel:1001", "*", "sip:%zz@centralita"]
)
def test_credentials_made_for_another_uri_are_malformed(door: Authenticator, uri: str) -> None:
    assert judge(door, credentials(challenge(door), uri=uri)).judgement is Judgement.MALFORMED


@pytest.mark.parametrize(
    ("part", "other"),
    [
        ("nc=00000001", "nc=1"),
        ("nc=00000001", "nc=+0000001"),
        ("nc=00000001", "nc=\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661"),
        ("qop=auth", "qop=token"),
        ('cnonce="abc"', 'cnonce=""'),
        ('username="1001", ', ""),
        ('uri="sip:centralita", ', ""),
        ("response=", "answer="),
        ('"1001"', '"1001'),
    ],
)
def test_damaged_credentials_are_malformed(door: Authenticator, part: str, other: str) -> None:
    said = credentials(challenge(door))
    assert part in said
    assert judge(door, said.replace(part, other, 1)).judgement is Judgement.MALFORMED


def test_escapes_in_the_username_are_undone(door: Authenticator) -> None:
    said = credentials(challenge(door)).replace('"1001"', '"\\1\\001"')
    assert judge(door, said) == Judged(Judgement.VALID, "1001")


@pytest.mark.parametrize(
    "value", ["Basic abc", "NoOneKnowsThisScheme opaque-data=here", 'Digest realm="other"']
)
def test_credentials_that_are_not_for_us_are_absent(door: Authenticator, value: str) -> None:
    assert judge(door, value).judgement is Judgement.ABSENT


def test_ours_are_found_among_those_for_other_realms(door: Authenticator) -> None:
    other = 'Digest realm="other", nonce="x", username="y", uri="sip:z", response="0"'
    assert judge(door, other, credentials(challenge(door))).judgement is Judgement.VALID


def test_asking_keeps_nothing_and_what_is_kept_is_bounded(
    door: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nonces, "MAX_NONCES", 10)
    for _ in range(100):
        challenge(door)
    assert len(door) == 0
    first = challenge(door, now=100.0)
    assert judge(door, credentials(first)).judgement is Judgement.VALID
    for turn in range(50):
        judge(door, credentials(challenge(door, now=101.0 + turn)), now=101.0 + turn)
    assert len(door) <= 10
    assert judge(door, credentials(first), now=160.0).judgement is Judgement.STALE, (
        "forgotten is not good again"
    )


def test_old_counts_are_forgotten(door: Authenticator) -> None:
    for _ in range(20):
        judge(door, credentials(challenge(door)))
    judge(door, credentials(challenge(door, now=9000.0)), now=9000.0)
    assert len(door) == 1


_VALUE = st.one_of(
    st.text(max_size=12), st.sampled_from(["auth", "00000001", "1001", REALM, "sip:centralita"])
)
_NAME = st.sampled_from(
    ["username", "realm", "nonce", "uri", "response", "qop", "nc", "cnonce", "algorithm", "x"]
)


@given(st.dictionaries(_NAME, _VALUE, max_size=10), st.booleans())
def test_no_credentials_raise_or_are_valid_by_chance(parts: dict[str, str], quoted: bool) -> None:  # noqa: FBT001
    mark = '"' if quoted else ""
    said = "Digest " + ", ".join(f"{name}={mark}{value}{mark}" for name, value in parts.items())
    secrets = HashedSecrets()
    secrets.set_password("1001", REALM, PASSWORD)
    judged = judge(Authenticator(REALM, secrets, SequenceIds()), said)
    assert judged.judgement in (Judgement.ABSENT, Judgement.MALFORMED, Judgement.STALE)
