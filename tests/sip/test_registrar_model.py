"""The registrar against a plain model of RFC 3261 s.10.3 and RFC 5626 s.6: any order of any requests, same bindings."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from sip.flow import Flow
from tests.kit.desk import LIMITS, SERVER, Desk

CONTACTS = st.sampled_from([f"sip:1001@10.0.0.{number}" for number in range(5)])
CALL_IDS = st.sampled_from(["a", "b"])
CSEQS = st.integers(1, 6)
SOURCES = st.sampled_from([("192.0.2.10", 1), ("192.0.2.10", 2)])
EXPIRES = st.sampled_from([0, 30, 60, 90, 400, 100_000])


@dataclass
class Kept:
    """One binding as the model sees it."""

    contact: str
    source: tuple[str, int]
    ends: float
    call_id: str
    cseq: int
    since: float
    flow: int


class RegistrarModel(RuleBasedStateMachine):
    """What a registrar is, in a list."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk()
        self.now = 0.0
        self.kept: list[Kept] = []

    @rule(
        contact=CONTACTS,
        source=SOURCES,
        expires=EXPIRES,
        call_id=CALL_IDS,
        cseq=CSEQS,
        flow=st.integers(0, 2),
    )
    def register(
        self, contact: str, source: tuple[str, int], expires: int, call_id: str, cseq: int, flow: int
    ) -> None:
        self.now += 0.001  # no two at the same time, so that the oldest is known
        value = f"<{contact}>" + (f';+sip.instance="<urn:x>";reg-id={flow}' if flow else "")
        reply = self.desk.register(
            value,
            now=self.now,
            expires=str(expires),
            call_id=call_id,
            cseq=cseq,
            source=source,
            transport="TCP",
            headers=(("Supported", "outbound"),),
        )
        assert reply.status == self.expected(contact, source, expires, call_id, cseq, flow)

    def expected(
        self, contact: str, source: tuple[str, int], expires: int, call_id: str, cseq: int, flow: int
    ) -> int:
        self.expire()
        if 0 < expires < LIMITS.minimum:
            return 423
        same = [
            each
            for each in self.kept
            if (each.flow == flow if each.flow and flow else each.contact == contact)
        ]
        if any(each.call_id == call_id and each.cseq >= cseq for each in same):
            return 500
        self.kept = [each for each in self.kept if each not in same]
        if expires:
            ends = self.now + min(expires, LIMITS.maximum)
            self.kept.append(Kept(contact, source, ends, call_id, cseq, self.now, flow))
        self.kept = self.kept[-LIMITS.contacts :]
        return 200

    @rule(call_id=CALL_IDS, cseq=CSEQS)
    def unregister_all(self, call_id: str, cseq: int) -> None:
        self.expire()
        is_late = any(each.call_id == call_id and each.cseq >= cseq for each in self.kept)
        reply = self.desk.register("*", now=self.now, expires="0", call_id=call_id, cseq=cseq)
        assert reply.status == (500 if is_late else 200)
        if not is_late:
            self.kept = []

    @rule(source=SOURCES)
    def lose_connection(self, source: tuple[str, int]) -> None:
        self.expire()
        before = len(self.kept)
        self.kept = [each for each in self.kept if each.source != source]
        changes = self.desk.registrar.connection_lost(Flow("TCP", SERVER, source), self.now)
        assert len(changes) == (1 if len(self.kept) < before else 0)

    @rule(seconds=st.sampled_from([1.0, 31.0, 61.0, 4000.0]), is_told=st.booleans())
    def wait(self, seconds: float, *, is_told: bool) -> None:
        self.now += seconds
        if is_told:
            self.desk.registrar.handle_timeout(self.now)

    def expire(self) -> None:
        self.kept = [each for each in self.kept if each.ends > self.now]

    @invariant()
    def bindings_are_the_models(self) -> None:
        self.expire()
        found = self.desk.bindings(now=self.now)
        assert [(each.contact, each.flow.remote, each.reg_id, each.cseq) for each in found] == [
            (each.contact, each.source, each.flow, each.cseq) for each in reversed(self.kept)
        ]

    @invariant()
    def limits_hold(self) -> None:
        found = self.desk.bindings(now=self.now)
        assert len(found) <= LIMITS.contacts
        assert all(each.expires_at <= self.now + LIMITS.maximum for each in found)

    @invariant()
    def connections_are_known_while_a_binding_needs_them(self) -> None:
        for source in (("192.0.2.10", 1), ("192.0.2.10", 2)):
            is_used = any(each.source == source for each in self.kept)
            assert self.desk.registrar.lives_on(Flow("TCP", SERVER, source), self.now) == is_used

    def teardown(self) -> None:
        self.desk.registrar.handle_timeout(self.now + 10_000.0)
        assert self.desk.location.accounts() == ()
        assert self.desk.registrar.next_timeout() is None


TestRegistrarModel = RegistrarModel.TestCase
TestRegistrarModel.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
