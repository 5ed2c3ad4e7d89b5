"""baresip as a registered phone: it answers (or rings), plays a WAV file and records what it hears.

It is ruled through its ctrl_tcp module: JSON in netstrings, events coming back on the same connection.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Any, Self

from tests.kit.foreign_process import PATIENCE, PhoneFault
from tests.kit.ports import free_port, free_ports

BARESIP = shutil.which("baresip") or "/usr/bin/baresip"
MODULES = (
    "account",
    "menu",
    "g711",
    "g722",
    "opus",
    "l16",
    "srtp",
    "dtls_srtp",
    "aufile",
    "aubridge",
    "sndfile",
    "ctrl_tcp",
)


class BaresipPhone:
    """One baresip with one account; a phone without password does not register."""

    def __init__(
        self,
        *,
        server: tuple[str, int],
        user: str,
        folder: Path,
        plays: Path,
        password: str | None = None,
        address: str = "127.0.0.1",
        answers: bool = True,
        ca: Path | None = None,
        codecs: str = "PCMU,PCMA",
        srtp: str | None = None,
        dtmf: str = "rtpevent",
    ) -> None:
        """With `ca` it speaks TLS, and the server's certificate must be signed by that.

        `codecs` are baresip's own names, the preferred first; `srtp` its media encryption: srtp (offered beside plain
        sound), srtp-mand, dtls_srtp. `dtmf` is how it sends keys: rtpevent or info.
        """
        self.server, self.user, self.folder = server, user, folder / f"baresip-{user}"
        self.address, self.port, self._control = address, free_port(address=address), free_port()
        self.events: list[dict[str, Any]] = []
        self._registers = password is not None
        self._ca = ca
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._pending = b""
        self._sound = f";audio_codecs={codecs}" + (f";mediaenc={srtp}" if srtp else "")
        self._sound += f";dtmfmode={dtmf}"
        self._write_settings(password or "", plays, answers=answers)

    def __enter__(self) -> Self:
        with (self.folder / "screen.txt").open("wb") as screen:
            self._process = subprocess.Popen(
                [BARESIP, "-4", "-f", str(self.folder)],
                stdin=subprocess.DEVNULL,
                stdout=screen,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
            )
        try:
            self._socket = self._connect()
            if self._registers:
                # The registration may have been made before we listened for it, so we ask.
                self._until(lambda: self._ask("reginfo"), "OK", "registration")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()  # baresip takes its binding away on SIGTERM
            try:
                self._process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(PATIENCE)
        if self._socket is not None:
            self._socket.close()

    def dial(self, number: str) -> None:
        """Call a number of the server."""
        self._ask("dial", f"sip:{number}@{self.server[0]}:{self.server[1]}{self._by}")

    def answer(self) -> None:
        """Take the call that rings."""
        self._ask("accept")

    def press(self, key: str) -> None:
        """Press one key."""
        self._ask("sndcode", key)

    def transfer(self, number: str) -> None:
        """Send the other party on."""
        self._ask("transfer", f"sip:{number}@{self.server[0]}:{self.server[1]}{self._by}")

    def hang_up(self) -> None:
        """End or refuse the call."""
        self._ask("hangup")

    def wait_for(self, kind: str, *, within: float = PATIENCE, after: int = 0) -> dict[str, Any]:
        """Wait for CALL_INCOMING, CALL_ESTABLISHED, CALL_CLOSED, ... (baresip's own names)."""
        limit = time.monotonic() + within
        while True:
            for event in self.events[after:]:
                if event.get("type") == kind:
                    return event
            if time.monotonic() > limit:
                raise PhoneFault(
                    f"baresip {self.user}: no {kind} within {within} s; {self.events}\n{self.screen()}"
                )
            self._read(0.1)

    def recording(self) -> Path:
        """The WAV file of what the phone heard in its last call (whole once the call has ended)."""
        return max(self.folder.glob("dump-*-dec.wav"), key=lambda path: path.stat().st_mtime)

    @property
    def _by(self) -> str:
        return ";transport=tls" if self._ca is not None else ""

    def _write_settings(self, password: str, plays: Path, *, answers: bool) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        modules = next(Path("/usr/lib").glob("**/baresip/modules"))
        media = free_ports(10, address=self.address)
        lines = [
            f"sip_listen {self.address}:{self.port}",
            f"module_path {modules}",
            f"snd_path {self.folder}",
        ]
        lines += [f"ctrl_tcp_listen 127.0.0.1:{self._control}", f"rtp_ports {media[0]}-{media[-1]}"]
        lines += [f"audio_source aufile,{plays}", "audio_player aubridge,nil", "audio_alert aubridge,nil"]
        lines += [
            "net_interface 127.0.0.1",
            "ausrc_srate 8000",
            "auplay_srate 8000",
            "ausrc_channels 1",
            "auplay_channels 1",
        ]
        lines += ["ausrc_format s16", "auplay_format s16", "rtcp_mux no", "call_local_timeout 120"]
        if self._ca is not None:
            lines.append(f"sip_cafile {self._ca}")
        for name in MODULES:
            kind = "module_app" if name in {"account", "menu", "ctrl_tcp"} else "module"
            lines.append(f"{kind} {name}.so")
        (self.folder / "config").write_text("\n".join(lines) + "\n")
        (self.folder / "contacts").write_text("")
        host, port = self.server
        account = (
            f"<sip:{self.user}@{host}:{port}{self._by}>;auth_user={self.user};auth_pass={password or 'none'}"
        )
        account += self._sound
        account += f";answermode={'auto' if answers else 'manual'};regint={300 if self._registers else 0}"
        (self.folder / "accounts").write_text(account + "\n")

    def _connect(self) -> socket.socket:
        limit = time.monotonic() + PATIENCE
        while True:
            try:
                return socket.create_connection(("127.0.0.1", self._control), timeout=1)
            except OSError:
                if time.monotonic() > limit:
                    raise PhoneFault(f"baresip does not start:\n{self.screen()}") from None
                time.sleep(0.05)

    def _until(self, ask: Any, wanted: str, what: str) -> None:
        limit = time.monotonic() + PATIENCE
        while wanted not in (said := ask()):
            if time.monotonic() > limit:
                raise PhoneFault(f"baresip {self.user}: no {what}: {said}\n{self.screen()}")
            time.sleep(0.05)

    def _ask(self, command: str, parameters: str = "") -> str:
        assert self._socket is not None
        body = json.dumps({"command": command, "params": parameters, "token": "t"}).encode()
        mark = len(self.events)
        self._socket.sendall(b"%d:%s," % (len(body), body))
        limit = time.monotonic() + PATIENCE
        while time.monotonic() < limit:
            for event in self.events[mark:]:
                if event.get("response"):
                    return str(event.get("data", ""))
            self._read(0.1)
        raise PhoneFault(f"baresip {self.user}: no reply to {command}\n{self.screen()}")

    def _read(self, timeout: float) -> None:
        assert self._socket is not None
        self._socket.settimeout(timeout)
        try:
            self._pending += self._socket.recv(65536)
        except TimeoutError:
            return
        while b":" in self._pending:
            size, rest = self._pending.split(b":", 1)
            if len(rest) <= int(size):
                return
            self.events.append(json.loads(rest[: int(size)]))
            self._pending = rest[int(size) + 1 :]

    def screen(self) -> str:
        """The end of what it has said."""
        path = self.folder / "screen.txt"
        return path.read_text(errors="replace")[-2000:] if path.exists() else ""
