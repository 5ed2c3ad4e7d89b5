"""Admission: trunks by address, phones by digest, strangers not at all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from base.ids import SequenceIds
from sip.admission import ProfileAdmission
from sip.digest.credentials import HashedSecrets
from sip.digest.digest import authorize
from sip.events import Caller
from sip.flow import Flow
from sip.message import Request, fields_of
from sip.profile import Account, ExternalProfile, InternalProfile, Profiles
from sip.protection.settings import GuardPart, LockoutPart, RatePart
from sip.stack import Stack
from sip.trunks.trunk import Trunk
from sip.verdicts import Admitted, Challenge, Drop, Refuse
from tests.kit.phone import Peer

if TYPE_CHECKING:
    from sip.verdicts import Verdict

PASSWORD = "tangerine-Boat-42"
PHONE = "192.0.2.10"
CARRIER = "198.51.100.1"
CAREFUL = "198.51.100.2"


@pytest.fixture
def admission() -> ProfileAdmission:
    secrets = HashedSecrets()
    for account in ("1001", "1003", "former"):
        secrets.set_password(account, "centralita", PASSWORD)
    accounts = {"1001": Account(), "1002": Account(), "1003": Account(name="Piotr")}
    internal = InternalProfile(realm="centralita", accounts=accounts)
    external = ExternalProfile.model_validate(
        {
            "trunks": [
                {"name": "carrier", "addresses": [CARRIER]},
                {"name": "careful", "addresses": [CAREFUL], "caller_number": "asserted"},
            ]
        }
    )
    assert all(isinstance(each, Trunk) for each in external.trunks)
    return ProfileAdmission(Profiles(internal, external), secrets, SequenceIds())


def from_(source: str) -> Flow:
    return Flow("UDP", ("192.0.2.1", 5060), (source, 5062))


def ask(
    admission: ProfileAdmission,
    *extra: tuple[str, str],
    method: str = "INVITE",
    source: str = PHONE,
    sender: str = '"Ana" <sip:1001@centralita>;tag=1',
    now: float = 100.0,
) -> Verdict:
    request = Request(
        method, "sip:100@centralita", fields_of([("From", sender), ("To", "<sip:100@x>"), *extra])
    )
    request.flow = from_(source)
    return admission.admit(request, request.flow, now)


def credentials(
    verdict: Verdict, *, user: str = "1001", password: str = PASSWORD, method: str = "INVITE", nc: int = 1
) -> tuple[str, str]:
    assert isinstance(verdict, Challenge)
    value = authorize(
        verdict.headers[0][1],
        method=method,
        uri="sip:100@centralita",
        user=user,
        password=password,
        nc=nc,
        cnonce="abc",
    )
    return ("Authorization", value)


@pytest.mark.parametrize(
    "method", ["INVITE", "REGISTER", "MESSAGE", "SUBSCRIBE", "REFER", "PUBLISH", "NEWMETHOD"]
)
def test_every_method_of_a_stranger_is_challenged_with_401(admission: ProfileAdmission, method: str) -> None:
    verdict = ask(admission, method=method)
    assert isinstance(verdict, Challenge)
    assert verdict.status == 401
    answered = ask(admission, credentials(verdict, method=method), method=method)
    assert answered == Admitted(Caller("internal", "1001", None, "1001", "Ana", "192.0.2.10:5062"))


def test_a_ping_is_answered_without_a_password_and_gives_no_account(admission: ProfileAdmission) -> None:
    verdict = ask(admission, method="OPTIONS")
    assert isinstance(verdict, Admitted)
    assert verdict.caller.account is None
    assert verdict.caller.trunk is None


def test_a_wrong_password_an_unknown_and_a_former_account_are_all_403(admission: ProfileAdmission) -> None:
    answers = [
        ask(admission, credentials(ask(admission), user=user, password=password))
        for user, password in (
            ("1001", "wrong"),
            ("9999", PASSWORD),
            ("1002", PASSWORD),
            ("former", PASSWORD),
        )
    ]
    assert answers == [Refuse(403)] * 4


def test_a_phone_whose_account_has_a_name_calls_under_that_and_no_other(admission: ProfileAdmission) -> None:
    verdict = ask(admission, credentials(ask(admission), user="1003"), sender='"Boss" <sip:1003@x>;tag=1')
    assert verdict == Admitted(Caller("internal", "1003", None, "1003", "Piotr", "192.0.2.10:5062"))


def test_a_phone_cannot_call_under_anothers_number(admission: ProfileAdmission) -> None:
    sender = '"Boss" <sip:2000@centralita>;tag=1'
    verdict = ask(admission, credentials(ask(admission)), sender=sender)
    assert isinstance(verdict, Admitted)
    assert (verdict.caller.account, verdict.caller.user) == ("1001", "1001")


def test_a_replay_is_challenged_again_as_stale(admission: ProfileAdmission) -> None:
    said = credentials(ask(admission))
    assert isinstance(ask(admission, said), Admitted)
    verdict = ask(admission, said)
    assert isinstance(verdict, Challenge)
    assert all("stale=true" in value for _, value in verdict.headers)


def test_damaged_credentials_are_400(admission: ProfileAdmission) -> None:
    verdict = ask(admission, ("Authorization", 'Digest realm="centralita'))
    assert isinstance(verdict, Refuse)
    assert verdict.status == 400


def test_an_unknown_scheme_is_challenged(admission: ProfileAdmission) -> None:
    assert isinstance(ask(admission, ("Authorization", "NoOneKnowsThisScheme opaque-data=here")), Challenge)


def test_a_trunk_is_admitted_by_its_address(admission: ProfileAdmission) -> None:
    verdict = ask(admission, source=CARRIER, sender='"Eva" <sip:+34600111222@carrier>;tag=2')
    assert verdict == Admitted(
        Caller("external", None, "carrier", "+34600111222", "Eva", "198.51.100.1:5062")
    )


def test_a_trunk_cannot_register_without_a_password(admission: ProfileAdmission) -> None:
    assert isinstance(ask(admission, method="REGISTER", source=CARRIER), Challenge)


@pytest.mark.parametrize(
    ("source", "identity", "user"),
    [
        (CARRIER, "<sip:+34911@carrier>", "anonymous"),
        (CAREFUL, "<sip:+34911@carrier>", "+34911"),
        (CAREFUL, "<tel:+34911>, <sip:+34922@carrier>", "+34922"),
        (CAREFUL, "<tel:+34-911>", "+34911"),
        (CAREFUL, "<sip:carrier>", "anonymous"),
        (CAREFUL, '"broken', "anonymous"),
    ],
)
def test_an_asserted_identity_counts_only_where_the_trunk_says_so(
    admission: ProfileAdmission, source: str, identity: str, user: str
) -> None:
    sender = "<sip:anonymous@anonymous.invalid>;tag=2"
    verdict = ask(admission, ("P-Asserted-Identity", identity), source=source, sender=sender)
    assert isinstance(verdict, Admitted)
    assert verdict.caller.user == user


def test_a_flood_of_a_stranger_falls_silent_and_a_trunk_is_exempt(admission: ProfileAdmission) -> None:
    answers = [ask(admission, method="OPTIONS") for _ in range(100)]
    assert answers[30:] == [Drop()] * 70
    assert admission.is_banned(from_(PHONE), now=399.0)
    assert isinstance(ask(admission, now=401.0), Challenge)
    assert all(isinstance(ask(admission, source=CARRIER), Admitted) for _ in range(100))


def test_many_phones_behind_one_address_are_not_a_flood(admission: ProfileAdmission) -> None:
    for _ in range(50):
        assert isinstance(ask(admission, credentials(ask(admission))), Admitted)


def test_guessing_passwords_bans_the_source(admission: ProfileAdmission) -> None:
    for turn in range(10):
        now = 100.0 + 3 * turn
        assert ask(admission, credentials(ask(admission, now=now), password="wrong"), now=now) == Refuse(403)
    assert ask(admission, now=130.0) == Drop()


def test_a_scanner_hears_nothing_from_then_on(admission: ProfileAdmission) -> None:
    assert ask(admission, ("User-Agent", "friendly-scanner")) == Drop()
    assert ask(admission) == Drop()
    assert isinstance(ask(admission, source="192.0.2.11"), Challenge)


def test_reloaded_profiles_take_over_and_bans_stay(admission: ProfileAdmission) -> None:
    ask(admission, ("User-Agent", "sipvicious"), source="192.0.2.11")
    assert isinstance(ask(admission, source=CARRIER), Admitted)
    admission.configure(Profiles(InternalProfile(realm="other"), ExternalProfile(trunks=())), HashedSecrets())
    verdict = ask(admission, source=CARRIER)
    assert isinstance(verdict, Challenge)
    assert 'realm="other"' in verdict.headers[0][1]
    assert ask(admission, source="192.0.2.11") == Drop()


def test_reloaded_passwords_take_over_and_nonces_stay_good(admission: ProfileAdmission) -> None:
    asked = ask(admission)
    secrets = HashedSecrets()
    secrets.set_password("1001", "centralita", "another-Boat-43")
    internal = InternalProfile(realm="centralita", accounts={"1001": Account()})
    admission.configure(Profiles(internal, ExternalProfile(trunks=())), secrets)
    assert ask(admission, credentials(asked)) == Refuse(403)
    assert isinstance(ask(admission, credentials(asked, password="another-Boat-43")), Admitted)


@pytest.mark.parametrize("sender", ['"broken <sip:x>', "<sip:%zz@x>"])
def test_a_sender_that_cannot_be_read_is_400(admission: ProfileAdmission, sender: str) -> None:
    verdict = ask(admission, source=CARRIER, sender=sender)
    assert isinstance(verdict, Refuse)
    assert verdict.status == 400


def test_stray_requests_of_a_stranger_count_and_a_trunk_may_send_any_number(
    admission: ProfileAdmission,
) -> None:
    assert [admission.tolerates(from_(PHONE), now=100.0) for _ in range(31)] == [True] * 30 + [False]
    assert admission.is_banned(from_(PHONE), now=101.0)
    assert all(admission.tolerates(from_(CARRIER), now=100.0) for _ in range(100))


# Lock-out of accounts, limits of accounts and sources.


def limited(**parts: object) -> ProfileAdmission:
    """A door for account 1001 with these guard settings."""
    secrets = HashedSecrets()
    secrets.set_password("1001", "centralita", PASSWORD)
    guard = GuardPart.model_validate(parts)
    internal = InternalProfile(realm="centralita", accounts={"1001": Account()}, guard=guard)
    external = ExternalProfile.model_validate({"trunks": [{"name": "carrier", "addresses": [CARRIER]}]})
    return ProfileAdmission(Profiles(internal, external), secrets, SequenceIds())


def attempt(
    admission: ProfileAdmission,
    source: str,
    *,
    user: str = "1001",
    password: str = PASSWORD,
    now: float = 100.0,
) -> Verdict:
    """Answer a challenge."""
    asked = ask(admission, source=source, now=now)
    return ask(admission, credentials(asked, user=user, password=password), source=source, now=now)


def test_an_account_that_many_guess_at_is_judged_slowly_for_strangers_and_as_ever_at_home() -> None:
    admission = limited(lockout=LockoutPart(failures=5).model_dump())
    locked: list[str] = []
    admission.on_lock = locked.append
    assert isinstance(attempt(admission, PHONE), Admitted)
    for account in ("1001", "nobody"):
        for guesser in range(5):
            assert attempt(admission, f"203.0.113.{guesser}", user=account, password="wrong") == Refuse(403)
    assert locked == ["1001"], "only of accounts that there are"
    later = Refuse(503, headers=(("Retry-After", "10"),))
    assert [
        attempt(admission, "203.0.113.9", user=user, password=password)
        for user, password in (("1001", "wrong"), ("1001", PASSWORD), ("nobody", PASSWORD))
    ] == [later] * 3
    assert isinstance(attempt(admission, PHONE), Admitted)
    assert isinstance(attempt(admission, "203.0.113.9", now=111.0), Admitted)
    assert admission.tally["locked"] == 3


def test_a_trunk_that_fails_to_register_is_never_banned() -> None:
    admission = limited()
    for _ in range(20):
        asked = ask(admission, method="REGISTER", source=CARRIER)
        said = credentials(asked, password="wrong", method="REGISTER")
        assert ask(admission, said, method="REGISTER", source=CARRIER) == Refuse(403)
    assert not admission.is_banned(from_(CARRIER), now=100.0)


def test_a_source_that_becomes_a_trunk_is_no_longer_banned(admission: ProfileAdmission) -> None:
    ask(admission, ("User-Agent", "sipvicious"), source="198.51.100.77")
    trunks = ExternalProfile.model_validate({"trunks": [{"name": "new", "addresses": ["198.51.100.64/28"]}]})
    admission.configure(Profiles(InternalProfile(realm="centralita"), trunks), HashedSecrets())
    assert isinstance(ask(admission, source="198.51.100.77"), Admitted)
    assert not admission.is_banned(from_("198.51.100.77"), now=100.0)


def test_an_account_that_calls_too_often_is_told_to_wait() -> None:
    admission = limited(per_account=RatePart(calls=3, within=60.0).model_dump())
    verdicts = [attempt(admission, PHONE) for _ in range(4)]
    assert [type(each) for each in verdicts] == [Admitted] * 3 + [Refuse]
    assert verdicts[3] == Refuse(503, headers=(("Retry-After", "60"),))
    assert isinstance(attempt(admission, "192.0.2.99"), Refuse), "wherever it calls from"
    assert isinstance(attempt(admission, PHONE, now=161.0), Admitted)
    assert admission.tally["account_rate"] == 2


def test_a_source_that_calls_too_often_is_told_to_wait_and_a_trunk_is_exempt() -> None:
    admission = limited(per_source=RatePart(calls=2, within=60.0).model_dump())
    verdicts = [ask(admission) for _ in range(3)]
    assert [type(each) for each in verdicts] == [Challenge, Challenge, Refuse]
    assert isinstance(ask(admission, method="REGISTER"), Challenge)
    assert all(isinstance(ask(admission, source=CARRIER), Admitted) for _ in range(10))


def test_a_network_that_is_never_banned_may_send_any_number() -> None:
    admission = limited(never_banned=["192.0.2.0/28"])
    assert all(isinstance(ask(admission), Challenge) for _ in range(100))


@pytest.mark.parametrize("method", ["REGISTER", "INVITE", "SUBSCRIBE", "MESSAGE"])
def test_unknown_wrong_and_former_accounts_get_answers_alike_to_the_octet(method: str) -> None:
    """Nobody learns from a status, a header or a length which accounts there are (RFC 3261 s.26.1.5)."""
    secrets = HashedSecrets()
    for account in ("1001", "gone"):
        secrets.set_password(account, "centralita", PASSWORD)
    internal = InternalProfile(realm="centralita", accounts={"1001": Account(), "bare": Account()})
    admission = ProfileAdmission(Profiles(internal, ExternalProfile(trunks=())), secrets, SequenceIds())
    peer = Peer(Stack(SequenceIds(), admission=admission))
    uri = "sip:100@centralita"
    heard = []
    for turn, (user, password) in enumerate(
        (("1001", "wrong"), ("nobody", PASSWORD), ("bare", PASSWORD), ("gone", PASSWORD), ("gone", "wrong"))
    ):
        asked = peer.say_request(method, uri=uri, call_id=f"c{turn}", branch=f"z9hG4bK-{turn}")
        said = authorize(
            asked.headers("WWW-Authenticate")[0],
            method=method,
            uri=uri,
            user=user,
            password=password,
            nc=1,
            cnonce="abc",
        )
        again = (("Authorization", said),)
        answer = peer.say_request(
            method, uri=uri, call_id=f"c{turn}", branch=f"z9hG4bK-{turn}-again", headers=again
        )
        heard.append((asked.status, shape(asked.encode()), answer.status, shape(answer.encode())))
    assert len(set(heard)) == 1, heard
    assert (heard[0][0], heard[0][2]) == (401, 403)


def shape(message: bytes) -> bytes:
    """A message whose numbers are all alike: nonces and tags differ, and nothing else may."""
    return re.sub(rb"[0-9a-f]*[0-9][0-9a-f]*", lambda found: b"#" * len(found[0]), message)


def test_rubbish_counts_as_requests_do() -> None:
    admission = limited()
    peer = Peer(Stack(SequenceIds(), admission=admission))
    for _ in range(31):
        peer.say(b"\x16\x03\x01 rubbish")
    assert admission.guard.is_banned("192.0.2.2", now=0.0)
    assert admission.tally["stray"] == 31
