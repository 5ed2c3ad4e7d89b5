"""Certificate files into TLS contexts, and what is wrong with them in words. TLS 1.2 at least (RFC 8996)."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

from base.document import read
from base.errors import CentralitaError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from base.document import Fault
    from sip.listener import Listener, TlsSettings

_DEMANDS = {"off": ssl.CERT_NONE, "optional": ssl.CERT_OPTIONAL, "required": ssl.CERT_REQUIRED}


class UnusableCertificate(CentralitaError):
    """A file of a TLS listener that cannot serve; `setting` is the one that names it."""

    code = "unusable_certificate"

    def __init__(self, setting: str, what: str, mend: str = "") -> None:
        """Say what is wrong and what would be right."""
        super().__init__(what)
        self.setting = setting
        self.mend = mend


@dataclass(frozen=True, slots=True)
class Contexts:
    """How connections of one listener are made safe."""

    accepting: ssl.SSLContext
    connecting: ssl.SSLContext


def contexts(tls: TlsSettings) -> Contexts:
    """Read a listener's files. Raises UnusableCertificate."""
    accepting = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    accepting.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
    accepting.verify_mode = _DEMANDS[tls.client_certificates]
    connecting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # The name is compared by the rules of SIP (RFC 5922 s.7.3) once the chain is proved.
    connecting.check_hostname = False
    connecting.verify_mode = ssl.CERT_REQUIRED
    for context in (accepting, connecting):
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        _load_own(context, tls)
    if tls.client_ca is not None:
        _load_authority(accepting, "client_ca", tls.client_ca)
    if tls.ca is not None:
        _load_authority(connecting, "ca", tls.ca)
    else:
        connecting.load_default_certs(ssl.Purpose.SERVER_AUTH)
    return Contexts(accepting, connecting)


def all_contexts(listeners: Iterable[Listener]) -> dict[Listener, Contexts]:
    """The contexts of those listeners that need some. Raises UnusableCertificate."""
    return {each: contexts(each.tls) for each in listeners if each.tls is not None}


def certificate_faults(listeners: Iterable[Listener], folder: Path) -> Iterator[Fault]:
    """Faults of the files that listeners in internal.yaml and external.yaml name."""
    counts = {"internal": 0, "external": 0}
    for listener in listeners:
        index = counts[listener.serves]
        counts[listener.serves] += 1
        if listener.tls is None:
            continue
        try:
            contexts(listener.tls)
        except UnusableCertificate as error:
            document = read(folder / f"{listener.serves}.yaml")
            yield document.fault(("listeners", index, error.setting), str(error), error.mend)


def _load_own(context: ssl.SSLContext, tls: TlsSettings) -> None:
    for setting, path in (("certificate", tls.certificate), ("key", tls.key)):
        _must_be_readable(setting, path)
    try:
        context.load_cert_chain(tls.certificate, tls.key, password=_no_password)
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise UnusableCertificate(
                "key",
                f"{tls.key} is not the key of {tls.certificate}",
                "name the key that the certificate was made for; our own certificate comes first in its file",
            ) from None
        setting = "certificate" if b"BEGIN CERTIFICATE" not in tls.certificate.read_bytes() else "key"
        raise UnusableCertificate(
            setting,
            f"{tls.certificate if setting == 'certificate' else tls.key} holds no {setting} that can be read",
            "it must be PEM, the key without a password",
        ) from None


def _load_authority(context: ssl.SSLContext, setting: str, path: Path) -> None:
    _must_be_readable(setting, path)
    try:
        context.load_verify_locations(path)
    except ssl.SSLError:
        raise UnusableCertificate(setting, f"{path} holds no certificates", "it must be PEM") from None


def _must_be_readable(setting: str, path: Path) -> None:
    try:
        path.read_bytes()
    except OSError as error:
        raise UnusableCertificate(
            setting, f"{path} cannot be read: {error.strerror}", "relative paths begin at this file's folder"
        ) from None


def _no_password() -> str:
    """Asked for an encrypted key; without this OpenSSL would ask at the terminal."""
    return ""
