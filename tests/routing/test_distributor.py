"""What becomes of callers and agents, case by case, in virtual time."""

from __future__ import annotations

import pytest

from calls.destination import Hangup, Menu
from routing.agents.tables import State, Status
from routing.commands import AgentChanged, ConnectAgent, Overflow, Record, StopRinging
from routing.errors import EntryAlreadyQueued, UnknownAgent, UnknownQueue
from routing.queues.entry import EntryJoin
from routing.reservations.reservation import ReservationResult
from routing.settings import LeaveReason, Presence, QueueSettings, RoutingConfig
from tests.routing.floor import agent, centre, join, records, reservation, rung, talk


def test_the_agent_idle_longest_is_rung_first() -> None:
    distributor = centre(agent("ana"), agent("ben"))
    talk(distributor, join(distributor, "e1", now=1), now=2)
    talk(distributor, join(distributor, "e2", now=3), now=4)
    distributor.bridge_ended("ben", now=10)
    distributor.bridge_ended("ana", now=20)
    assert rung(join(distributor, "e3", now=30)) == [("e3", "ben")]


def test_an_agent_without_the_skill_is_passed_over_and_the_record_says_so() -> None:
    distributor = centre(agent("ana", skills={"es": 2}), agent("ben", skills={"es": 4}))
    commands = join(distributor, "e1", now=5, requires=(("es", 3),))
    assert rung(commands) == [("e1", "ben")]
    (created,) = records(commands, "reservation.created")
    explained = created.data["explained"]
    assert isinstance(explained, dict)
    assert explained["lacking"] == {"es": {"ana": 2}}
    assert explained["idle"] == ["ben"]
    assert created.contact == "contact-e1"


def test_a_higher_priority_goes_before_an_earlier_arrival() -> None:
    distributor = centre(agent("ana", status=Status.NOT_READY))
    join(distributor, "early", now=1)
    join(distributor, "urgent", now=2, priority=1)
    distributor.agent_status("ana", Status.AVAILABLE, now=3)
    assert rung(distributor.take_commands()) == [("urgent", "ana")]


def test_a_phone_that_rings_out_sets_its_agent_not_ready_and_the_next_one_rings() -> None:
    distributor = centre(agent("ana"), agent("ben"), ring_timeout=20)
    first = reservation(join(distributor, "e1", now=0))
    distributor.handle_timeout(now=19.9)
    assert distributor.take_commands() == []
    distributor.handle_timeout(now=20)
    commands = distributor.take_commands()
    assert StopRinging(first, ReservationResult.NO_ANSWER) in commands
    assert AgentChanged("ana", Status.NOT_READY, State.IDLE, "ring_no_answer") in commands
    assert rung(commands) == [("e1", "ben")]


@pytest.mark.parametrize(
    ("result", "delay"),
    [(ReservationResult.REJECTED, 5), (ReservationResult.BUSY, 10), (ReservationResult.FAILED, 5)],
)
def test_a_refusal_leaves_the_agent_alone_for_a_while(result: ReservationResult, delay: float) -> None:
    distributor = centre(agent("ana"))
    first = reservation(join(distributor, "e1", now=0))
    distributor.reservation_failed(first, result, now=1)
    assert rung(distributor.take_commands()) == []
    assert distributor.next_timeout() == 1 + delay
    distributor.handle_timeout(now=1 + delay)
    assert rung(distributor.take_commands()) == [("e1", "ana")]


def test_an_unreachable_phone_takes_its_agent_offline_until_the_retry() -> None:
    distributor = centre(agent("ana"))
    distributor.reservation_failed(
        reservation(join(distributor, "e1", now=0)), ReservationResult.UNREACHABLE, now=1
    )
    assert distributor.agent("ana").state is State.DEVICE_OFFLINE
    distributor.handle_timeout(now=31)
    assert rung(distributor.take_commands()) == [("e1", "ana")]


def test_an_unreachable_phone_that_registers_again_is_tried_at_once() -> None:
    distributor = centre(agent("ana", contact=None, account="101"))
    assert rung(join(distributor, "e1", now=0)) == []
    distributor.device_reachable("ana", reachable=True, now=1)
    first = reservation(distributor.take_commands())
    distributor.reservation_failed(first, ReservationResult.UNREACHABLE, now=2)
    assert rung(distributor.take_commands()) == []
    distributor.device_reachable("ana", reachable=True, now=3)
    assert rung(distributor.take_commands()) == [("e1", "ana")]


def test_a_phone_whose_registration_goes_while_it_rings_frees_the_caller_for_the_next_agent() -> None:
    distributor = centre(agent("ana", contact=None, account="101"), agent("ben", status=Status.LOGGED_OUT))
    distributor.device_reachable("ana", reachable=True, now=0)
    first = reservation(join(distributor, "e1", now=1))
    distributor.agent_status("ben", Status.AVAILABLE, now=2)
    distributor.take_commands()
    distributor.device_reachable("ana", reachable=False, now=3)
    commands = distributor.take_commands()
    assert StopRinging(first, ReservationResult.UNREACHABLE) in commands
    assert rung(commands) == [("e1", "ben")]


def test_a_caller_who_leaves_while_a_phone_rings_stops_it_and_costs_the_agent_nothing() -> None:
    distributor = centre(agent("ana"), agent("ben"))
    first = reservation(join(distributor, "e1", now=5))
    distributor.leave("e1", LeaveReason.ABANDONED, now=9)
    commands = distributor.take_commands()
    assert StopRinging(first, ReservationResult.CALLER_LEFT) in commands
    assert [each.data["reason"] for each in records(commands, "queue.left")] == ["abandoned"]
    assert rung(join(distributor, "e2", now=10)) == [("e2", "ana")], "ana is still the one idle longest"


def test_an_answer_after_the_caller_left_loses() -> None:
    distributor = centre(agent("ana"))
    first = reservation(join(distributor, "e1", now=0))
    distributor.leave("e1", LeaveReason.ABANDONED, now=1)
    distributor.take_commands()
    distributor.reservation_answered(first, now=1.1)
    assert distributor.take_commands() == [StopRinging(first, ReservationResult.LOST_RACE)]
    assert distributor.agent("ana").state is State.IDLE


def test_an_answer_after_the_ring_timeout_loses_and_the_next_agent_wins() -> None:
    distributor = centre(agent("ana"), agent("ben"))
    first = reservation(join(distributor, "e1", now=0))
    distributor.handle_timeout(now=20)
    second = distributor.take_commands()
    distributor.reservation_answered(first, now=20.1)
    assert distributor.take_commands() == [StopRinging(first, ReservationResult.LOST_RACE)]
    assert ConnectAgent(reservation(second), "e1", "ben") in talk(distributor, second, now=21)


def test_an_agent_who_goes_not_ready_while_the_phone_rings_is_let_go() -> None:
    distributor = centre(agent("ana"), agent("ben"))
    first = reservation(join(distributor, "e1", now=0))
    distributor.agent_status("ana", Status.NOT_READY, "lunch", now=2)
    commands = distributor.take_commands()
    assert StopRinging(first, ReservationResult.RESCINDED) in commands
    assert rung(commands) == [("e1", "ben")]


def test_wrap_up_is_a_state_that_ends_by_itself() -> None:
    distributor = centre(agent("ana"), wrap_up=10)
    talk(distributor, join(distributor, "e1", now=0), now=1)
    distributor.bridge_ended("ana", now=60)
    assert AgentChanged("ana", Status.AVAILABLE, State.WRAP_UP, None, 70.0) in distributor.take_commands()
    assert rung(join(distributor, "e2", now=61)) == []
    distributor.handle_timeout(now=69)
    assert distributor.agent("ana").state is State.WRAP_UP
    distributor.handle_timeout(now=70)
    assert rung(distributor.take_commands()) == [("e2", "ana")]


def test_wrap_up_ends_when_the_agent_says_so_or_logs_out() -> None:
    distributor = centre(agent("ana"), wrap_up=10)
    talk(distributor, join(distributor, "e1", now=0), now=1)
    distributor.bridge_ended("ana", now=60)
    distributor.wrap_up_over("ana", now=61)
    assert distributor.next_timeout() is None
    talk(distributor, join(distributor, "e2", now=62), now=63)
    distributor.bridge_ended("ana", now=70)
    distributor.agent_status("ana", Status.LOGGED_OUT, now=71)
    assert distributor.agent("ana").state is State.IDLE
    assert distributor.next_timeout() is None


def test_a_phone_lost_during_a_call_takes_the_agent_offline_after_it() -> None:
    distributor = centre(agent("ana", contact=None, account="101"))
    distributor.device_reachable("ana", reachable=True, now=0)
    talk(distributor, join(distributor, "e1", now=1), now=2)
    distributor.device_reachable("ana", reachable=False, now=3)
    assert distributor.agent("ana").state is State.TALKING
    distributor.bridge_ended("ana", now=4)
    assert distributor.agent("ana").state is State.DEVICE_OFFLINE


def test_an_agent_on_a_call_of_another_kind_is_not_rung() -> None:
    distributor = centre(agent("ana"))
    distributor.agent_busy_elsewhere("ana", busy=True, now=0)
    assert rung(join(distributor, "e1", now=1)) == []
    distributor.agent_busy_elsewhere("ana", busy=False, now=2)
    assert rung(distributor.take_commands()) == [("e1", "ana")]


def test_a_call_of_another_kind_that_began_while_the_phone_rang_counts_afterwards() -> None:
    distributor = centre(agent("ana"))
    join(distributor, "e1", now=0)
    distributor.agent_busy_elsewhere("ana", busy=True, now=1)
    distributor.leave("e1", LeaveReason.ABANDONED, now=2)
    assert distributor.agent("ana").state is State.BUSY_ELSEWHERE


def test_saying_available_ends_a_rest_at_once() -> None:
    distributor = centre(agent("ana"))
    distributor.reservation_failed(
        reservation(join(distributor, "e1", now=0)), ReservationResult.REJECTED, now=1
    )
    distributor.take_commands()
    distributor.leave("e1", LeaveReason.ABANDONED, now=1)
    distributor.agent_status("ana", Status.AVAILABLE, now=2)
    assert distributor.next_timeout() is None
    assert rung(join(distributor, "e2", now=3)) == [("e2", "ana")]


def test_a_full_queue_turns_the_next_caller_to_its_overflow() -> None:
    elsewhere = Menu("full")
    distributor = centre(capacity=1, overflow={LeaveReason.FULL: elsewhere})
    join(distributor, "e1", now=0)
    assert Overflow("e2", elsewhere, LeaveReason.FULL) in join(distributor, "e2", now=1)
    assert distributor.position("e2") is None
    assert distributor.position("e1") == 1


@pytest.mark.parametrize(
    ("mode", "status", "let_in"),
    [
        (Presence.AWAY, Status.LOGGED_OUT, True),
        (Presence.LOGGED_IN, Status.LOGGED_OUT, False),
        (Presence.LOGGED_IN, Status.NOT_READY, True),
        (Presence.AVAILABLE, Status.NOT_READY, False),
        (Presence.AVAILABLE, Status.AVAILABLE, True),
    ],
)
def test_a_queue_may_ask_that_somebody_be_there(mode: Presence, status: Status, *, let_in: bool) -> None:
    distributor = centre(agent("ana", status=status), join_empty=mode)
    refused = [each for each in join(distributor, "e1", now=0) if isinstance(each, Overflow)]
    assert not refused if let_in else refused[0].reason is LeaveReason.JOIN_EMPTY


def test_a_caller_who_waited_too_long_overflows_and_the_default_hangs_up() -> None:
    distributor = centre(max_wait=60)
    join(distributor, "e1", now=0)
    distributor.handle_timeout(now=60)
    (overflow,) = [each for each in distributor.take_commands() if isinstance(each, Overflow)]
    assert isinstance(overflow.destination, Hangup)
    assert overflow.reason is LeaveReason.TIMEOUT


def test_the_longest_wait_does_not_cut_off_a_phone_that_rings_already() -> None:
    distributor = centre(agent("ana", status=Status.NOT_READY), max_wait=60, ring_timeout=20)
    join(distributor, "e1", now=0)
    distributor.agent_status("ana", Status.AVAILABLE, now=50)
    distributor.take_commands()
    distributor.handle_timeout(now=60)
    assert distributor.take_commands() == []
    distributor.handle_timeout(now=70)
    assert [each.reason for each in distributor.take_commands() if isinstance(each, Overflow)] == [
        LeaveReason.TIMEOUT
    ]


def test_a_call_leaves_its_whole_course_in_the_records() -> None:
    distributor = centre(agent("ana"))
    commands = join(distributor, "e1", now=0)
    distributor.reservation_ringing(reservation(commands), now=0.5)
    distributor.reservation_ringing(reservation(commands), now=0.7)
    commands += talk(distributor, commands, now=3)
    kinds = [each.type for each in commands if isinstance(each, Record) and each.contact == "contact-e1"]
    assert kinds == [
        "queue.joined", "reservation.created", "reservation.ringing", "reservation.ended", "queue.left",
    ]  # fmt: skip
    (ended,) = records(commands, "reservation.ended")
    assert (ended.data["result"], ended.data["ring"]) == ("answered", 2.5)
    (left,) = records(commands, "queue.left")
    assert (left.data["reason"], left.data["waited"]) == ("answered", 3)


def test_of_a_very_large_queue_the_first_of_each_kind_are_listed() -> None:
    distributor = centre(
        *(agent(f"a{number}") for number in range(300)), agent("off", status=Status.LOGGED_OUT)
    )
    (created,) = records(join(distributor, "e1", now=1), "reservation.created")
    explained = created.data["explained"]
    assert isinstance(explained, dict)
    assert explained["idle"] == [f"a{number}" for number in range(20)]
    assert explained["others"] == {"logged_out": ["off"]}
    assert explained["cut"] == {"idle": 280}


def test_requirements_never_asked_again_are_forgotten_without_losing_agents() -> None:
    distributor = centre(
        agent("ana", skills={f"s{number}": 5 for number in range(100)}, status=Status.NOT_READY)
    )
    for number in range(100):
        join(distributor, f"e{number}", now=number, requires=((f"s{number}", 1),))
        distributor.leave(f"e{number}", LeaveReason.ABANDONED, now=number)
    assert len(distributor._floor.queues["q"].demands) <= 33
    assert len(distributor._staff["ana"].demands) <= 33
    join(distributor, "last", now=200, requires=(("s0", 1),))
    distributor.take_commands()
    distributor.agent_status("ana", Status.AVAILABLE, now=201)
    assert rung(distributor.take_commands()) == [("last", "ana")]


def test_our_own_mistakes_are_refused() -> None:
    distributor = centre()
    join(distributor, "e1", now=0)
    with pytest.raises(EntryAlreadyQueued):
        join(distributor, "e1", now=1)
    with pytest.raises(UnknownQueue):
        distributor.join(EntryJoin("e2", "c", "nowhere"), now=1)
    with pytest.raises(UnknownAgent):
        distributor.agent_status("nobody", Status.AVAILABLE, now=1)


def test_another_configuration_keeps_places_reservations_and_calls() -> None:
    busy, gone = agent("ana"), agent("gone")
    distributor = centre(busy, gone, agent("ben"))
    talk(distributor, join(distributor, "talking", now=0), now=1)
    talk(distributor, join(distributor, "leaver", now=1), now=2)
    standing = reservation(join(distributor, "ringing", now=2))
    join(distributor, "first", now=3)
    join(distributor, "second", now=4)
    queue = QueueSettings("q", wrap_up=7)
    distributor.reconfigure(
        RoutingConfig({"q": queue}, {each.id: each for each in (agent("new"), agent("ben"), busy)}), now=5
    )
    assert rung(distributor.take_commands()) == [("first", "new")]
    assert distributor.position("second") == 3
    distributor.reservation_answered(standing, now=6)
    assert ConnectAgent(standing, "ringing", "ben") in distributor.take_commands()
    distributor.bridge_ended("gone", now=7)
    distributor.bridge_ended("ana", now=8)
    distributor.bridge_ended("ben", now=9)
    assert distributor.agent("ben").wrap_up_until == 16
    assert rung(distributor.take_commands()) == [("second", "ana")]
    distributor.reconfigure(RoutingConfig({"q": queue}, {"ana": busy}), now=10)
    with pytest.raises(UnknownAgent):
        distributor.agent("gone")
    assert [view.id for view in distributor.agents()] == ["ana"]
    assert distributor.next_timeout() == 28, "only the phone that rings has a deadline"


def test_callers_of_a_queue_that_is_gone_overflow_as_closed() -> None:
    distributor = centre(agent("ana"))
    first = reservation(join(distributor, "e1", now=0))
    join(distributor, "e2", now=1)
    distributor.reconfigure(RoutingConfig({}, {}), now=2)
    commands = distributor.take_commands()
    assert StopRinging(first, ReservationResult.RESCINDED) in commands
    assert {(each.entry, each.reason) for each in commands if isinstance(each, Overflow)} == {
        ("e1", LeaveReason.CLOSED),
        ("e2", LeaveReason.CLOSED),
    }
    assert distributor.next_timeout() is None


def test_a_phone_that_fails_each_call_is_asked_less_and_less_often() -> None:
    distributor, now, pauses = centre(agent("ana")), 0.0, []
    commands = join(distributor, "e1", now=now)
    for _ in range(9):
        distributor.reservation_failed(reservation(commands), ReservationResult.FAILED, now=now)
        due = distributor.next_timeout()
        assert due is not None
        pauses.append(due - now)
        now = due
        distributor.handle_timeout(now=now)
        commands = distributor.take_commands()
    assert pauses == [5, 10, 20, 40, 80, 160, 300, 300, 300]
    distributor.reservation_answered(reservation(commands), now=now)
    distributor.bridge_ended("ana", now=now)
    distributor.reservation_failed(
        reservation(join(distributor, "e2", now=now)), ReservationResult.FAILED, now=now
    )
    assert distributor.next_timeout() == now + 5


def test_an_agent_who_calls_somebody_is_rung_no_longer() -> None:
    distributor = centre(agent("ana"), agent("ben"))
    first = reservation(join(distributor, "e1", now=0))
    distributor.agent_busy_elsewhere("ana", busy=True, now=1)
    commands = distributor.take_commands()
    assert StopRinging(first, ReservationResult.RESCINDED) in commands
    assert rung(commands) == [("e1", "ben")]
    assert distributor.agent("ana").state is State.BUSY_ELSEWHERE


def test_an_agent_who_is_told_who_waits_has_more_time_than_the_phone_rings() -> None:
    distributor = centre(agent("ana"), ring_timeout=20)
    first = reservation(join(distributor, "e1", now=0))
    distributor.reservation_picked_up(first, 8.0, now=19)
    distributor.handle_timeout(now=26.9)
    assert distributor.agent("ana").reservation == first
    distributor.handle_timeout(now=27)
    assert StopRinging(first, ReservationResult.NO_ANSWER) in distributor.take_commands()
    distributor.reservation_picked_up(first, 8.0, now=28)  # too late: nothing stands any more
    assert distributor.agent("ana").reservation is None


def test_a_contact_refused_beforehand_is_sent_on_and_no_phone_rings() -> None:
    distributor = centre(agent("ana"))
    distributor.join(EntryJoin("e1", "c1", "q", refused=LeaveReason.CLOSED), now=0)
    commands = distributor.take_commands()
    assert rung(commands) == []
    assert [each.reason for each in commands if isinstance(each, Overflow)] == [LeaveReason.CLOSED]
