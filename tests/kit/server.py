"""A real `centralita serve` in a process of its own, on free ports, with a folder of its own for settings and state."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from tests.kit.ports import free_port, free_ports

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROOT = Path(__file__).resolve().parents[2]
KEY_FILE = "api-key"
PROGRAM = Path(sys.executable).with_name("centralita")
SOUNDS = ROOT / "build" / "test-prompts"
START = 180.0  # seconds until `ready`, the very first time, when nobody has made the prompts yet
STOP = 20.0
RTP_PORTS = 400
LINGERING = (
    "transactions",
    "timers",
    "connections_refused",  # these two are counted from the start
    "handshakes_failed",
)  # the first two stay 32 s after their last message (RFC 3261 timers H, J and L: 64*T1)


class ServerFault(AssertionError):
    """The server did not do what every test takes for granted."""


def wait_until(done: Callable[[], bool], what: str, *, within: float) -> None:
    """Look again and again until it is so; raise after `within` seconds."""
    limit = time.monotonic() + within
    while not done():
        if time.monotonic() > limit:
            raise ServerFault(f"not within {within} s: {what}")
        time.sleep(0.02)


class Server:
    """One node."""

    def __init__(self, folder: Path, *, centre: Path, address: str = "127.0.0.1") -> None:
        """`folder` will hold settings, state and logs; config/ and sip_profiles/ of `centre` are copied into it."""
        self.folder = folder
        self.config = folder / "config"
        self.state = folder / "state"
        self.sip = (address, free_port(address=address))
        self.http = ("127.0.0.1", free_port())
        self.rtp = free_ports(RTP_PORTS, address=address)
        self.environment: dict[str, str] = {}
        """What this node and its commands find there besides ours."""
        self._runs = 0
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copytree(centre / "config", self.config)
        shutil.copytree(centre / "sip_profiles", folder / "sip_profiles")
        _lend_wording(folder / "prompts")
        self.state.mkdir(exist_ok=True)
        (self.state / "prompts").symlink_to(_sounds_made_already())

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """The process id of the run in progress."""
        return self._running().pid

    @property
    def is_running(self) -> bool:
        """Whether a run is in progress."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it (again) and wait for the line `ready`."""
        self._runs += 1
        command = [str(PROGRAM), "serve", *self._places()]
        command += ["--sip", _joined(self.sip), "--http", _joined(self.http)]
        command += ["--rtp-ports", f"{self.rtp[0]}-{self.rtp[-1]}"]
        with self._output("out").open("wb") as out, self._output("err").open("wb") as err:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                cwd=ROOT,
                env={**os.environ, **self.environment},
            )
        try:
            wait_until(self._is_ready, f"{' '.join(command)} says ready", within=START)
        except BaseException:
            if self.is_running:
                self.kill()
            raise

    def wait_for_end(self, *, within: float = STOP) -> int:
        """Wait until the process has left and return its exit code."""
        return self._running().wait(within)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the server, and to nothing else."""
        self._running().send_signal(number)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.signal(signal.SIGKILL)
        self.wait_for_end()

    def close(self) -> None:
        """Stop it by SIGTERM, twice where calls hold it up, and by force where that does not help."""
        if self._process is None or self._process.poll() is not None:
            return
        self.signal(signal.SIGTERM)
        try:
            self.wait_for_end()
        except subprocess.TimeoutExpired:
            self.kill()
            raise ServerFault(f"SIGTERM did not end the server:\n{self.output()[-3000:]}") from None

    def set_password(self, account: str, password: str) -> None:
        """Give a phone's account a password, as an administrator does."""
        words = ("agent", "password", account, "--stdin", *self._places())
        done = self.run(*words, given=password + "\n")
        if done.returncode:
            raise ServerFault(f"{' '.join(words)}: {done.stderr}")

    def run(
        self, *words: str, within: float = 30.0, given: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run another command of the program."""
        return subprocess.run(
            [str(PROGRAM), *words],
            input=given,
            capture_output=True,
            text=True,
            timeout=within,
            cwd=ROOT,
            check=False,
            env={**os.environ, **self.environment, "COLUMNS": "200", "NO_COLOR": "1"},
        )

    def ask(self, path: str, *, method: str = "GET", body: Mapping[str, object] | None = None) -> Any:
        """Speak to the server's HTTP API and return the JSON of its answer."""
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"http://{_joined(self.http)}{path}", data=data, method=method)
        request.add_header("Content-Type", "application/json")
        request.add_header("Authorization", f"Bearer {(self.state / KEY_FILE).read_text().strip()}")
        try:
            with urllib.request.urlopen(request, timeout=15) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as refusal:
            with refusal:
                said = refusal.read().decode(errors="replace")
            raise ServerFault(f"{method} {path}: {refusal.code} {said}") from None

    def counters(self) -> dict[str, int]:
        """What the server holds at this moment."""
        found: dict[str, int] = self.ask("/api/v1/counters")
        return found

    def held(self) -> dict[str, int]:
        """What belongs to calls in progress (nothing, when there are none)."""
        return {name: count for name, count in self.counters().items() if count and name not in LINGERING}

    def wait_for_rest(self, *, within: float = 15.0, since: Mapping[str, int] | None = None) -> None:
        """Hold the server to having let go of everything of the calls `since` then."""
        known = since or {}
        limit = time.monotonic() + within
        while left := {name: count for name, count in self.held().items() if count > known.get(name, 0)}:
            if time.monotonic() > limit:
                raise ServerFault(f"still held {within} s after the last call: {left}")
            time.sleep(0.05)

    def output(self) -> str:
        """Everything that all runs wrote to stdout and stderr."""
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("serve-*.txt")))

    def files(self) -> list[Path]:
        """Every file that the server may have written."""
        return [
            path
            for path in self.folder.rglob("*")
            if path.is_file() and not path.is_symlink() and self.config not in path.parents
        ]

    def _places(self) -> list[str]:
        return ["--config", str(self.config), "--state", str(self.state)]

    def _is_ready(self) -> bool:
        if self._running().poll() is not None:
            raise ServerFault(f"the server left with {self._running().returncode}:\n{self.output()[-4000:]}")
        return any(line.startswith("ready") for line in self._output("out").read_text().splitlines())

    def _output(self, kind: str) -> Path:
        return self.folder / f"serve-{self._runs}-{kind}.txt"

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise ServerFault("the server has not been started")
        return self._process


def _lend_wording(folder: Path) -> None:
    """Wording and recordings, to be changed at will."""
    shutil.copytree(ROOT / "prompts", folder, ignore=shutil.ignore_patterns("made"))


def _sounds_made_already() -> Path:
    """Sounds are kept by content, so all servers of all runs can share those that set-up or another run has made."""
    SOUNDS.mkdir(parents=True, exist_ok=True)
    for made in (ROOT / "state" / "prompts").glob("*.wav"):
        if not (SOUNDS / made.name).exists():
            partial = SOUNDS / f"{made.name}.{os.getpid()}"
            shutil.copy(made, partial)
            partial.replace(SOUNDS / made.name)  # whole at once: another run may look on
    return SOUNDS


def _joined(address: tuple[str, int]) -> str:
    return f"[{address[0]}]:{address[1]}" if ":" in address[0] else f"{address[0]}:{address[1]}"
