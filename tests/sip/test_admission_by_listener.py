"""Admission by listener: phones at theirs, trunks at theirs by address or certificate, all at the shared one."""

from __future__ import annotations

import pytest

from base.ids import SequenceIds
from sip.admission import ProfileAdmission
from sip.digest.credentials import HashedSecrets
from sip.flow import Flow
from sip.message import Request, fields_of
from sip.profile import Account, ExternalProfile, InternalProfile, Profiles
from sip.verdicts import Admitted, Challenge, Drop, Refuse

PHONE = "192.0.2.10"
CARRIER = "198.51.100.1"
AT_TRUNKS, AT_PHONES, AT_ALL = ("192.0.2.1", 5080), ("192.0.2.1", 5070), ("192.0.2.1", 5060)


@pytest.fixture
def parted() -> ProfileAdmission:
    """With a listener for trunks, one for phones, and one for whoever comes."""
    internal = InternalProfile(realm="centralita", accounts={"1001": Account()})
    external = ExternalProfile.model_validate({"trunks": [{"name": "carrier", "addresses": [CARRIER]}]})
    admission = ProfileAdmission(Profiles(internal, external), HashedSecrets(), SequenceIds())
    admission.flows.listen("UDP", AT_TRUNKS, "external")
    admission.flows.listen("UDP", AT_PHONES, "internal")
    admission.flows.listen("UDP", AT_ALL, "both")
    return admission


def at(local: tuple[str, int], source: str, **parts: str) -> tuple[Request, Flow]:
    request = Request(
        parts.get("method", "INVITE"),
        "sip:100@centralita",
        fields_of([("From", "<sip:1001@centralita>;tag=1"), ("To", "<sip:100@x>")]),
    )
    request.flow = Flow("UDP", local, (source, 5062))
    return request, request.flow


def test_a_listener_of_trunks_challenges_nobody(parted: ProfileAdmission) -> None:
    assert parted.admit(*at(AT_TRUNKS, PHONE), 100.0) == Refuse(403)
    assert parted.admit(*at(AT_TRUNKS, PHONE, method="REGISTER"), 100.0) == Refuse(403)
    assert parted.admit(*at(AT_TRUNKS, CARRIER, method="REGISTER"), 100.0) == Refuse(403)
    assert isinstance(parted.admit(*at(AT_TRUNKS, CARRIER), 100.0), Admitted)


def test_strangers_at_a_listener_of_trunks_fall_silent_when_they_go_on(parted: ProfileAdmission) -> None:
    verdicts = [parted.admit(*at(AT_TRUNKS, PHONE), 100.0) for _ in range(40)]
    assert verdicts == [Refuse(403)] * 30 + [Drop()] * 10


def test_at_a_listener_of_phones_a_trunks_address_is_a_strangers(parted: ProfileAdmission) -> None:
    assert isinstance(parted.admit(*at(AT_PHONES, CARRIER), 100.0), Challenge)
    assert not parted.is_trusted(at(AT_PHONES, CARRIER)[1])
    assert isinstance(parted.admit(*at(AT_ALL, CARRIER), 100.0), Admitted)
    assert isinstance(parted.admit(*at(AT_ALL, PHONE), 100.0), Challenge)


def test_whoever_misuses_a_trunks_address_elsewhere_does_not_ban_the_trunk(parted: ProfileAdmission) -> None:
    phones, trunks = at(AT_PHONES, CARRIER)[1], at(AT_TRUNKS, CARRIER)[1]
    assert [parted.tolerates(phones, now=100.0) for _ in range(31)][-1] is False
    assert parted.is_banned(phones, now=101.0)
    assert not parted.is_banned(trunks, now=101.0)


def test_a_trunk_is_known_by_what_its_certificate_proves() -> None:
    trunk = {"name": "secure", "certificates": ["sip.carrier.example"]}
    external = ExternalProfile.model_validate({"trunks": [trunk]})
    admission = ProfileAdmission(
        Profiles(InternalProfile(realm="x"), external), HashedSecrets(), SequenceIds()
    )
    request, _ = at(AT_TRUNKS, PHONE)
    request.flow = flow = Flow("TLS", AT_TRUNKS, (PHONE, 40001))
    admission.flows.listen("TLS", AT_TRUNKS, "external")
    assert admission.admit(request, flow, 100.0) == Refuse(403)
    admission.flows.opened(flow, ("another.example",))
    assert admission.admit(request, flow, 100.0) == Refuse(403)
    admission.flows.opened(flow, ("sip.carrier.example",))
    verdict = admission.admit(request, flow, 100.0)
    assert isinstance(verdict, Admitted)
    assert verdict.caller.trunk == "secure"
