"""What the records cost: loop time of an append, the writer's CPU per event, and how many events a second it sustains.

Two phases into a fresh SQLite file, or the empty PostgreSQL database whose URL is given: paced as 100 calls a second
with 15 events each, then as fast as the queue takes them. All is sealed, chained and derived as in a centre. Prints one
JSON line.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import statistics
import tempfile
import threading
import time
from pathlib import Path

from records import Ledger, LedgerEvent
from records.personal.master_key import MasterKey

CALLS_A_SECOND = 100
PACED_SECONDS = 5
FLAT_OUT_CALLS = 6_000

_LADDER = ("INVITE sdp", "100 Trying (INVITE)", "200 OK (INVITE) sdp", "ACK", "BYE", "200 OK (BYE)")
_RTP = {
    "packets_in": 250,
    "bytes_in": 40_000,
    "packets_out": 250,
    "bytes_out": 40_000,
    "lost": 0,
    "jitter_ms": 0.31,
}


def call(number: int, at: float) -> list[LedgerEvent]:
    """The fifteen events of a self-service call."""
    contact, leg = f"01BENCH{number:019d}", f"01LEG{number:021d}"
    peer = "127.0.0.1:5071"

    def event(kind: str, **data: object) -> LedgerEvent:
        return LedgerEvent(at, contact, leg if kind.startswith("leg.") else None, kind, data)

    ladder = [
        event("leg.message", sent=bool(i % 2), peer=peer, summary=each) for i, each in enumerate(_LADDER)
    ]
    return [
        event("contact.opened", ani="34600111222", dnis="900100", profile="external", trunk="carrier"),
        event("leg.invited", role="caller", direction="in", peer=peer, sip_call_id=f"{number}-1@127.0.0.1"),
        *ladder[:2],
        event("contact.routed", client="bank", language="es"),
        event("leg.answered", codec="PCMA"),
        *ladder[2:4],
        event("menu.entered", menu="bank", step="main"),
        event("menu.prompt", menu="bank", step="main", segments=2),
        event("menu.left", menu="bank", step="main", destination="caller_hung_up"),
        ladder[4],
        event("leg.ended", ended_by="remote", status=200, cause=16, reason="", rtp=_RTP),
        event("contact.closed", outcome="answered", ended_by="remote", status=200, cause=16),
        ladder[5],
    ]


async def paced(ledger: Ledger) -> dict[str, float]:
    """A steady load: the calls begin evenly spread, each in two bursts."""
    appends: list[float] = []
    cpu, began = writer_cpu(), time.monotonic()
    calls = CALLS_A_SECOND * PACED_SECONDS
    for number in range(calls):
        await asyncio.sleep(max(0.0, began + number / CALLS_A_SECOND - time.monotonic()))
        events = call(number, time.time())
        before = time.perf_counter()
        for event in events:
            ledger.append(event)
        appends.append((time.perf_counter() - before) / len(events))
    await ledger.flush()
    return {
        "append_us_median": micro(statistics.median(appends)),
        "append_us_max": micro(max(appends)),
        "writer_cpu_us_per_event": micro((writer_cpu() - cpu) / (calls * 15)),
    }


async def flat_out(ledger: Ledger) -> dict[str, float]:
    """All at once: what the writer sustains while it has work."""
    events = [event for number in range(FLAT_OUT_CALLS) for event in call(1_000_000 + number, time.time())]
    cpu, began = writer_cpu(), time.perf_counter()
    for event in events:
        ledger.append(event)
    appended = time.perf_counter()
    await ledger.flush()
    return {
        "flat_out_append_us": micro((appended - began) / len(events)),
        "flat_out_events_per_s": round(len(events) / (time.perf_counter() - began)),
        "flat_out_writer_cpu_us_per_event": micro((writer_cpu() - cpu) / len(events)),
    }


def writer_cpu() -> float:
    """CPU seconds of the writer's thread so far."""
    thread = next(each for each in threading.enumerate() if each.name == "ledger")
    assert thread.ident is not None
    return time.clock_gettime(time.pthread_getcpuclockid(thread.ident))


def micro(seconds: float) -> float:
    """Seconds as microseconds."""
    return round(seconds * 1e6, 2)


async def measure(folder: Path, database: str | None) -> dict[str, float]:
    """Both phases on one ledger."""
    ledger = Ledger(
        database or folder / "ledger.db", spill=folder / "spill", master=MasterKey(b"bench" * 6 + b"ch")
    )
    ledger.start()
    try:
        return await paced(ledger) | await flat_out(ledger)
    finally:
        ledger.close()


def main() -> None:
    """Run, and print the figures with the machine they are of."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--database", help="URL of an empty PostgreSQL database")
    database = options.parse_args().database
    with tempfile.TemporaryDirectory() as folder:
        figures = asyncio.run(measure(Path(folder), database))
    machine = f"{platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}"
    print(
        json.dumps(
            {
                "bench": "records",
                "database": "postgresql" if database else "sqlite",
                **figures,
                "machine": machine,
            }
        )
    )


if __name__ == "__main__":
    main()
