"""What registered phones cost: octets of memory each, and microseconds of CPU of one refresh with its digest.

Run alone: `python bench/bench_registrar.py`. Prints one JSON line. No sockets: octets into the stack and out of it.
"""

from __future__ import annotations

import gc
import json
import platform
import sys
import tracemalloc
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).parents[1]))

from base.io.clock import http_date
from base.io.ids import SystemIds
from cluster.memory import MemoryLocation
from sip.admission import ProfileAdmission
from sip.credentials import HashedSecrets
from sip.digest import authorize, strongest
from sip.flow import Flow
from sip.message import Response
from sip.parser import parse
from sip.profile import Account, ExternalProfile, InternalProfile, Profiles
from sip.qualify import QualifyPlan
from sip.registrar import BindingRegistrar, RegistrationLimits
from sip.stack import Stack
from sip.target import Target

PHONES = 20_000
REFRESHED = 4_000
ROUNDS = 3
PASSWORD = "tangerine-Boat-42"
SERVER = ("192.0.2.1", 5060)


class Bench:
    """One endpoint, and phones that register at it, each from an address of its own."""

    def __init__(self) -> None:
        self.names = [str(100_000 + number) for number in range(PHONES)]
        secrets = HashedSecrets()
        for name in self.names:
            secrets.set_password(name, "centralita", PASSWORD)
        internal = InternalProfile(realm="centralita", accounts={name: Account() for name in self.names})
        profiles = Profiles(internal, ExternalProfile(trunks=()))
        ids = SystemIds()
        self.location = MemoryLocation()
        registrar = BindingRegistrar(self.location, internal.accounts.keys(), RegistrationLimits(), http_date)
        admission = ProfileAdmission(profiles, secrets, ids)
        self.stack = Stack(ids, admission=admission, registrar=registrar)
        self.stack.listen("UDP", SERVER)
        self.now = 0.0

    def flow(self, number: int) -> Flow:
        return Flow("UDP", SERVER, (f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", 5062))

    def send(self, number: int, cseq: int, authorization: str = "") -> Response:
        """One REGISTER; its answer."""
        name, flow = self.names[number], self.flow(number)
        lines = [
            "REGISTER sip:centralita SIP/2.0",
            f"Via: SIP/2.0/UDP {flow.remote[0]}:5062;branch=z9hG4bK-{number}-{cseq};rport",
            "Max-Forwards: 70",
            f'From: "Phone {name}" <sip:{name}@centralita>;tag=t{number}',
            f"To: <sip:{name}@centralita>",
            f"Call-ID: 7f3c0a5e-{number:08d}-4b1d@phone.example",
            f"CSeq: {cseq} REGISTER",
            f"Contact: <sip:{name}@{flow.remote[0]}:5062;transport=udp>;q=0.9",
            "Expires: 300",
            "Supported: path, outbound",
            "User-Agent: Desk Phone 4.2.1",
            *([f"Authorization: {authorization}"] if authorization else []),
            "Content-Length: 0",
        ]
        self.stack.receive_datagram("\r\n".join([*lines, "", ""]).encode(), flow, now=self.now)
        (answer, _), *_ = self.stack.take_output()
        while self.stack.next_event() is not None:
            pass
        found = parse(answer)
        assert isinstance(found, Response)
        return found

    def answer_to(self, number: int, challenge: str, count: int) -> str:
        return authorize(
            challenge,
            method="REGISTER",
            uri="sip:centralita",
            user=self.names[number],
            password=PASSWORD,
            nc=count,
            cnonce="c0ffee",
        )

    def register(self, number: int, cseq: int) -> str:
        """Challenged and registered; the challenge, which may be used again."""
        challenge = strongest(self.send(number, cseq).headers("WWW-Authenticate"))
        assert self.send(number, cseq + 1, self.answer_to(number, challenge, 1)).status == 200
        return challenge

    def wait(self, seconds: float) -> None:
        """Let transactions of the past go."""
        self.now += seconds
        while (due := self.stack.next_timeout()) is not None and due <= self.now:
            self.stack.handle_timeout(now=due)
            self.stack.take_output()


def memory() -> dict[str, float]:
    """Octets for each registered phone, without and with being asked by OPTIONS."""
    bench = Bench()
    bench.register(0, 1)
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for number in range(PHONES):
        bench.now += 0.004
        bench.register(number, 10)
        if number % 500 == 0:
            bench.wait(0.0)
    bench.wait(40.0)
    gc.collect()
    registered = tracemalloc.get_traced_memory()[0] - before
    assert len(bench.location.accounts()) == PHONES
    for number, name in enumerate(bench.names):
        target = Target(f"sip:{name}@10.0.0.1:5062", flow=bench.flow(number))
        bench.stack.qualify(f"phone {name}", target, QualifyPlan(), is_known_good=True, now=bench.now)
    asked = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return {"octets_per_phone": registered // PHONES, "octets_with_qualify": asked // PHONES}


def refresh() -> dict[str, float]:
    """Microseconds of a refresh that uses its nonce again, and of one that is challenged first."""
    bench = Bench()
    challenges = [bench.register(number, 1) for number in range(REFRESHED)]
    told, again = [], []
    for turn in range(ROUNDS):
        bench.wait(60.0)
        answers = [bench.answer_to(number, each, turn + 2) for number, each in enumerate(challenges)]
        begun = process_time()
        for number, each in enumerate(answers):
            assert bench.send(number, 100 * turn + 10, each).status == 200
        again.append((process_time() - begun) / REFRESHED * 1e6)
        bench.wait(60.0)
        begun = process_time()
        for number in range(REFRESHED):
            bench.register(number, 100 * turn + 50)
        told.append((process_time() - begun) / REFRESHED * 1e6)
    return {"refresh_us": round(min(again), 1), "refresh_challenged_us": round(min(told), 1)}


if __name__ == "__main__":
    print(json.dumps({"python": platform.python_version(), "phones": PHONES, **memory(), **refresh()}))
