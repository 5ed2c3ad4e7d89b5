"""A foreign phone in a process of its own: commands go in and events come out as lines of JSON.

It knows nothing of SIP: each foreign_<phone>.py has a worker side (run as a script in the child) and a driver side.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

PATIENCE = 20.0  # seconds a phone may take for anything that is not a call


class PhoneFault(AssertionError):
    """The foreign phone did not do, or did not see, what the test waits for."""


class ForeignProcess:
    """Starts a worker script, sends it commands and waits for its events."""

    def __init__(self, worker: Path, settings: Mapping[str, object], *, log: Path) -> None:
        self.name = str(settings.get("name", worker.stem))
        self.events: list[dict[str, Any]] = []
        self._changed = threading.Condition()
        self._log = log
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-W", "ignore", str(worker), json.dumps(settings)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                bufsize=1,
            )
        self._reader = threading.Thread(target=self._read, name=f"{self.name} events", daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def or_closed(self) -> Iterator[None]:
        """Leave no process behind where what stands in the block fails."""
        try:
            yield
        except BaseException:
            self.close()
            raise

    @property
    def pid(self) -> int:
        """The process id of the phone."""
        return self._process.pid

    def tell(self, command: str, **fields: object) -> None:
        """Send one command to the phone."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": command, **fields}) + "\n")
        self._process.stdin.flush()

    def wait_for(
        self, event: str, *, within: float = PATIENCE, after: int = 0, **match: object
    ) -> dict[str, Any]:
        """Return the first event of this name (and these fields) at or after position `after`; wait for it."""
        limit = time.monotonic() + within
        with self._changed:
            while True:
                for seen in self.events[after:]:
                    if seen["event"] == event and all(seen.get(key) == match[key] for key in match):
                        return seen
                left = limit - time.monotonic()
                if left <= 0 or (self._process.poll() is not None and not self._reader.is_alive()):
                    raise PhoneFault(self._complaint(event, match, within))
                self._changed.wait(min(left, 0.2))

    def saw(self, event: str, **match: object) -> bool:
        """Whether such an event has already come."""
        with self._changed:
            return any(
                seen["event"] == event and all(seen.get(key) == match[key] for key in match)
                for seen in self.events
            )

    def mark(self) -> int:
        """The present end of the event list, to wait only for what comes later."""
        with self._changed:
            return len(self.events)

    def forget(self) -> None:
        """Begin a new list of events."""
        with self._changed:
            self.events.clear()

    def kill(self) -> None:
        """End the phone without a word on the wire, as if its cable were pulled."""
        self._process.kill()
        self._process.wait(PATIENCE)
        self._close_pipes()

    def close(self) -> None:
        """Ask the phone to leave properly; kill it where it does not."""
        if self._process.poll() is None:
            try:
                self.tell("quit")
                self._process.wait(PATIENCE)
            except (BrokenPipeError, subprocess.TimeoutExpired):
                self._process.kill()
                self._process.wait(PATIENCE)
        self._close_pipes()

    def _close_pipes(self) -> None:
        self._reader.join(PATIENCE)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if not line.startswith("{"):
                continue  # a library's own chatter
            with self._changed:
                self.events.append(json.loads(line))
                self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    def _complaint(self, event: str, match: Mapping[str, object], within: float) -> str:
        tail = self._log.read_text(errors="replace")[-1500:] if self._log.exists() else ""
        seen = "\n  ".join(json.dumps(one) for one in self.events[-15:])
        return f"{self.name}: no event {event} {dict(match)} within {within} s; it saw\n  {seen}\nand said\n{tail}"


def report(event: str, **fields: object) -> None:
    """Worker side: tell the driver what happened."""
    sys.stdout.write(json.dumps({"event": event, **fields}) + "\n")
    sys.stdout.flush()
