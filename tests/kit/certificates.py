"""Certificates for one test: an authority, and files of what it has signed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import trustme

from sip.listener import Listener, TlsSettings

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Literal


class Authority:
    """Signs whatever a test asks for; its own certificate is `ca`."""

    def __init__(self, folder: Path, name: str = "ca") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._ca = trustme.CA()
        self.ca = folder / f"{name}.pem"
        self._ca.cert_pem.write_to_path(self.ca)

    def issue(self, *names: str, file: str | None = None) -> tuple[Path, Path]:
        """Certificate and key for these names."""
        file = file or names[0].replace(":", "-")
        issued = self._ca.issue_cert(*names)
        certificate, key = self._folder / f"{file}.pem", self._folder / f"{file}.key"
        issued.cert_chain_pems[0].write_to_path(certificate)
        issued.private_key_pem.write_to_path(key)
        return certificate, key

    def listener(
        self,
        *names: str,
        address: tuple[str, int] = ("127.0.0.1", 0),
        clients: Literal["off", "optional", "required"] = "off",
        serves: Literal["internal", "external", "both"] = "both",
    ) -> Listener:
        """A TLS listener with a certificate for these names, which trusts this authority both ways."""
        certificate, key = self.issue(*names)
        tls = TlsSettings(certificate, key, clients, self.ca if clients != "off" else None, self.ca)
        return Listener("TLS", address, None, serves, tls)
