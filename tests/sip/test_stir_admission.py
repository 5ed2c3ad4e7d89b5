"""What a profile insists on of callers' proven numbers, and what is handed on of them (RFC 8224 s.6.2.2, RFC 8588)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from base.ids import SequenceIds
from sip.admission import ProfileAdmission
from sip.digest.credentials import HashedSecrets
from sip.flow import Flow
from sip.identity.stir_settings import StirPart
from sip.io.signers import read_signers
from sip.message import Request, fields_of
from sip.profile import ExternalProfile, InternalProfile, Profiles
from sip.verdicts import Admitted, Refuse
from tests.kit.carrier import CALLED, CALLER, NOW, URL, Carrier

if TYPE_CHECKING:
    from pathlib import Path

TRUNK = "198.51.100.1"
CARRIER = Carrier()


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return CARRIER.write(tmp_path / "carrier.pem")


def door(certificate: Path, required: str = "off", *, caller_number: str = "from") -> ProfileAdmission:
    """Admission with a trunk that signs."""
    trunk = {"name": "carrier", "addresses": [TRUNK], "caller_number": caller_number}
    external = ExternalProfile.model_validate(
        {"trunks": [trunk], "stir": {"certificates": {URL: str(certificate)}, "required": required}}
    )
    (certificate.parent / "external.yaml").write_text("")
    signers = read_signers(external.stir, certificate.parent, [])
    profiles = Profiles(InternalProfile(realm="centralita"), external, signers=signers)
    return ProfileAdmission(profiles, HashedSecrets(), SequenceIds(), wall=lambda: NOW)


def call(
    admission: ProfileAdmission,
    *identity: str,
    sender: str = f"sip:+{CALLER}@carrier.example",
    asserted: str | None = None,
    method: str = "INVITE",
) -> Admitted | Refuse:
    pairs = [("From", f"<{sender}>;tag=1"), ("To", f"<sip:+{CALLED}@centre.example>")]
    pairs += [("Identity", each) for each in identity]
    if asserted is not None:
        pairs.append(("P-Asserted-Identity", f"<{asserted}>"))
    request = Request(method, f"sip:+{CALLED}@centre.example", fields_of(pairs))
    request.flow = Flow("UDP", ("192.0.2.1", 5060), (TRUNK, 5060))
    verdict = admission.admit(request, request.flow, 5.0)
    assert isinstance(verdict, (Admitted, Refuse))
    return verdict


def proof(verdict: Admitted | Refuse) -> tuple[str | None, str | None]:
    assert isinstance(verdict, Admitted)
    return verdict.caller.verstat, verdict.caller.attestation


def test_the_outcome_goes_with_the_caller(certificate: Path) -> None:
    admission = door(certificate)
    assert proof(call(admission, CARRIER.identity(attestation="B"))) == ("TN-Validation-Passed", "B")
    assert proof(call(admission)) == ("No-TN-Validation", None)


@pytest.mark.parametrize("identity", ["nonsense", Carrier().identity(), CARRIER.identity(issued=NOW - 100)])
def test_what_fails_is_marked_and_let_in_where_nothing_is_required(certificate: Path, identity: str) -> None:
    assert proof(call(door(certificate), identity)) == ("TN-Validation-Failed", None)


@pytest.mark.parametrize(
    ("identity", "status", "reason"),
    [
        (None, 428, "Use Identity Header"),
        (CARRIER.identity(params=";info=<https://x.example/>;ppt=shaken"), 436, "Bad Identity Info"),
        (CARRIER.identity(issued=NOW - 100), 403, "Stale Date"),
        (Carrier().identity(), 438, "Invalid Identity Header"),
        ("nonsense", 438, "Invalid Identity Header"),
    ],
)
def test_what_fails_is_refused_where_a_valid_identity_is_required(
    certificate: Path, identity: str | None, status: int, reason: str
) -> None:
    admission = door(certificate, "valid")
    verdict = call(admission, *([] if identity is None else [identity]))
    assert isinstance(verdict, Refuse)
    assert verdict.status == status
    assert (verdict.reason or "").startswith(reason)
    assert admission.tally["identity"] == 1


@pytest.mark.parametrize(
    ("required", "enough"),
    [("off", "ABC"), ("valid", "ABC"), ("attest_c", "ABC"), ("attest_b", "AB"), ("attest_a", "A")],
)
def test_as_much_as_is_required_comes_in(certificate: Path, required: str, enough: str) -> None:
    admission = door(certificate, required)
    for attestation in "ABC":
        verdict = call(admission, CARRIER.identity(attestation=attestation))
        assert isinstance(verdict, Admitted) == (attestation in enough)
        assert isinstance(verdict, Admitted) or verdict.status == 403


def test_the_number_that_is_proven_is_the_one_that_is_shown(certificate: Path) -> None:
    """Else a caller could have his own number attested and be announced as another."""
    other, own = "sip:+34911000000@x", f"sip:+{CALLER}@x"
    by_from = door(certificate)
    assert proof(call(by_from, CARRIER.identity(), sender=other, asserted=own))[0] == "TN-Validation-Failed"
    by_asserted = door(certificate, caller_number="asserted")
    assert proof(call(by_asserted, CARRIER.identity(), sender=other, asserted=own))[1] == "A"
    assert proof(call(by_asserted, CARRIER.identity(), sender=own, asserted=other))[1] is None


def test_only_calls_are_asked_for_an_identity(certificate: Path) -> None:
    assert isinstance(call(door(certificate, "attest_a"), method="OPTIONS"), Admitted)


def test_without_certificates_nothing_is_verified() -> None:
    external = ExternalProfile.model_validate({"trunks": [{"name": "carrier", "addresses": [TRUNK]}]})
    profiles = Profiles(InternalProfile(realm="centralita"), external)
    admission = ProfileAdmission(profiles, HashedSecrets(), SequenceIds(), wall=lambda: NOW)
    assert proof(call(admission, CARRIER.identity())) == (None, None)


def test_a_reload_brings_other_certificates(certificate: Path) -> None:
    admission = door(certificate)
    external = ExternalProfile.model_validate(
        {
            "trunks": [{"name": "carrier", "addresses": [TRUNK]}],
            "stir": {"certificates": {"https://other.example/": str(certificate)}},
        }
    )
    admission.configure(Profiles(InternalProfile(realm="centralita"), external), HashedSecrets())
    assert proof(call(admission, CARRIER.identity()))[0] == "TN-Validation-Failed"


def test_an_attestation_that_is_not_known_is_a_fault() -> None:
    with pytest.raises(ValueError, match="attest_a"):
        StirPart.model_validate({"required": "attest_d"})
