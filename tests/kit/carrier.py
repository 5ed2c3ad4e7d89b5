"""A carrier that signs its callers' numbers (RFC 8588): keys, certificates in files, Identity headers."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import NameOID

from sip.io.signers import TN_AUTH_LIST

if TYPE_CHECKING:
    from pathlib import Path

URL = "https://certificates.carrier.example/shaken.pem"
START = datetime(2026, 1, 1, tzinfo=UTC)
NOW = START.timestamp() + 1000.0
CALLER, CALLED = "34600111222", "34900100200"


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


class Authority:
    """Issues certificates."""

    def __init__(
        self, name: str = "Authority", parent: Authority | None = None, *, is_ca: bool = True
    ) -> None:
        self.name = _name(name)
        self.key = ec.generate_private_key(ec.SECP256R1())
        signer = parent or self
        self.certificate = (
            _builder(self.name, signer.name, self.key.public_key())
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
            .sign(signer.key, hashes.SHA256())
        )

    def write(self, file: Path) -> Path:
        """The certificate as a PEM file."""
        file.write_bytes(pem(self.certificate))
        return file


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, start: datetime = START
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=30))
    )


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


class Carrier:
    """Signs."""

    def __init__(
        self,
        authority: Authority | None = None,
        *,
        may_sign: bool = True,
        curve: ec.EllipticCurve | None = None,
        start: datetime = START,
    ) -> None:
        self.key = ec.generate_private_key(curve or ec.SECP256R1())
        issuer = authority or Authority()
        builder = _builder(_name("Carrier"), issuer.name, self.key.public_key(), start)
        if may_sign:
            # A service provider code, 709J, as TNAuthorizationList writes it.
            list_of_one = bytes.fromhex("3008a00616043730394a")
            builder = builder.add_extension(
                x509.UnrecognizedExtension(TN_AUTH_LIST, list_of_one), critical=False
            )
        self.certificate = builder.sign(issuer.key, hashes.SHA256())

    def write(self, file: Path, *more: Authority) -> Path:
        """The certificate, and others behind it, as a PEM file."""
        file.write_bytes(b"".join([pem(self.certificate), *(pem(each.certificate) for each in more)]))
        return file

    def sign(self, data: bytes) -> bytes:
        """ES256 as JSON Web Signatures write it: r and s side by side."""
        r, s = decode_dss_signature(self.key.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def identity(
        self,
        *,
        header: dict[str, object] | None = None,
        claims: dict[str, object] | None = None,
        params: str | None = None,
        attestation: str = "A",
        issued: float = NOW,
    ) -> str:
        """An Identity header; `header` and `claims` change what usually stands in the token."""
        head = {"alg": "ES256", "ppt": "shaken", "typ": "passport", "x5u": URL} | (header or {})
        body = {
            "attest": attestation,
            "dest": {"tn": [CALLED]},
            "iat": int(issued),
            "orig": {"tn": CALLER},
            "origid": "123e4567-e89b-12d3-a456-426655440000",
        } | (claims or {})
        signed = ".".join(encoded(json.dumps(each, separators=(",", ":")).encode()) for each in (head, body))
        token = f"{signed}.{encoded(self.sign(signed.encode()))}"
        return token + (params if params is not None else f";info=<{URL}>;alg=ES256;ppt=shaken")

    def compact_identity(self, *, issued: int, origin: str = CALLER, called: str = CALLED) -> str:
        """The compact form of RFC 8224 s.4.1."""
        head = f'{{"alg":"ES256","typ":"passport","x5u":"{URL}"}}'
        body = f'{{"dest":{{"tn":["{called}"]}},"iat":{issued},"orig":{{"tn":"{origin}"}}}}'
        signed = ".".join(encoded(each.encode()) for each in (head, body))
        return f"..{encoded(self.sign(signed.encode()))};info=<{URL}>;alg=ES256"


def encoded(data: bytes) -> str:
    """Base64 for URLs without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()
