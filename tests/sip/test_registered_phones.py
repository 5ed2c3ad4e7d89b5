"""What a registered phone costs in memory: binding, timer, flow and nonce, at a whole endpoint with real digest."""

from __future__ import annotations

import gc
import tracemalloc

from base.ids import SequenceIds
from cluster.memory import MemoryLocation
from sip.admission import ProfileAdmission
from sip.digest.credentials import HashedSecrets
from sip.digest.digest import authorize, strongest
from sip.flow import Flow
from sip.message import Response
from sip.parser import parse
from sip.profile import Account, ExternalProfile, InternalProfile, Profiles
from sip.qualify import QualifyPlan
from sip.registrar.registrar import BindingRegistrar
from sip.registrar.request import RegistrationLimits
from sip.stack import Stack
from sip.target import Target
from sip.values import NameAddr

PHONES = 800
LIMIT = 4_000
"""Octets for each."""
ASKING = 1_500
"""Octets more for one that is asked by OPTIONS."""
PASSWORD = "tangerine-Boat-42"
SERVER = ("192.0.2.1", 5060)


class Office:
    """One endpoint, and phones that register at it, each from an address of its own."""

    def __init__(self) -> None:
        self.names = [str(100_000 + number) for number in range(PHONES)]
        secrets = HashedSecrets()
        for name in self.names:
            secrets.set_password(name, "centralita", PASSWORD)
        internal = InternalProfile(realm="centralita", accounts={name: Account() for name in self.names})
        profiles = Profiles(internal, ExternalProfile(trunks=()))
        ids = SequenceIds()
        self.location = MemoryLocation()
        registrar = BindingRegistrar(self.location, internal.accounts.keys(), RegistrationLimits())
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

    def register(self, number: int, cseq: int) -> None:
        """Challenged and registered."""
        proof = authorize(
            strongest(self.send(number, cseq).headers("WWW-Authenticate")),
            method="REGISTER",
            uri="sip:centralita",
            user=self.names[number],
            password=PASSWORD,
            nc=1,
            cnonce="c0ffee",
        )
        assert self.send(number, cseq + 1, proof).status == 200

    def wait(self, seconds: float) -> None:
        """Let transactions of the past go."""
        self.now += seconds
        while (due := self.stack.next_timeout()) is not None and due <= self.now:
            self.stack.handle_timeout(now=due)
            self.stack.take_output()


def fill_caches() -> None:
    """What is remembered of texts has a bound; many phones share it, and it must not count for the few of a test."""
    for number in range(2100):
        NameAddr.parse(f"<sip:{number}@192.0.2.{number}>;tag=x").uri.address  # noqa: B018


def used() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def test_a_registered_phone_takes_less_than_four_kilobytes_and_asking_it_little_more() -> None:
    tracemalloc.start()
    try:
        fill_caches()
        office = Office()
        for number in range(20):
            office.register(number, 1)
        before = used()
        for number in range(20, PHONES):
            office.now += 0.01
            office.register(number, 1)
        office.wait(60.0)
        registered = (used() - before) / (PHONES - 20)
        for number, name in enumerate(office.names):
            target = Target(f"sip:{name}@10.0.0.1:5062", flow=office.flow(number))
            office.stack.qualify(f"phone {name}", target, QualifyPlan(), is_known_good=True, now=office.now)
        asked = (used() - before) / (PHONES - 20)
    finally:
        tracemalloc.stop()
    assert len(office.location.accounts()) == PHONES
    assert registered < LIMIT
    assert asked - registered < ASKING


def test_refreshing_for_a_day_takes_no_more_memory() -> None:
    office = Office()
    for number in range(20):
        office.register(number, 1)
    office.wait(60.0)
    tracemalloc.start()
    try:
        sizes = []
        for turn in range(1, 21):
            for number in range(20):
                office.register(number, 10 * turn)
            office.wait(200.0)
            sizes.append(used())
    finally:
        tracemalloc.stop()
    assert sizes[-1] < sizes[9] + 20 * 500
