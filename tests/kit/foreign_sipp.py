"""sipp: plays one scenario file against an address, or as the far end of one, and says how it went."""

from __future__ import annotations

import csv
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tests.kit.ports import free_port, free_ports
from tests.kit.sipp_messages import read_messages

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.kit.sipp_messages import Message

SIPP = shutil.which("sipp") or "/usr/bin/sipp"
LONGEST_SILENCE = 20.0  # seconds after which a message that a scenario waits for is taken as never coming
GRACE = 15.0  # seconds beyond the scenario's own limit before sipp itself is taken to hang


class ScenarioFailed(AssertionError):
    """What came over the wire is not what the scenario's file expects."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """How many calls went as the scenario says, and sipp's own counts of trouble."""

    succeeded: int
    failed: int
    retransmissions: int
    unexpected: int


@dataclass(slots=True)
class Scenario:
    """One run of sipp. With `remote` it calls; without, it waits to be called on `local`."""

    file: Path
    folder: Path
    remote: tuple[str, int] | None = None
    dial: str = "nobody"
    address: str = "127.0.0.1"
    port: int = field(default_factory=free_port)
    caller: str = "600100200"
    password: str = ""
    calls: int = 1
    rate: int = 10
    limit: float = 20.0
    retransmits: bool = True
    transport: str = "u1"  # or t1, all calls over one TCP connection, and tn, a connection for each
    keys: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    """Of the scenario's global variables."""
    at_once: int | None = None
    """How many of the calls; all unless given."""
    rows: Sequence[Sequence[str]] = ()
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        """Start sipp without waiting for its end."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._path("screen").open("wb") as screen:
            self._process = subprocess.Popen(
                self._arguments(),
                stdin=subprocess.DEVNULL,
                stdout=screen,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
            )
        if self.remote is None:
            self._wait_until_it_listens()
        return self

    def finish(self) -> Statistics:
        """Wait for the end; raise with the wire's trace where the scenario failed."""
        assert self._process is not None
        try:
            code = self._process.wait(self.limit + GRACE)
        except subprocess.TimeoutExpired:
            self.stop()
            raise ScenarioFailed(self._complaint("sipp does not end")) from None
        result = self._statistics()
        if code != 0 or result.succeeded != self.calls or result.failed:
            raise ScenarioFailed(self._complaint(f"sipp left with {code}: {result}"))
        return result

    def run(self) -> Statistics:
        """Start and finish."""
        return self.start().finish()

    def stop(self) -> None:
        """End sipp by force (a far end that is no longer needed)."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait(GRACE)

    def messages(self) -> list[Message]:
        """What went over the wire so far."""
        path = self._path("messages")
        return read_messages(path.read_text(errors="replace")) if path.exists() else []

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _arguments(self) -> list[str]:
        media = free_ports(6, address=self.address)
        words = [SIPP, "-sf", str(self.file), "-i", self.address, "-p", str(self.port), "-s", self.dial]
        words += [
            "-t",
            self.transport,
            "-m",
            str(self.calls),
            "-r",
            str(self.rate),
            "-l",
            str(self.at_once or self.calls),
        ]
        words += ["-mi", self.address, "-mp", str(media[0])]
        words += [
            "-max_socket",
            "1000",
            "-nostdin",
            "-timeout",
            f"{self.limit:.0f}s",
            "-timeout_error",
            "-trace_err",
        ]
        words += ["-recv_timeout", f"{min(self.limit, LONGEST_SILENCE) * 1000:.0f}"]
        words += [
            "-error_file",
            str(self._path("errors")),
            "-trace_msg",
            "-message_file",
            str(self._path("messages")),
        ]
        words += ["-trace_stat", "-stf", str(self._path("statistics")), "-fd", "1"]
        words += ["-key", "caller", self.caller, "-au", self.caller, "-ap", self.password]
        for name, value in self.keys.items():
            words += ["-key", name, value]
        for name, value in self.values.items():
            words += ["-set", name, value]
        if not self.retransmits:
            words.append("-nr")
        if self.rows:
            words += ["-inf", str(self._write_rows())]
        if self.remote is not None:
            host, port = self.remote
            words.append(f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
        return words

    def _write_rows(self) -> Path:
        path = self._path("rows")
        with path.open("w", newline="") as out:
            out.write("SEQUENTIAL\n")
            csv.writer(out, delimiter=";").writerows(self.rows)
        return path

    def _path(self, kind: str) -> Path:
        return self.folder / f"{self.file.stem}-{self.port}-{kind}.txt"

    def _statistics(self) -> Statistics:
        path = self._path("statistics")
        lines = path.read_text().splitlines() if path.exists() else []
        if len(lines) < 2:
            return Statistics(0, self.calls, 0, 0)
        last = dict(zip(lines[0].split(";"), lines[-1].split(";"), strict=False))
        return Statistics(
            succeeded=int(last["SuccessfulCall(C)"]),
            failed=int(last["FailedCall(C)"]),
            retransmissions=int(last["Retransmissions(C)"]),
            unexpected=int(last["FailedUnexpectedMessage(C)"]),
        )

    def _wait_until_it_listens(self) -> None:
        wanted = f"{self.port:04X}"
        table = Path("/proc/net/udp" if self.transport[0] == "u" else "/proc/net/tcp")
        limit = time.monotonic() + 5
        while time.monotonic() < limit:
            sockets = table.read_text().splitlines()[1:]
            if any(line.split()[1].endswith(f":{wanted}") for line in sockets):
                return
            time.sleep(0.01)
        raise ScenarioFailed(self._complaint("sipp does not listen"))

    def _complaint(self, fault: str) -> str:
        parts = [f"{self.file.name}: {fault}"]
        for kind, size in (("screen", 800), ("errors", 3000), ("messages", 9000)):
            path = self._path(kind)
            if path.exists():
                parts.append(f"--- {kind}\n{path.read_text(errors='replace')[-size:]}")
        return "\n".join(parts)
