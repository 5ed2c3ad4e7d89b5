"""Calls in which anything may happen, as the program would tell them, and a crash at any time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from records import LedgerEvent
from records.ledger.recovery import Unclosed, interruptions
from tests.records.calls import BEGAN

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

AGENTS = ("ana", "eva", "ola")


class AnyCall:
    """One contact. Each deed moves the clock a little and tells what the program would tell."""

    def __init__(self, chance: Random, contact: str = "c1") -> None:
        self.chance, self.contact = chance, contact
        self.now = 0.0
        self.events: list[LedgerEvent] = []
        self.parties: list[str] = []
        self.count = 0
        self.holder: str | None = None
        self.caller = self.leg()
        self.tell(None, "contact.opened", ani="1", dnis="2", trunk="carrier")
        self.tell(self.caller, "leg.invited", role="caller", direction="in")
        self.tell(self.caller, "leg.answered", codec="PCMA")

    def leg(self) -> str:
        self.count += 1
        return f"{self.contact}-{self.count}"

    def tell(self, leg: str | None, kind: str, /, **data: object) -> None:
        self.now += self.chance.choice((0.0, 0.000_2, 0.01))
        self.events.append(LedgerEvent(BEGAN + self.now, self.contact, leg, kind, data))

    def pass_time(self) -> None:
        self.now += self.chance.choice((0.0, 0.5, 7.0, 61.0))

    # --- deeds ---

    def menu(self) -> None:
        if self.parties:
            return
        self.tell(self.caller, "menu.entered", menu="bank", step="main", version="v1")
        self.pass_time()
        if self.chance.random() < 0.5:
            self.tell(self.caller, "menu.noinput", menu="bank", step="main", count=1)
        self.tell(self.caller, "menu.left", menu="bank", step="main", destination="queue support")

    def queue(self) -> None:
        if self.parties:
            return
        name = self.chance.choice(("support", "sales"))
        self.tell(None, "queue.joined", queue=name, position=1, priority=0)
        for _ in range(self.chance.randrange(3)):
            self.pass_time()
            self.reserve(name, self.chance.choice(("no_answer", "rejected")))
        self.pass_time()
        if self.chance.random() < 0.7:
            answered = self.reserve(name, "answered")
            self.tell(None, "queue.left", queue=name, reason="answered", waited=1.0)
            self.meet(answered)
        else:
            self.tell(None, "queue.left", queue=name, reason="timeout", waited=1.0)

    def reserve(self, queue: str, result: str) -> str:
        agent = self.chance.choice(AGENTS)
        name = f"r{self.count}-{self.contact}"
        self.tell(None, "reservation.created", reservation=name, agent=agent, queue=queue)
        leg = self.ring(agent, answers=result == "answered")
        self.tell(
            None, "reservation.ended", reservation=name, agent=agent, queue=queue, result=result, ring=1.0
        )
        return leg

    def ring(self, agent: str | None, *, answers: bool) -> str:
        leg = self.leg()
        whose = {"role": "agent", "agent": agent} if agent else {"role": "external"}
        self.tell(leg, "leg.invited", direction="out", **whose)
        if self.chance.random() < 0.8:
            self.tell(leg, "leg.ringing")
        self.pass_time()
        if answers:
            self.tell(leg, "leg.answered", codec="PCMA")
        else:
            self.end(leg)
        return leg

    def end(self, leg: str) -> None:
        self.tell(leg, "leg.ended", ended_by="local", status=200, cause=16, reason="")

    def meet(self, *legs: str) -> None:
        self.parties = [self.caller, *legs]
        self.tell(None, "bridge.began", legs=list(self.parties))

    def part(self) -> None:
        self.tell(None, "bridge.ended", legs=list(self.parties))

    def phone_hold(self) -> None:
        if self.parties:
            leg = self.chance.choice(self.parties)
            self.tell(leg, "leg.held")
            self.pass_time()
            self.tell(leg, "leg.resumed")

    def hold(self) -> None:
        if len(self.parties) == 2:
            agent = self.parties[1]
            self.tell(agent, "hold.began", by="ana")
            self.part()
            self.pass_time()
            self.tell(agent, "hold.ended")
            self.tell(None, "bridge.began", legs=list(self.parties))

    def consult(self) -> None:
        if len(self.parties) != 2:
            return
        agent = self.parties[1]
        self.tell(agent, "consult.requested", by="ana", target="eva")
        self.part()
        other = self.ring(self.chance.choice((*AGENTS, None)), answers=True)
        self.tell(None, "bridge.began", legs=[agent, other])
        self.pass_time()
        result = self.chance.choice(("cancelled", "completed", "conference"))
        if result == "conference":
            self.tell(agent, "consult.ended", to="x", result=result)
            self.tell(None, "bridge.ended", legs=[agent, other])
            self.meet(agent, other)
            return
        self.tell(agent, "consult.ended", to="x", result=result)
        self.tell(None, "bridge.ended", legs=[agent, other])
        if result == "completed":
            self.tell(agent, "transfer.completed", to="x", to_leg=other)
            agent, other = other, agent
        self.end(other)
        self.meet(agent)

    def leave(self) -> None:
        """One of a conference goes; the bridge goes on."""
        if len(self.parties) > 2:
            gone = self.parties.pop()
            self.end(gone)
            self.tell(gone, "conference.left")

    def transfer(self) -> None:
        if len(self.parties) != 2:
            return
        agent = self.parties[1]
        self.tell(agent, "transfer.requested", by="ana", target="x", kind="blind")
        self.part()
        if self.chance.random() < 0.5:
            other = self.ring(self.chance.choice((*AGENTS, None)), answers=True)
            self.tell(agent, "transfer.completed", to="x", to_leg=other)
            self.end(agent)
            self.meet(other)
        else:
            self.tell(agent, "transfer.completed", to="queue sales")
            self.end(agent)
            self.parties = []

    # --- the end ---

    def close(self) -> None:
        """Somebody hangs up."""
        if self.parties:
            self.end(self.chance.choice(self.parties))
            self.part()
        ended = {each.leg for each in self.events if each.type == "leg.ended"}
        invited = [each.leg for each in self.events if each.type == "leg.invited"]
        for leg in invited:
            if leg not in ended and leg is not None:
                self.end(leg)
        self.tell(None, "contact.closed", outcome="answered", ended_by="caller", status=200, cause=16)
        last = self.events.pop()
        self.events.append(last._replace(data={**last.data, "length": last.ts - self.events[0].ts}))
        self.tell(self.caller, "leg.message", sent=True, summary="200 OK (BYE)")

    def crash(self) -> None:
        """The server stops, and says so when it comes back."""
        ended = {each.leg for each in self.events if each.type == "leg.ended"}
        legs = {each.leg for each in self.events if each.type == "leg.invited"} - ended
        last = round(self.events[-1].ts * 1e6)
        found = Unclosed(self.contact, last, tuple(sorted(str(each) for each in legs)))
        self.events += interruptions([found], now=self.events[-1].ts + 600).events


def any_call(chance: Random, contact: str = "c1") -> AnyCall:
    """A whole call; one in five ends with the server."""
    call = AnyCall(chance, contact)
    deeds: list[Callable[[], None]] = [
        call.menu, call.queue, call.queue, call.phone_hold, call.hold, call.consult, call.leave, call.transfer,
        call.pass_time,
    ]  # fmt: skip
    for _ in range(chance.randrange(12)):
        chance.choice(deeds)()
    if chance.random() < 0.2:
        del call.events[chance.randrange(1, len(call.events) + 1) :]
        call.crash()
    else:
        call.close()
    if chance.random() < 0.5:
        call.now += 30.0
        call.tell(None, "wrap_up.ended", agent="ana", queue="support", seconds=12.5)
    return call
