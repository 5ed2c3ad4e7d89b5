"""Who waits for whom: due times, relaxed skills, sticky and avoided agents, queues that nobody serves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from calls.destination import Menu
from routing.agents.tables import State, Status
from routing.distributor import Distributor
from routing.errors import CannotPick, NotInWrapUp
from routing.reservations.memory_store import MemoryStore
from routing.reservations.reservation import ReservationResult
from routing.settings import LeaveReason, Presence, QueueSettings, RoutingConfig, ServiceLevel
from routing.skills import Relaxation
from tests.routing.floor import (
    agent,
    centre,
    centre_of,
    join,
    left,
    pass_time,
    records,
    reservation,
    rung,
    stopped,
    talk,
)

if TYPE_CHECKING:
    from collections.abc import Collection

AWAY = Status.NOT_READY


def test_priority_is_worth_a_while_of_waiting_and_no_more() -> None:
    distributor = centre(agent("ana", status=AWAY), priority_step=60)
    join(distributor, "patient", now=0)
    join(distributor, "soon", now=59, priority=1)
    join(distributor, "late", now=61, priority=1)
    assert [distributor.position(each) for each in ("soon", "patient", "late")] == [1, 2, 3]


def test_between_clients_who_is_due_first_by_promise_and_weight_goes_first() -> None:
    queues = [
        QueueSettings("bank", service_level=ServiceLevel(within=20)),
        QueueSettings("shop", service_level=ServiceLevel(within=60)),
        QueueSettings("gold", service_level=ServiceLevel(within=60), weight=4),
    ]
    distributor = centre_of(queues, agent("ana", queues=("bank", "shop", "gold"), status=AWAY))
    join(distributor, "shop", now=0, queue="shop")
    join(distributor, "bank", now=30, queue="bank")
    join(distributor, "gold", now=31, queue="gold")
    got = []
    distributor.agent_status("ana", Status.AVAILABLE, now=32)
    for _ in range(3):
        commands = distributor.take_commands()
        got += [entry for entry, _ in rung(commands)]
        talk(distributor, commands, now=33)
        distributor.bridge_ended("ana", now=34)
    assert got == ["gold", "bank", "shop"]


def test_requirements_are_lowered_with_time_and_the_place_stays() -> None:
    steps = (
        Relaxation(30, (("cards", 2),)),
        Relaxation(60, (("cards", None),)),
    )
    distributor = centre(
        agent("ana", skills={"cards": 2}, status=AWAY), agent("ben", status=AWAY),
        requires=(("cards", 4),), relax=steps,
    )  # fmt: skip
    join(distributor, "first", now=0)
    join(distributor, "second", now=1)
    distributor.agent_status("ana", Status.AVAILABLE, now=2)
    distributor.agent_status("ben", Status.AVAILABLE, now=2)
    assert rung(pass_time(distributor, 29)) == []
    told = pass_time(distributor, 30)
    assert rung(told) == [("first", "ana")]
    (relaxed,) = records(told, "queue.relaxed")
    assert relaxed.data["requires"] == {"cards": 2}
    assert [distributor.position(each) for each in ("first", "second")] == [1, 2]
    talk(distributor, told, now=35)
    assert rung(pass_time(distributor, 61)) == [("second", "ben")]


def test_a_place_from_an_earlier_call_counts_and_so_does_its_waiting() -> None:
    distributor = centre(
        agent("ana", status=AWAY), requires=(("cards", 4),), relax=(Relaxation(30, (("cards", None),)),)
    )
    join(distributor, "stayed", now=50)
    join(distributor, "back", now=60, joined=10)
    assert distributor.position("back") == 1
    distributor.agent_status("ana", Status.AVAILABLE, now=61)
    assert rung(distributor.take_commands()) == [("back", "ana")]


def test_the_agent_who_knows_the_caller_is_waited_for_so_long_and_no_longer() -> None:
    distributor = centre(agent("ana"), agent("ben"), sticky=30)
    talk(distributor, join(distributor, "e1", now=0), now=1)
    assert rung(join(distributor, "e2", now=5, sticky="ana")) == []
    distributor.bridge_ended("ana", now=20)
    told = distributor.take_commands()
    assert rung(told) == [("e2", "ana")]
    talk(distributor, told, now=21)
    assert rung(join(distributor, "e3", now=25, sticky="ana")) == []
    assert rung(pass_time(distributor, 55)) == [("e3", "ben")]


@pytest.mark.parametrize("settings", [{"status": AWAY}, {"queues": ("other",)}, {"skills": {}}])
def test_who_cannot_be_had_soon_is_not_waited_for(settings: dict[str, object]) -> None:
    queues = [QueueSettings("q", sticky=30, requires=(("es", 1),)), QueueSettings("other")]
    given = {"skills": {"es": 3}} | settings
    distributor = centre_of(queues, agent("ana", **given), agent("ben", skills={"es": 1}))
    assert rung(join(distributor, "e1", now=0, sticky="ana")) == [("e1", "ben")]


def test_when_the_agent_who_is_waited_for_leaves_all_others_will_do() -> None:
    distributor = centre(agent("ana"), agent("ben"), sticky=300)
    talk(distributor, join(distributor, "e1", now=0), now=1)
    join(distributor, "e2", now=2, sticky="ana")
    distributor.agent_status("ana", AWAY, "lunch", now=3)
    assert rung(distributor.take_commands()) == [("e2", "ben")]


def test_who_sent_the_caller_here_is_not_asked_while_there_are_others() -> None:
    distributor = centre(agent("ana"), agent("ben"))
    avoided = frozenset({"ana"})
    told = join(distributor, "e1", now=0, avoid=avoided)
    assert rung(told) == [("e1", "ben")]
    talk(distributor, told, now=1)
    assert rung(join(distributor, "e2", now=1, avoid=avoided)) == []
    assert rung(pass_time(distributor, 61)) == [("e2", "ana")]


def test_the_only_agent_cannot_be_avoided() -> None:
    distributor = centre(agent("ana"))
    assert rung(join(distributor, "e1", now=0, avoid=frozenset({"ana"}))) == [("e1", "ana")]


def test_callers_leave_a_queue_that_nobody_serves_any_more() -> None:
    elsewhere = Menu("nobody")
    distributor = centre(
        agent("ana", status=AWAY, skills={"es": 1}), agent("ben"),
        leave_empty=Presence.LOGGED_IN, overflow={LeaveReason.LEAVE_EMPTY: elsewhere},
    )  # fmt: skip
    join(distributor, "es", now=0, requires=(("es", 1),))
    distributor.agent_status("ana", Status.LOGGED_OUT, now=5)
    assert left(pass_time(distributor, 14.9)) == []
    distributor.agent_status("ana", AWAY, now=14.95)
    assert left(pass_time(distributor, 100)) == []
    distributor.agent_status("ana", Status.LOGGED_OUT, now=100)
    assert left(pass_time(distributor, 110)) == [("es", "leave_empty")]


def test_who_joins_a_queue_that_nobody_serves_leaves_it_after_the_same_while() -> None:
    distributor = centre(agent("ana", status=Status.LOGGED_OUT), leave_empty=Presence.LOGGED_IN)
    join(distributor, "e1", now=0)
    assert left(pass_time(distributor, 10)) == [("e1", "leave_empty")]


def test_a_supervisor_may_move_callers_up_and_take_them_out() -> None:
    distributor = centre(agent("ana", status=AWAY))
    join(distributor, "e1", now=0)
    join(distributor, "e2", now=1)
    distributor.prioritise("e2", 3, now=2)
    assert distributor.position("e2") == 1
    assert [(each.entry, each.priority) for each in distributor.waiting("q", now=5)] == [("e2", 3), ("e1", 0)]
    distributor.take_commands()
    distributor.withdraw("e2", Menu("elsewhere"), now=6)
    assert left(distributor.take_commands()) == [("e2", "withdrawn")]


def test_an_agent_may_pick_a_caller_even_while_another_phone_rings_for_it() -> None:
    distributor = centre(agent("ana"), agent("ben", status=AWAY))
    first = reservation(join(distributor, "e1", now=0))
    distributor.pick("e1", "ben", now=1)
    told = distributor.take_commands()
    assert stopped(told) == {first: "rescinded"}
    assert rung(told) == [("e1", "ben")]
    with pytest.raises(CannotPick, match="ben is"):
        distributor.pick("e1", "ben", now=2)
    with pytest.raises(CannotPick, match="does not wait"):
        distributor.pick("e9", "ana", now=2)


def test_wrap_up_can_be_made_longer_while_it_lasts() -> None:
    distributor = centre(agent("ana"), wrap_up=10)
    with pytest.raises(NotInWrapUp):
        distributor.extend_wrap_up("ana", 30, now=0)
    talk(distributor, join(distributor, "e1", now=0), now=1)
    distributor.bridge_ended("ana", now=5)
    distributor.extend_wrap_up("ana", 30, now=6)
    assert distributor.agent("ana").wrap_up_until == 45
    pass_time(distributor, 44)
    assert distributor.agent("ana").state is State.WRAP_UP
    pass_time(distributor, 45)
    assert distributor.agent("ana").state is State.IDLE


def test_a_state_that_no_leg_bears_out_is_mended_and_told() -> None:
    distributor = centre(agent("ana"))
    talk(distributor, join(distributor, "e1", now=0), now=1)
    distributor.reconcile("ana", in_call=True, now=2)
    assert distributor.take_commands() == []
    distributor.reconcile("ana", in_call=False, now=3)
    (healed,) = records(distributor.take_commands(), "agent.healed")
    assert healed.data == {"agent": "ana", "was": "talking", "state": "idle"}


def test_a_reservation_may_stand_a_while_before_its_phone_rings() -> None:
    distributor = centre(agent("ana"), ring_timeout=20)
    held = reservation(join(distributor, "e1", now=0, lead=40))
    pass_time(distributor, 39)
    distributor.reservation_ringing(held, now=39)
    distributor.take_commands()
    assert stopped(pass_time(distributor, 58)) == {}
    assert stopped(pass_time(distributor, 59)) == {held: "no_answer"}


class Elsewhere(MemoryStore):
    """A store in which another node has just been quicker, for these agents."""

    def __init__(self, *taken: str) -> None:
        super().__init__()
        self.taken = set(taken)

    def reserve(self, reservation: str, *, entry: str, agent: str) -> bool:
        """Refuse once for each."""
        if agent in self.taken:
            self.taken.discard(agent)
            return False
        return super().reserve(reservation, entry=entry, agent=agent)


def test_an_agent_whom_another_node_has_taken_is_passed_over_and_asked_later() -> None:
    agents = {each.id: each for each in (agent("ana"), agent("ben"))}
    distributor = Distributor(
        RoutingConfig({"q": QueueSettings("q")}, agents), now=0, store=Elsewhere("ana", "ben")
    )
    assert rung(join(distributor, "e1", now=0)) == []
    assert rung(pass_time(distributor, 5)) == [("e1", "ana")]


def test_who_picks_and_is_taken_elsewhere_is_told_and_the_caller_waits_on() -> None:
    agents = {"ana": agent("ana", status=AWAY), "ben": agent("ben", status=AWAY)}
    distributor = Distributor(RoutingConfig({"q": QueueSettings("q")}, agents), now=0, store=Elsewhere("ana"))
    join(distributor, "e1", now=0)
    with pytest.raises(CannotPick, match="somebody else"):
        distributor.pick("e1", "ana", now=1)
    distributor.agent_status("ben", Status.AVAILABLE, now=2)
    assert rung(distributor.take_commands()) == [("e1", "ben")]


def test_the_wait_is_estimated_once_calls_have_been_handled() -> None:
    distributor = centre(agent("ana"))
    for number in range(12):
        talk(distributor, join(distributor, f"e{number}", now=100 * number), now=100 * number)
        distributor.bridge_ended("ana", now=100 * number + 60)
        distributor.take_commands()
    talk(distributor, join(distributor, "talks", now=2000), now=2000)
    join(distributor, "first", now=2001)
    join(distributor, "second", now=2002)
    assert distributor.estimate("first") == pytest.approx(60)
    assert distributor.estimate("second") == pytest.approx(120)
    assert distributor.estimate("gone") is None
    assert distributor.queue("q", now=2005).longest_wait == 4


class Slower(MemoryStore):
    """A store in which another node wins whatever is answered first here."""

    def __init__(self) -> None:
        super().__init__()
        self.lost = False

    def win(self, reservation: str) -> Collection[str] | None:
        """Refuse the first."""
        if self.lost:
            return super().win(reservation)
        self.lost = True
        return None


def test_a_caller_whom_the_store_gives_to_nobody_stays_in_line() -> None:
    config = RoutingConfig({"q": QueueSettings("q")}, {"ana": agent("ana"), "ben": agent("ben")})
    distributor = Distributor(config, now=0, store=Slower())
    first = reservation(join(distributor, "e1", now=0))
    assert not distributor.reservation_answered(first, now=1)
    told = distributor.take_commands()
    assert stopped(told) == {first: "lost_race"}
    ((_, again),) = rung(told)
    assert distributor.reservation_answered(reservation(told), now=2)
    assert distributor.agent(again).state is State.TALKING


def test_a_queue_that_is_taken_away_while_nobody_serves_it_leaves_no_deadline_behind() -> None:
    distributor = centre(agent("ana", status=Status.LOGGED_OUT), leave_empty=Presence.LOGGED_IN)
    join(distributor, "e1", now=0)
    distributor.reconfigure(RoutingConfig({}, {}), now=5)
    assert left(distributor.take_commands()) == [("e1", "closed")]
    assert left(pass_time(distributor, 100)) == []
    assert distributor.next_timeout() is None


def test_a_reload_that_changes_how_many_phones_ring_counts_for_who_waits() -> None:
    agents = {name: agent(name) for name in ("ana", "ben", "cyd")}
    slowly = {"q": QueueSettings("q", strategy="ring-progressively", progressive_delay=5, ring_timeout=60)}
    one = {"q": QueueSettings("q", strategy="linear", ring_timeout=60)}
    for before, after, more in ((one, slowly, 2), (slowly, one, 0)):
        distributor = Distributor(RoutingConfig(before, agents), now=0.0)
        assert len(rung(join(distributor, "e1", now=0))) == 1
        distributor.reconfigure(RoutingConfig(after, agents), now=1)
        assert len(rung([*distributor.take_commands(), *pass_time(distributor, 12)])) == more


def offering(distributor: Distributor) -> list[int]:
    """How many reservations each demand of the queue counts as its own."""
    return [each.offering for each in distributor._floor.queues["q"].demands.values()]


def test_a_phone_that_rings_counts_for_the_demand_that_its_caller_has_come_to() -> None:
    agents = agent("ana", skills={"pl": 9}), agent("ben", skills={"pl": 1})
    relax = (Relaxation(5.0, (("pl", 1),)),)
    distributor = centre(*agents, relax=relax, sticky=5.0, ring_timeout=60.0)
    first = reservation(join(distributor, "e1", now=0, requires=(("pl", 9),)))
    second = reservation(join(distributor, "e2", now=1, sticky="ben"))
    assert offering(distributor) == [0, 1], "the queue's own, and of those who ask for more"
    assert rung(pass_time(distributor, 10)) == []
    assert offering(distributor) == [1, 0, 1], "one more, of those who ask for less by now"
    for each in (first, second):
        distributor.reservation_failed(each, ReservationResult.REJECTED, now=11)
    assert offering(distributor) == [0, 0, 0]


def test_whoever_logs_out_in_a_call_has_no_wrap_up_after_it() -> None:
    distributor = centre(agent("ana"), wrap_up=30)
    talk(distributor, join(distributor, "e1", now=0), now=1)
    distributor.agent_status("ana", Status.LOGGED_OUT, now=2)
    distributor.bridge_ended("ana", now=3)
    found = distributor.agent("ana")
    assert (found.status, found.state, found.wrap_up_until) == (Status.LOGGED_OUT, State.IDLE, None)
