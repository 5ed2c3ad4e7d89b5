"""Signers' certificates read from files (RFC 8226, RFC 5280 s.6): form, chain to an authority, TNAuthList."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.x509 import ObjectIdentifier, load_pem_x509_certificates

from base.document import read
from sip.identity.signer import CertifiedSigner

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from base.document import Document, Fault
    from sip.identity.stir_settings import StirPart

TN_AUTH_LIST = ObjectIdentifier("1.3.6.1.5.5.7.1.26")
"""The extension that says which numbers, or whose, a signer may sign (RFC 8226 s.9)."""
LONGEST_CHAIN = 6


class _Unfit(Exception):
    """A certificate that cannot be believed; the text says why."""


def read_signers(part: StirPart, folder: Path, faults: list[Fault]) -> dict[str, CertifiedSigner]:
    """The signers of external.yaml by URL; files are named from its folder. Faults are appended."""
    document = read(folder / "external.yaml")
    authorities: list[x509.Certificate] = []
    for place, file in enumerate(part.authorities):
        authorities += _certificates(folder / file, document, ("stir", "authorities", place), faults)
    signers: dict[str, CertifiedSigner] = {}
    for url, file in part.certificates.items():
        at = ("stir", "certificates", url)
        chain = _certificates(folder / file, document, at, faults)
        if not chain:
            continue
        try:
            signers[url] = _signer(chain, authorities if part.authorities else None)
        except _Unfit as error:
            faults.append(
                document.fault(at, f"{file}: {error}", "ask the carrier for its signing certificate")
            )
    return signers


def _certificates(
    file: Path, document: Document, at: tuple[str | int, ...], faults: list[Fault]
) -> Sequence[x509.Certificate]:
    try:
        return load_pem_x509_certificates(file.read_bytes())
    except OSError as error:
        faults.append(document.fault(at, f"{file}: cannot be read: {error.strerror}", "name a PEM file"))
    except ValueError:
        faults.append(document.fault(at, f"{file}: no certificate in PEM form", "name a PEM file"))
    return ()


def _signer(chain: Sequence[x509.Certificate], authorities: list[x509.Certificate] | None) -> CertifiedSigner:
    leaf = chain[0]
    key = _key(leaf)
    try:
        leaf.extensions.get_extension_for_oid(TN_AUTH_LIST)
    except x509.ExtensionNotFound:
        raise _Unfit("the certificate has no TNAuthList, so it may sign no numbers") from None
    except ValueError:
        raise _Unfit("the certificate's extensions cannot be read") from None
    path = [leaf] if authorities is None else _path(leaf, chain[1:], authorities)
    return CertifiedSigner(
        key,
        max(each.not_valid_before_utc.timestamp() for each in path),
        min(each.not_valid_after_utc.timestamp() for each in path),
    )


def _key(leaf: x509.Certificate) -> EllipticCurvePublicKey:
    try:
        key = leaf.public_key()
    except ValueError:
        raise _Unfit("the certificate's key cannot be read") from None
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise _Unfit("the certificate's key is not one for ES256")
    return key


def _path(
    leaf: x509.Certificate, between: Sequence[x509.Certificate], authorities: Sequence[x509.Certificate]
) -> list[x509.Certificate]:
    """From the leaf to an authority, each issued by the next."""
    path = [leaf]
    while len(path) <= LONGEST_CHAIN:
        if path[-1] in authorities:
            return path
        issuer = next((each for each in (*authorities, *between) if _has_issued(each, path[-1])), None)
        if issuer is None or issuer in path:
            break
        path.append(issuer)
    raise _Unfit("its chain leads to none of the authorities")


def _has_issued(issuer: x509.Certificate, issued: x509.Certificate) -> bool:
    try:
        constraints = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value
        issued.verify_directly_issued_by(issuer)
    except (x509.ExtensionNotFound, ValueError, TypeError, InvalidSignature):
        return False
    return constraints.ca
