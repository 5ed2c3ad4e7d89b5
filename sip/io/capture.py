"""Copies of all SIP messages for people and tools outside: to a capture server (HEP) and into a file (pcap).

The loop only covers what is secret and hands the copy over; sockets that would wait drop, and the file has a thread
of its own. What was dropped is counted.
"""

from __future__ import annotations

import os
import re
import socket
import threading
import time
from collections import deque
from typing import TYPE_CHECKING

from sip.capture import hep, pcap
from sip.capture.redaction import redacted, without_cards

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sip.flow import Address, Flow

MOST_WAITING = 20_000
"""Records that may wait for the disk; more are dropped."""
LARGEST_FILE = 100 << 20
"""Octets after which a file is put aside and a new one begun; five are kept."""
_KEPT = 5
_PAUSE = 0.2
_CALL_ID = re.compile(rb"^(?:call-id|i)[ \t]*:[ \t]*([^\r\n]{1,256})", re.MULTILINE | re.IGNORECASE)


class Capture:
    """Takes every message that passes the endpoint."""

    def __init__(
        self,
        *,
        server: Address | None = None,
        agent: int = 0,
        file: Path | None = None,
        told: Callable[[str | None], None] | None = None,
        clean: Callable[[str], str] | None = None,
    ) -> None:
        """Open what is asked for; `told` hears, in a thread, why the file cannot be written, and None once it can.

        `clean` takes out of texts what must not be kept, and keeps their lengths: see without_cards.
        Raises OSError.
        """
        self._dropped = 0
        self._clean = clean
        self._agent = agent
        self._socket: socket.socket | None = None
        self._writer = PcapWriter(file, told) if file is not None else None
        if server is not None:
            family = socket.AF_INET6 if ":" in server[0] else socket.AF_INET
            self._socket = socket.socket(family, socket.SOCK_DGRAM)
            self._socket.settimeout(0)
            self._socket.connect(server)

    @property
    def dropped(self) -> int:
        """Copies that nobody got."""
        return self._dropped + (self._writer.lost if self._writer is not None else 0)

    def __call__(self, data: bytes, flow: Flow, *, sent: bool) -> None:
        """One message as it was on the wire."""
        shown, ts = redacted(data), time.time()
        if self._clean is not None:
            shown = without_cards(shown, self._clean)
        if self._socket is not None:
            call_id = _CALL_ID.search(data)
            correlation = call_id[1].decode("utf-8", "surrogateescape").strip() if call_id else ""
            packet = hep.packet(shown, flow, sent=sent, ts=ts, agent=self._agent, correlation=correlation)
            try:
                self._socket.send(packet)
            except OSError:  # full, or nobody listens there
                self._dropped += 1
        if self._writer is not None:
            ends = (flow.local, flow.remote) if sent else (flow.remote, flow.local)
            if not self._writer.add(pcap.record(shown, *ends, ts=ts)):
                self._dropped += 1

    def close(self) -> None:
        """Write what waits and let go. Blocks for the disk: not on the loop."""
        if self._socket is not None:
            self._socket.close()
        if self._writer is not None:
            self._writer.close()


class PcapWriter:
    """One capture file with its thread."""

    def __init__(self, path: Path, told: Callable[[str | None], None] | None = None) -> None:
        """Begin a file; an earlier one of that name is put aside. Raises OSError."""
        self.lost = 0
        """Records that the disk did not take."""
        self._path = path
        self._told = told
        self._failure: str | None = None
        self._waiting: deque[bytes] = deque()
        self._ending = threading.Event()
        self._size = 0
        self._turn_over()
        self._file = self._begin()
        self._thread = threading.Thread(target=self._run, name="capture", daemon=True)
        self._thread.start()

    def add(self, record: bytes) -> bool:
        """Hand a record over; False when too many wait already."""
        if len(self._waiting) >= MOST_WAITING:
            return False
        self._waiting.append(record)
        return True

    def close(self) -> None:
        """Write what waits and end."""
        self._ending.set()
        self._thread.join()
        os.close(self._file)

    def _run(self) -> None:
        while not self._ending.wait(_PAUSE):
            self._write()
        self._write()

    def _write(self) -> None:
        records = [self._waiting.popleft() for _ in range(len(self._waiting))]
        if not records:
            return
        try:
            self._append(records)
            if self._size >= LARGEST_FILE:
                self._turn_over()
                before, self._file = self._file, self._begin()
                os.close(before)
        except OSError as error:  # the disk is full: a capture is not worth a call
            self._tell(error.strerror or str(error))
        else:
            self._tell(None)

    def _tell(self, failure: str | None) -> None:
        if failure != self._failure:
            self._failure = failure
            if self._told is not None:
                self._told(failure)

    def _append(self, records: list[bytes]) -> None:
        data = b"".join(records)
        left = data
        try:
            while left:
                left = left[os.write(self._file, left) :]
        except OSError:
            self.lost += len(records)
            # Half a record would make all that follow it unreadable.
            os.ftruncate(self._file, self._size)
            os.lseek(self._file, self._size, os.SEEK_SET)
            raise
        self._size += len(data)

    def _begin(self) -> int:
        # Who called whom is personal data: for this user only.
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        os.write(file, pcap.HEADER)
        self._size = len(pcap.HEADER)
        return file

    def _turn_over(self) -> None:
        """trace.pcap becomes trace.pcap.1, and so on; the oldest goes."""
        for number in range(_KEPT - 1, 0, -1):
            older = self._path.with_name(f"{self._path.name}.{number}")
            newer = self._path if number == 1 else self._path.with_name(f"{self._path.name}.{number - 1}")
            if newer.exists():
                newer.replace(older)
