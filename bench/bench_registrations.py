"""Registered phones: memory for each, and processor time of refreshing them over UDP with digest. Prints one JSON line.

.venv/bin/python bench/bench_registrations.py [--phones 20000] [--rate 500]

Every phone refreshes with the nonce of its last challenge, as phones do, and asks for a new one when told "stale".
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import re
import select
import shutil
import socket
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1]))

from load import cpu_seconds, resident
from node import ROOT, node

from sip.digest.credentials import HashedSecrets
from sip.io.credentials_file import save_credentials

REALM = "bench"
PASSWORD = "blue-Kettle-47-harbour"
PATIENCE = 10.0
_REGISTER = (
    "REGISTER sip:{host} SIP/2.0\r\nVia: SIP/2.0/UDP {me};rport;branch=z9hG4bK{n}x{cseq}\r\nMax-Forwards: 70\r\n"
    "From: <sip:{n}@{host}>;tag=f{n}\r\nTo: <sip:{n}@{host}>\r\nCall-ID: {n}@phone-of-the-bench\r\n"
    "CSeq: {cseq} REGISTER\r\nContact: <sip:{n}@192.0.2.{last}:5060;line={n}>;expires={expires}\r\n"
    "User-Agent: Bench Phone 1.0\r\n{proof}Content-Length: 0\r\n\r\n"
)


class Phones:
    """All phones, behind one socket."""

    method = "REGISTER"
    request = _REGISTER

    def __init__(self, server: tuple[str, int], count: int) -> None:
        self.server = server
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 23)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(0.0)
        self.me = "{}:{}".format(*self.socket.getsockname())
        self.cseq = [0] * count
        self.nonce = [""] * count
        self.nc = [0] * count
        self.ha1 = [_sha256(f"{n}:{REALM}:{PASSWORD}") for n in range(count)]
        self.accepted = self.challenged = self.refused = 0
        self.expires = 3600

    def round(self, rate: float, expires: int = 3600) -> float:
        """Register every phone once, `rate` a second; the seconds it took."""
        self.expires = expires
        began = due = time.monotonic()
        before = self.accepted
        for n in range(len(self.cseq)):
            self._register(n)
            due += 1 / rate
            while time.monotonic() < due:
                self._hear(due)
        until = time.monotonic() + PATIENCE
        while self.accepted - before < len(self.cseq) and time.monotonic() < until:
            self._hear(time.monotonic() + 0.05)
        return time.monotonic() - began

    def _register(self, n: int) -> None:
        self.cseq[n] += 1
        host = "{}:{}".format(*self.server)
        text = self.request.format(
            host=host,
            me=self.me,
            n=n,
            cseq=self.cseq[n],
            last=n % 254 + 1,
            expires=self.expires,
            proof=self._proof(n, self._uri(n, host)),
        )
        self.socket.sendto(text.encode(), self.server)

    def _uri(self, n: int, host: str) -> str:
        return f"sip:{host}"

    def _proof(self, n: int, uri: str) -> str:
        nonce = self.nonce[n]
        if not nonce:
            return ""
        self.nc[n] += 1
        nc, cnonce = f"{self.nc[n]:08x}", "0a4f113b"
        ha2 = _sha256(f"{self.method}:{uri}")
        response = _sha256(f"{self.ha1[n]}:{nonce}:{nc}:{cnonce}:auth:{ha2}")
        return (
            f'Authorization: Digest username="{n}", realm="{REALM}", nonce="{nonce}", uri="{uri}", qop=auth, '
            f'nc={nc}, cnonce="{cnonce}", response="{response}", algorithm=SHA-256\r\n'
        )

    def _hear(self, until: float) -> None:
        pause = max(0.0, min(until - time.monotonic(), 0.05))
        if not select.select([self.socket], [], [], pause)[0]:
            return
        try:
            while True:
                self._take(self.socket.recv(8192).decode())
        except BlockingIOError:
            return

    def _take(self, text: str) -> None:
        status = text[8:11]
        if status == "200":
            self.accepted += 1
        elif status == "401":
            self.challenged += 1
            n = int(re.search(r"\r\nCall-ID: (\d+)[-@]", text)[1])  # type: ignore[index]
            self.nonce[n] = re.search(r'nonce="([^"]+)"', text)[1]  # type: ignore[index]
            self.nc[n] = 0
            self._register(n)
        elif status != "100" and text.startswith(
            "SIP/2.0"
        ):  # an OPTIONS is left unanswered, as by many phones
            self.refused += 1


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--phones", type=int, default=20_000)
    parser.add_argument("--rate", type=float, default=500, help="refreshes a second")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="centralita-bench-config-"))
    try:
        config = config_for(folder, options.phones)
        with node(config=config, prepare=lambda state: passwords_for(state, options.phones)) as (
            pid,
            address,
        ):
            time.sleep(1)
            phones = Phones(address, options.phones)
            before = resident(pid)
            phones.round(options.rate)
            grown = resident(pid) - before
            registered = phones.accepted
            used = cpu_seconds(pid)
            took = phones.round(options.rate)
            used = cpu_seconds(pid) - used
    finally:
        shutil.rmtree(folder)
    print(
        json.dumps(
            {
                "bench": "registrations",
                "phones": options.phones,
                "registered": registered,
                "refreshed": phones.accepted - registered,
                "refused": phones.refused,
                "refreshes_per_second": round(options.phones / took),
                "cores": round(used / took, 3),
                "us_per_refresh": round(used / options.phones * 1e6),
                "kB_per_phone": round(grown / options.phones / 1000, 2),
                "machine": f"{platform.machine()}, Python {platform.python_version()}",
            }
        )
    )


def config_for(folder: Path, phones: int) -> Path:
    """The measuring centre with this many accounts, and with nobody on 127.0.0.1 trusted."""
    config = folder / "config"
    shutil.copytree(ROOT / "bench/config", config)
    accounts = "\n".join(f'  "{n}": {{}}' for n in range(phones))
    rates = "guard: {requests: 1000000, per_source: {registrations: 100000000}}"
    (config / "sip_profiles/internal.yaml").write_text(
        f"realm: {REALM}\nmay_call: []\ndigest: {{algorithms: [SHA-256], nonce_lifetime: 1h}}\n"
        f"{rates}\naccounts:\n{accounts}\n"
    )
    trunks = config / "sip_profiles/external.yaml"
    trunks.write_text(trunks.read_text().replace("127.0.0.1", "127.0.0.9"))
    return config


def passwords_for(state: Path, phones: int) -> None:
    """Give each of them a password, as an administrator does."""
    secrets = HashedSecrets()
    for n in range(phones):
        secrets.set_password(str(n), REALM, PASSWORD)
    save_credentials(state / "credentials.yaml", secrets)


if __name__ == "__main__":
    main()
