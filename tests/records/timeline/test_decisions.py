"""`centralita why`: what the distributor writes beside its events, told in words and tables; golden files."""

from __future__ import annotations

import io
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

from centralita.queues.why_table import print_stays
from records.reader import ContactRow, ContactTimeline, StoredEvent
from records.timeline.decisions import stays
from records.timeline.verdicts import PassedOver, asked, choice, passed_over
from routing.agents.tables import Status
from routing.commands import Record, RingAgent
from routing.distributor import Distributor
from routing.queues.entry import EntryJoin
from routing.reservations.reservation import ReservationResult
from routing.settings import AgentSettings, LeaveReason, QueueSettings, RoutingConfig
from routing.skills import Relaxation

if TYPE_CHECKING:
    from collections.abc import Mapping

EXPECTED = Path(__file__).resolve().parents[2] / "data" / "records"
BEGAN = 1_795_294_000.0


def staff(name: str, **given: Any) -> AgentSettings:
    """An available agent of queue `cards` who speaks Spanish."""
    known: dict[str, Any] = {"contact": f"sip:{name}@h", "queues": ("cards",), "skills": {"es": 3}}
    return AgentSettings(name, **(known | {"status": Status.AVAILABLE} | given))


class Centre:
    """A distributor whose records are kept as the ledger would keep them."""

    def __init__(self, *agents: AgentSettings, **queue: Any) -> None:
        cards = QueueSettings("cards", **({"requires": (("es", 2),)} | queue))
        centre = RoutingConfig({"cards": cards}, {each.id: each for each in agents})
        self.distributor = Distributor(centre, now=0.0)
        self.now = 0.0
        self.ringing: list[RingAgent] = []
        self._events: list[tuple[float, Record]] = []

    def at(self, now: float) -> Distributor:
        """The distributor when everything has happened that was due before this moment."""
        self.gather()
        while (due := self.distributor.next_timeout()) is not None and due <= now:
            self.now = due
            self.distributor.handle_timeout(now=due)
            self.gather()
        self.now = now
        return self.distributor

    def gather(self) -> None:
        for command in self.distributor.take_commands():
            if isinstance(command, Record):
                self._events.append((self.now, command))
            if isinstance(command, RingAgent):
                self.ringing.append(command)

    def join(self, contact: str, at: float, **given: Any) -> None:
        self.at(at).join(EntryJoin(contact, contact, "cards", **given), now=at)
        self.gather()

    def answers(self, agent: str, at: float) -> None:
        self.at(at - 1)
        call = self._call(agent)
        self.at(at - 1).reservation_ringing(call.reservation, now=at - 1)
        self.at(at).reservation_answered(call.reservation, now=at)
        self.gather()

    def refuses(self, agent: str, at: float) -> None:
        self.at(at)
        call = self._call(agent)
        self.at(at).reservation_failed(call.reservation, ReservationResult.REJECTED, now=at)
        self.gather()

    def _call(self, agent: str) -> RingAgent:
        self.gather()
        call = [each for each in self.ringing if each.agent == agent][-1]
        self.ringing.remove(call)
        return call

    def timeline(self, contact: str) -> ContactTimeline:
        self.gather()
        mine = [(at, each) for at, each in self._events if each.contact == contact]
        events = tuple(
            StoredEvent(n, BEGAN + at, None, each.type, each.data) for n, (at, each) in enumerate(mine, 1)
        )
        return ContactTimeline(contact_row(contact), (), events)


def contact_row(contact: str) -> ContactRow:
    blank: dict[str, Any] = dict.fromkeys(each.name for each in fields(ContactRow))
    return ContactRow(**(blank | {"id": contact, "started_at": BEGAN}))


def table(timeline: ContactTimeline) -> str:
    out = io.StringIO()
    print_stays(Console(file=out, width=110), stays(timeline))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def expect(name: str, told: str) -> None:
    assert told == (EXPECTED / f"why_{name}.txt").read_text("utf-8")


def busy_centre() -> Centre:
    """Agents in every state, and two free who differ in how long they have been idle."""
    made = Centre(
        staff("ana"),
        staff("ben"),
        staff("cyd", skills={"es": 1}),
        staff("dan", skills={"pl": 5}),
        staff("eva", status=Status.LOGGED_OUT),
        staff("fay", status=Status.NOT_READY),
        staff("gus", contact=None, account="gus"),
        staff("hal"),
        staff("ivy"),
        wrap_up=600.0,
    )
    for agent in ("ana", "ben", "ivy"):
        made.at(1).agent_status(agent, Status.NOT_READY, now=1)
    made.join("before", 2)
    made.answers("hal", 4)
    made.at(5).agent_status("fay", Status.NOT_READY, "lunch", now=5)
    made.at(6).agent_status("ivy", Status.AVAILABLE, now=6)
    made.join("other", 7)
    made.at(10).agent_status("ben", Status.AVAILABLE, now=10)
    made.at(22).agent_status("ana", Status.AVAILABLE, now=22)
    return made


def test_everybody_who_was_passed_over_is_named_with_the_reason() -> None:
    centre = busy_centre()
    centre.join("01WHY", 25, priority=2)
    centre.refuses("ben", 27)
    centre.answers("ben", 40)
    expect("chosen", table(centre.timeline("01WHY")))


def test_a_caller_who_got_nobody_is_told_of_too_with_what_was_relaxed() -> None:
    relax = (Relaxation(20, (("es", 1),)), Relaxation(40, (("es", None),)))
    centre = Centre(staff("ana", skills={"es": 0}), staff("hal"), relax=relax)
    centre.join("before", 1)
    centre.answers("hal", 3)
    centre.at(4).agent_status("ana", Status.NOT_READY, "lunch", now=4)
    centre.join("01WHY", 5, joined=-5.0)
    centre.at(60).leave("01WHY", LeaveReason.ABANDONED, now=60)
    expect("nobody", table(centre.timeline("01WHY")))


def test_with_ring_all_each_phone_has_its_decision_and_the_slower_are_let_go() -> None:
    centre = Centre(staff("ana"), staff("ben"), staff("cyd"), strategy="ring-all")
    centre.join("01WHY", 5)
    centre.answers("ben", 9)
    expect("ring_all", table(centre.timeline("01WHY")))


def test_a_caller_kept_for_an_agent_and_one_whom_an_agent_sent() -> None:
    centre = Centre(staff("ana"), staff("ben"), staff("hal"), sticky=30)
    centre.join("before", 1)
    centre.answers("ana", 3)
    centre.join("01KEPT", 5, sticky="ana")
    centre.at(12).bridge_ended("ana", now=12)
    centre.answers("ana", 15)
    centre.at(20).bridge_ended("ana", now=20)
    centre.join("01SENT", 25, avoid=frozenset({"hal"}))
    centre.answers("ben", 28)
    expect("kept", table(centre.timeline("01KEPT")) + table(centre.timeline("01SENT")))


def test_a_person_who_picks_is_named_as_such() -> None:
    centre = Centre(staff("ana"), staff("ben"), staff("cyd", queues=()), ring_timeout=60)
    centre.join("01WHY", 5)
    centre.at(8).pick("01WHY", "cyd", now=8)
    expect("picked", table(centre.timeline("01WHY")))


def test_several_at_once_are_said_to_have_been_assigned_together() -> None:
    """Both agents come free by one reload; who is due first would have taken the other's only agent."""
    settings = {"cards": QueueSettings("cards"), "loans": QueueSettings("loans")}
    everybody = {
        "ana": staff("ana", queues=("cards", "loans")),
        "ben": staff("ben", queues=("cards",)),
    }
    distributor = Distributor(RoutingConfig(settings, {}), now=0.0)
    distributor.join(EntryJoin("01WHY", "01WHY", "cards"), now=1)
    distributor.join(EntryJoin("other", "other", "loans"), now=2)
    distributor.reconfigure(RoutingConfig(settings, everybody), now=3)
    made = [each for each in distributor.take_commands() if isinstance(each, Record)]
    told = {str(each.data["agent"]): each.data for each in made if each.type == "reservation.created"}
    explained = told["ben"]["explained"]
    assert isinstance(explained, dict)
    assert choice(explained) == "one of 2 free, by the best assignment of all who waited"
    assert passed_over(explained) == (
        PassedOver("free, but went to another caller at the same moment", ("ana",)),
    )


@pytest.mark.parametrize(
    ("strategy", "chosen", "behind"),
    [
        ("best-skill", "first of 2 by best-skill: skill 5, idle 9.0 s", "less skilled: 3 < 5"),
        ("fewest-calls", "first of 2 by fewest-calls: 0 calls answered, idle 9.0 s", "has answered more calls: 1 > 0"),
        ("least-talk-time", "first of 2 by least-talk-time: talked 0.0 s, idle 9.0 s", "has talked 3.0 s longer"),
        ("round-robin", "first of 2 by round-robin: idle 9.0 s", "was rung more recently"),
        ("longest-idle", "first of 2 by longest-idle: idle 9.0 s", "idle 8.0 s less"),
    ],
)  # fmt: skip
def test_each_strategy_says_what_it_went_by(strategy: str, chosen: str, behind: str) -> None:
    """Ana had a call before; ben is idle since the beginning and more skilled."""
    centre = Centre(staff("ana"), staff("ben", skills={"es": 5}), strategy=strategy)
    centre.at(0).agent_status("ben", Status.NOT_READY, now=0)
    centre.join("before", 1)
    centre.answers("ana", 5)
    centre.at(6).agent_status("ben", Status.AVAILABLE, now=6)
    centre.at(8).bridge_ended("ana", now=8)
    centre.at(14).agent_busy_elsewhere("ana", busy=True, now=14)
    centre.at(14).agent_busy_elsewhere("ana", busy=False, now=14)
    centre.join("01WHY", 15)
    ((decision,),) = [stay.decisions for stay in stays(centre.timeline("01WHY"))]
    assert (decision.agent, decision.why) == ("ben", chosen)
    assert decision.passed_over == (PassedOver(behind, ("ana",)),)


def test_levels_and_preferred_skills_are_named_before_the_strategy() -> None:
    centre = Centre(
        staff("ana", skills={"es": 3, "pl": 4}),
        staff("ben", skills={"es": 3, "pl": 1}),
        staff("cyd", levels={"cards": 2}),
        prefers=("pl",),
    )
    centre.join("01WHY", 5)
    ((decision,),) = [stay.decisions for stay in stays(centre.timeline("01WHY"))]
    assert decision.why == "first of 3 by longest-idle: preferred skills 4, idle 5.0 s"
    assert decision.asked == "es 2; rather pl"
    assert decision.passed_over == (
        PassedOver("has less of what is preferred: 1 < 4", ("ben",)),
        PassedOver("level 2, asked after level 1", ("cyd",)),
    )


def test_who_has_declined_is_left_alone_for_a_while() -> None:
    centre = Centre(staff("ana"))
    centre.join("before", 1)
    centre.refuses("ana", 3)
    centre.join("01WHY", 4)
    (stay,) = stays(centre.timeline("01WHY"))
    assert stay.unserved == (PassedOver("left alone for a while: declined", ("ana",)),)


def test_of_a_very_large_queue_those_not_named_are_counted() -> None:
    centre = Centre(*(staff(f"a{number}") for number in range(300)))
    centre.join("01WHY", 5)
    ((decision,),) = [stay.decisions for stay in stays(centre.timeline("01WHY"))]
    assert sum(group.more for group in decision.passed_over) == 280
    assert sum(len(group.agents) for group in decision.passed_over) == 19


def test_a_contact_that_still_waits_has_no_end() -> None:
    centre = Centre()
    centre.join("01WHY", 5)
    (stay,) = stays(centre.timeline("01WHY"))
    assert (stay.left, stay.left_at, stay.decisions) == (None, None, ())
    assert "still waits" in table(centre.timeline("01WHY"))


def test_nothing_asked_is_said_in_words() -> None:
    assert asked({}) == "no skill"


_LEAVES: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(-9, 9), st.floats(), st.sampled_from(["ana", "idle", "es", "pick", "sticky"])
)  # fmt: skip
_KEYS = st.sampled_from(["ana", "es", "talking", "not_ready", "agent", "by", "rank", "idle", "lacking es"])
_ANYTHING = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3), max_leaves=6
)  # fmt: skip
_EXPLAINED = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        (
            "chosen", "idle", "ranks", "ranked_by", "others", "lacking", "requires", "reasons", "cut", "kept",
            "avoided", "strategy", "exclusive", "sticky", "prefers", "relaxed", "position", "waiting", "waited",
        ),
        _ANYTHING,
    ),
)  # fmt: skip
_KINDS = [
    "queue.joined",
    "queue.relaxed",
    "reservation.created",
    "reservation.ended",
    "queue.left",
    "later.type",
]


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=150)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(_KINDS),
            st.fixed_dictionaries(
                {}, optional={"explained": _EXPLAINED, "queue": _ANYTHING, "waited": _ANYTHING, "reason": _ANYTHING}
            ),
        ),
        max_size=4,
    )
)  # fmt: skip
def test_no_data_however_strange_breaks_the_table(events: list[tuple[str, Mapping[str, Any]]]) -> None:
    rows = tuple(StoredEvent(n, BEGAN + n, None, kind, data) for n, (kind, data) in enumerate(events, 1))
    assert table(ContactTimeline(contact_row("01WHY"), (), rows)) or not rows
