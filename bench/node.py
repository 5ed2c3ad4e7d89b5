"""A node under measurement: `centralita serve` with bench/config in a process of its own, on free ports."""

from __future__ import annotations

import contextlib
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    """A port nobody uses now, for UDP or for TCP."""
    while True:
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as found,
            socket.socket(socket.AF_INET, socket.SOCK_STREAM) as other,
        ):
            found.bind(("127.0.0.1", 0))
            port = int(found.getsockname()[1])
            with contextlib.suppress(OSError):
                other.bind(("127.0.0.1", port))
                return port


@contextlib.contextmanager
def node(
    *,
    rtp_ports: str = "40000-59999",
    config: Path = ROOT / "bench/config",
    prepare: Callable[[Path], None] = lambda state: None,
    http: int = 0,
) -> Iterator[tuple[int, tuple[str, int]]]:
    """Run one; gives its process id and SIP address. `prepare` is given the state folder before the start.

    `http` is the port of its HTTP side, for who wants to ask it; else some port.
    """
    state = Path(tempfile.mkdtemp(prefix="centralita-bench-"))
    prepare(state)
    port, http = free_port(), http or free_port()
    command = [
        str(ROOT / ".venv/bin/centralita"),
        "serve",
        *("--config", str(config), "--state", str(state)),
        *("--sip", f"127.0.0.1:{port}", "--http", f"127.0.0.1:{http}", "--rtp-ports", rtp_ports),
        *("--drain-limit", "1", "--log-level", "warning"),
    ]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        line = server.stdout.readline() if server.stdout else ""
        if not line.startswith("ready"):
            raise SystemExit(f"the node did not start: {line!r}")
        yield server.pid, ("127.0.0.1", port)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)
        shutil.rmtree(state, ignore_errors=True)
