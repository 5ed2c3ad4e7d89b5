"""Callers' numbers proven by Identity headers (RFC 8224, RFC 8225, RFC 8226, RFC 8588)."""

from __future__ import annotations

from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from base.errors import CentralitaError
from sip.identity.passport import claims_of, read_identity
from sip.identity.stir import Verified, Verifier, Verstat
from sip.identity.stir_settings import StirPart
from sip.io.signers import read_signers
from sip.message import Request, fields_of
from sip.uri import Uri
from tests.kit.carrier import CALLED, CALLER, NOW, START, URL, Authority, Carrier, encoded

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from base.document import Fault
    from sip.identity.signer import CertifiedSigner

PASSED = Verified(Verstat.PASSED, "A")


@pytest.fixture(scope="module")
def carrier() -> Carrier:
    return Carrier()


@pytest.fixture(scope="module")
def verifier(carrier: Carrier, tmp_path_factory: pytest.TempPathFactory) -> Verifier:
    file = carrier.write(tmp_path_factory.mktemp("stir") / "carrier.pem")
    return Verifier(signers({URL: file}), country="34")


def signers(
    files: dict[str, Path], authorities: tuple[Path, ...] = (), faults: list[Fault] | None = None
) -> dict[str, CertifiedSigner]:
    """What a folder with these certificates gives; without a list no fault is expected."""
    found: list[Fault] = [] if faults is None else faults
    folder = next(iter(files.values())).parent
    lines = "".join(f"    {url}: {file}\n" for url, file in files.items())
    (folder / "external.yaml").write_text(f"stir:\n  certificates:\n{lines}")
    part = StirPart(certificates=files, authorities=authorities)
    read = read_signers(part, folder, found)
    assert faults is not None or found == []
    return read


def verify(
    verifier: Verifier,
    *identities: str,
    caller: str = f"sip:+{CALLER}@carrier.example",
    to: str = f"sip:+{CALLED}@centre.example",
    uri: str | None = None,
    date: datetime | None = None,
    wall: float = NOW,
) -> Verified:
    pairs = [("To", f"<{to}>"), *(("Identity", each) for each in identities)]
    if date is not None:
        pairs.append(("Date", format_datetime(date, usegmt=True)))
    return verifier.verify(Request("INVITE", uri or to, fields_of(pairs)), Uri.parse(caller), wall=wall)


def failure(found: Verified) -> int:
    """The status of what is not proven."""
    assert found.verstat is Verstat.FAILED
    assert found.attestation is None
    assert found.refusal is not None
    return found.refusal.status


@pytest.mark.parametrize("attestation", ["A", "B", "C"])
def test_a_signed_number_is_proven_with_its_attestation(
    verifier: Verifier, carrier: Carrier, attestation: str
) -> None:
    found = verify(verifier, carrier.identity(attestation=attestation))
    assert found == Verified(Verstat.PASSED, attestation)


def test_without_an_identity_there_is_nothing_to_believe(verifier: Verifier) -> None:
    found = verify(verifier)
    assert (found.verstat, found.attestation) == (Verstat.NONE, None)
    assert found.refusal is not None
    assert found.refusal.status == 428


def test_the_signature_must_be_the_carriers_own(verifier: Verifier) -> None:
    assert failure(verify(verifier, Carrier().identity())) == 438


def test_one_changed_letter_of_the_claims_is_noticed(verifier: Verifier, carrier: Carrier) -> None:
    signed = carrier.identity(attestation="C").split(".")
    better = carrier.identity(attestation="A").split(".")
    assert failure(verify(verifier, ".".join([signed[0], better[1], signed[2]]))) == 438


@pytest.mark.parametrize("signature", [b"", b"\0" * 64, b"\xff" * 64, b"x" * 63, b"x" * 65])
def test_a_signature_that_is_none_is_refused(verifier: Verifier, carrier: Carrier, signature: bytes) -> None:
    token, _, rest = carrier.identity().partition(";")
    forged = token.rpartition(".")[0] + "." + encoded(signature)
    assert failure(verify(verifier, f"{forged};{rest}")) == 438


@pytest.mark.parametrize(("age", "proven"), [(0, True), (60, True), (-60, True), (61, False), (-61, False)])
def test_a_token_is_fresh_for_a_minute(verifier: Verifier, carrier: Carrier, age: int, proven: bool) -> None:  # noqa: FBT001
    found = verify(verifier, carrier.identity(issued=NOW - age))
    assert (found == PASSED) == proven
    assert proven or failure(found) == 403


def test_an_unknown_certificate_is_not_fetched_but_refused(verifier: Verifier, carrier: Carrier) -> None:
    other = "https://elsewhere.example/x.pem"
    identity = carrier.identity(header={"x5u": other}, params=f";info=<{other}>;alg=ES256;ppt=shaken")
    assert failure(verify(verifier, identity)) == 436


def test_a_certificate_is_good_in_its_time_only(verifier: Verifier, carrier: Carrier) -> None:
    for wall in (START.timestamp() - 5, START.timestamp() + 31 * 86400):
        assert failure(verify(verifier, carrier.identity(issued=wall), wall=wall)) == 437


@pytest.mark.parametrize(
    ("caller", "proven"),
    [
        (f"sip:+{CALLER}@carrier.example", True),
        (f"sip:{CALLER}@carrier.example", True),
        (f"sip:+{CALLER}@other.example;user=phone", True),
        ("tel:+34-600-111-222", True),
        ("sip:0034600111222@x", True),
        ("sip:600111222@x", True),
        ("sip:0600111222@x", True),
        ("sip:+600111222@x", False),
        ("sip:+34600111223@x", False),
        ("sip:anonymous@anonymous.invalid", False),
    ],
)
def test_the_token_must_name_who_calls(
    verifier: Verifier,
    carrier: Carrier,
    caller: str,
    proven: bool,  # noqa: FBT001
) -> None:
    found = verify(verifier, carrier.identity(), caller=caller)
    assert (found == PASSED) == proven
    assert proven or failure(found) == 438


@pytest.mark.parametrize(
    ("to", "uri", "proven"),
    [
        (f"sip:+{CALLED}@x", "sip:100@y", True),
        ("sip:100@x", f"sip:{CALLED}@y", True),
        ("tel:+34900100200", "sip:100@y", True),
        ("sip:+34900100201@x", "sip:100@y", False),
    ],
)
def test_the_token_must_name_who_is_called(
    verifier: Verifier,
    carrier: Carrier,
    to: str,
    uri: str,
    proven: bool,  # noqa: FBT001
) -> None:
    assert (verify(verifier, carrier.identity(), to=to, uri=uri) == PASSED) == proven


def test_one_of_several_destinations_and_uris_are_enough(verifier: Verifier, carrier: Carrier) -> None:
    several = carrier.identity(claims={"dest": {"tn": ["1", f"+{CALLED[:2]} {CALLED[2:]}"]}})
    assert verify(verifier, several) == PASSED
    by_uri = carrier.identity(
        claims={"orig": {"uri": "sip:eva@Carrier.example"}, "dest": {"uri": ["sip:help@centre.example"]}}
    )
    found = verify(verifier, by_uri, caller="sip:eva@carrier.example;x=y", to="sip:help@centre.example")
    assert found == PASSED
    assert failure(verify(verifier, by_uri, caller="sip:ana@carrier.example")) == 438


@pytest.mark.parametrize(
    "header",
    [
        {"typ": "jwt"},
        {"alg": "none"},
        {"alg": "HS256"},
        {"ppt": "div"},
        {"x5u": "https://other.example/"},
        {"crit": ["x"]},
    ],
)
def test_the_tokens_header_must_say_what_its_parameters_say(
    verifier: Verifier, carrier: Carrier, header: dict[str, object]
) -> None:
    assert failure(verify(verifier, carrier.identity(header=header))) == 438


@pytest.mark.parametrize(
    "claims",
    [
        {"attest": "D"},
        {"attest": None},
        {"origid": None},
        {"iat": "now"},
        {"iat": True},
        {"iat": 10**60},
        {"iat": -1},
        {"iat": NOW},
        {"orig": {}},
        {"orig": CALLER},
        {"orig": {"tn": 34600111222}},
        {"dest": {"tn": []}},
        {"dest": {"tn": [None]}},
        {"dest": {"tn": [CALLED] * 100}},
    ],
)
def test_a_claim_that_is_none_is_refused(
    verifier: Verifier, carrier: Carrier, claims: dict[str, object]
) -> None:
    assert failure(verify(verifier, carrier.identity(claims=claims))) == 438


@pytest.mark.parametrize(
    "text",
    [
        "",
        "..",
        "a.b.c",
        f"a.b.c;info=<{URL}>",
        f"a..c;info=<{URL}>;alg=ES256",
        f"a.b.c;info={URL}",
        "x" * 9000,
        f"a.b.{'c' * 5};info=<{URL}>;ppt=shaken",
        f"{encoded(b'[' * 3000)}.{encoded(b'{}')}.{encoded(b'x' * 64)};info=<{URL}>;ppt=shaken",
        f"{encoded(b'[]')}.{encoded(b'{}')}.{encoded(b'x' * 64)};info=<{URL}>;ppt=shaken",
        f"{encoded(b'{{}')}.{encoded(b'{}')}.{encoded(b'x' * 64)};info=<{URL}>;ppt=shaken",
    ],
)
def test_what_is_no_token_is_refused(verifier: Verifier, text: str) -> None:
    assert failure(verify(verifier, text)) == 438


def test_extensions_and_algorithms_that_we_do_not_know_are_no_proof_and_no_fault(
    verifier: Verifier, carrier: Carrier
) -> None:
    diverted = carrier.identity(header={"ppt": "div"}, params=f";info=<{URL}>;alg=ES256;ppt=div")
    other = carrier.identity(params=f";info=<{URL}>;alg=RS256;ppt=shaken")
    found = verify(verifier, diverted, other)
    assert found.verstat is Verstat.NONE
    assert verify(verifier, diverted, "broken", carrier.identity()) == PASSED


def test_a_plain_token_proves_the_number_without_attestation(verifier: Verifier, carrier: Carrier) -> None:
    head = {"alg": "ES256", "typ": "passport", "x5u": URL}
    plain = carrier.identity(params=f";info=<{URL}>")
    assert failure(verify(verifier, plain)) == 438, "the token says shaken, its parameters do not"
    carrier_head: dict[str, object] = {**head, "ppt": ""}
    found = verify(verifier, carrier.identity(header=carrier_head, params=f";info=<{URL}>;alg=ES256"))
    assert found == Verified(Verstat.PASSED, None)


def test_the_compact_form_is_rewritten_from_the_request_and_its_date(
    verifier: Verifier, carrier: Carrier
) -> None:
    """RFC 8224 s.4.1, RFC 8225 s.6."""
    identity = carrier.compact_identity(issued=int(NOW))
    date = START.fromtimestamp(NOW, START.tzinfo)
    assert verify(verifier, identity, date=date) == Verified(Verstat.PASSED, None)
    assert verify(verifier, identity, date=date, caller="sip:600111222@x").verstat is Verstat.PASSED
    assert failure(verify(verifier, identity)) == 438
    assert failure(verify(verifier, identity, date=date, wall=NOW + 100)) == 403
    assert failure(verify(verifier, identity, date=date, caller="sip:+34600000000@x")) == 438
    assert failure(verify(verifier, identity + ";ppt=shaken", date=date)) == 438


@given(
    st.text(max_size=40), st.text(max_size=40), st.binary(max_size=80), st.sampled_from(["", "shaken", "x"])
)
def test_no_token_of_a_stranger_raises_anything_else(
    header: str, payload: str, signature: bytes, ppt: str
) -> None:
    text = (
        f"{encoded(header.encode())}.{encoded(payload.encode())}.{encoded(signature)};info=<{URL}>;ppt={ppt}"
    )
    try:
        claims_of(read_identity(text))
    except CentralitaError as error:
        assert error.status == 400


def test_printing_an_identity_shows_no_token(carrier: Carrier) -> None:
    text = carrier.identity()
    assert text.split(".")[1] not in repr(read_identity(text))


# Certificates.


def test_a_chain_is_followed_to_an_authority(tmp_path: Path) -> None:
    root = Authority("Root")
    between = Authority("Between", root)
    carrier = Carrier(between)
    authority = root.write(tmp_path / "root.pem")
    read = signers({URL: carrier.write(tmp_path / "carrier.pem", between)}, (authority,))
    assert verify(Verifier(read), carrier.identity()) == PASSED


def test_an_authority_that_signs_the_carrier_itself_is_enough(tmp_path: Path) -> None:
    root = Authority("Root")
    carrier = Carrier(root)
    read = signers({URL: carrier.write(tmp_path / "carrier.pem")}, (root.write(tmp_path / "root.pem"),))
    assert verify(Verifier(read), carrier.identity()) == PASSED


@pytest.mark.parametrize(
    ("case", "why"),
    [
        ("stranger", "leads to none of the authorities"),
        ("no authority", "leads to none of the authorities"),
        ("forged issuer", "leads to none of the authorities"),
        ("no list", "no TNAuthList"),
        ("other curve", "not one for ES256"),
        ("no certificate", "no certificate in PEM form"),
        ("no file", "cannot be read"),
    ],
)
def test_a_certificate_that_cannot_be_believed_is_a_fault_of_its_line(
    tmp_path: Path, case: str, why: str
) -> None:
    root = Authority("Root")
    leaf = Authority("Between", root, is_ca=False)
    carrier = {
        "stranger": Carrier(Authority("Stranger")),
        "no authority": Carrier(leaf),
        "forged issuer": Carrier(Authority("Root")),
        "no list": Carrier(root, may_sign=False),
        "other curve": Carrier(root, curve=ec.SECP384R1()),
    }.get(case, Carrier(root))
    file = tmp_path / "carrier.pem"
    carrier.write(file, *((leaf,) if case == "no authority" else ()))
    if case == "no certificate":
        file.write_text("hello")
    if case == "no file":
        file.unlink()
    faults: list[Fault] = []
    assert signers({URL: file}, (root.write(tmp_path / "root.pem"),), faults) == {}
    ((fault),) = faults
    assert why in str(fault)
    assert "external.yaml:3" in str(fault)
