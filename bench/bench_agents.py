"""CPU per call from a queue to an agent (both legs, relay, records on), and how soon the agent's phone is called.

.venv/bin/python bench/bench_agents.py [--rate 50] [--seconds 10] [--rounds 3] [--talk 1]
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import platform
import select
import socket
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parent))

from load import Load, Sound, cpu_seconds
from node import node

if TYPE_CHECKING:
    from multiprocessing.synchronize import Event

AGENTS = ("127.0.0.1", 5090)
_ANSWER = (
    "v=0\r\no=agent 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/AVP 0 101\r\n"
    "a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=ptime:20\r\n"
)


def answer(ready: Event, stop: Event, told: multiprocessing.Queue[dict[str, float]]) -> None:
    """Be all agents: answer at once, talk, let go; tell when each caller's INVITE came."""
    phone, sound, came = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), Sound(), dict[str, float]()
    phone.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    phone.bind(AGENTS)
    phone.settimeout(0.0)
    body = _ANSWER.format(port=sound.port)
    ready.set()
    while not stop.is_set():
        if not select.select([phone], [], [], min(0.02, sound.turn()))[0]:
            continue
        data, server = phone.recvfrom(8192)
        now, text = time.monotonic(), data.decode()
        method = text.split(" ", 1)[0]
        if method == "ACK":
            continue
        if method == "SIP/2.0":
            continue
        headers = [
            each for each in text.split("\r\n") if each.split(":")[0] in ("Via", "From", "Call-ID", "CSeq")
        ]
        to = next(each for each in text.split("\r\n") if each.startswith("To:"))
        call = next(each for each in headers if each.startswith("Call-ID:"))
        if method == "INVITE":
            to += ";tag=a" if ";tag=" not in to else ""
            came[
                next(each for each in headers if each.startswith("From:")).split("sip:")[1].split("@")[0]
            ] = now
            sound.begin(call, text)
            contact = f"Contact: <sip:agent@{AGENTS[0]}:{AGENTS[1]}>"
            more = [contact, "Content-Type: application/sdp", f"Content-Length: {len(body)}", "", body]
        else:
            sound.end(call)
            more = ["Content-Length: 0", "", ""]
        phone.sendto("\r\n".join(["SIP/2.0 200 OK", *headers, to, *more]).encode(), server)
    told.put(came)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rate", type=float, default=50, help="calls a second")
    parser.add_argument("--seconds", type=float, default=10, help="length of a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--talk", type=float, default=1.0, help="seconds that each call lasts")
    options = parser.parse_args()
    ready, stop = multiprocessing.Event(), multiprocessing.Event()
    told: multiprocessing.Queue[dict[str, float]] = multiprocessing.Queue()
    agents = multiprocessing.Process(target=answer, args=(ready, stop, told), daemon=True)
    agents.start()
    ready.wait(5)
    per_call, setup, failed, placed_at = [], [], 0, dict[str, float]()
    with node() as (pid, address):
        Load(address, "q", sound=Sound()).run(rate=20, seconds=1, hold=0.2)  # warm
        for _ in range(options.rounds):
            before, load = cpu_seconds(pid), Load(address, "q", sound=Sound())
            done = load.run(rate=options.rate, seconds=options.seconds, hold=options.talk)
            time.sleep(0.3)
            per_call.append((cpu_seconds(pid) - before) / max(done.ended, 1) * 1000)
            setup += done.setup
            failed += done.placed - done.ended
            placed_at = load.placed_at  # the agents' times are by caller too, so the last round is compared
    stop.set()
    came = told.get(timeout=5)
    delays = sorted(came[caller] - at for caller, at in placed_at.items() if caller in came)
    print(
        json.dumps(
            {
                "bench": "agents",
                "rate": options.rate,
                "talk_s": options.talk,
                "cpu_ms_per_call": {
                    "min": round(min(per_call), 2),
                    "median": round(statistics.median(per_call), 2),
                    "max": round(max(per_call), 2),
                },
                "invite_to_invite_ms": {
                    "median": round(statistics.median(delays) * 1000, 2),
                    "p99": round(delays[int(len(delays) * 0.99)] * 1000, 2),
                },
                "setup_ms_p99": round(sorted(setup)[int(len(setup) * 0.99)] * 1000, 2),
                "failed": failed,
                "machine": f"{platform.machine()}, Python {platform.python_version()}",
            }
        )
    )


if __name__ == "__main__":
    main()
