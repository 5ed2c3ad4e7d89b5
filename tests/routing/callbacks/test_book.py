"""The book of callbacks in virtual time: windows, hours, places, tries, people and restarts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from routing.callbacks.callback import CallbackRefused, Missed, Refused
from routing.callbacks.do_not_call import ALL, DoNotCall, Listed
from routing.callbacks.settings import DAY, HOUR, QueueCallbacks
from tests.routing.callbacks.floor import NOON, NUMBER, Floor, rules

MOBILE, WARSAW, NEW_YORK, CANARIES = "+34600111222", "+48221234567", "+12125551234", "+34928123456"


def refused(floor: Floor, number: str = NUMBER, **wish: object) -> Refused:
    with pytest.raises(CallbackRefused) as found:
        floor.promise(number, **wish)
    assert str(found.value)
    return found.value.reason


# --- promises ---


def test_a_promise_is_due_at_once_and_kept_by_a_conversation() -> None:
    floor = Floor()
    floor.promise()
    assert floor.state("1") == "due"
    assert floor.dial("1")
    floor.wait(8)
    floor.book.connected("1", "ana", now=floor.now)
    floor.hear()
    assert floor.told() == ["promised", "due", "dialled", "kept"]
    kept = floor.tells[-1].data
    assert (kept["late"], kept["after"], kept["contact"], kept["agent"]) == (False, 8.0, "k1", "ana")
    floor.book.over("1", now=floor.now)
    assert floor.state("1") == "kept"
    assert floor.book.standing(NUMBER, "people") is None


def test_events_stand_in_the_record_of_the_contact_that_was_promised() -> None:
    floor = Floor()
    floor.promise(contact="c77")
    assert {each.contact for each in floor.tells} == {"c77"}
    assert floor.tells[0].data["number"] == NUMBER


def test_a_number_is_called_back_once_by_each_queue() -> None:
    floor = Floor()
    floor.promise()
    assert refused(floor, "911 222 333") is Refused.STANDING, "the same number, written otherwise"
    floor.promise(queue="cards")
    floor.book.cancel("1", "joe", now=floor.now)
    floor.promise()


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("anonymous", Refused.INVALID),
        ("112", Refused.INVALID),
        ("+34911", Refused.INVALID),
        ("+34803123456", Refused.PREMIUM),
        ("+34901123456", Refused.PREMIUM),  # shared cost
        ("+34701234567", Refused.PREMIUM),  # follow-me: costs what its owner likes, as pagers do
        ("+447012345678", Refused.PREMIUM),
        ("+442079460001", Refused.COUNTRY),
        ("+18765551234", Refused.COUNTRY),  # Jamaica: +1, and not the United States
    ],
)
def test_numbers_that_are_not_called_back(number: str, reason: Refused) -> None:
    floor = Floor()
    assert refused(floor, number) is reason
    assert floor.book.all() == ()


def test_the_centre_does_not_call_itself_back() -> None:
    floor = Floor(with_rules=rules(ours=frozenset({NUMBER})))
    assert refused(floor, NUMBER) is Refused.OURS
    assert floor.promise("+34911222334").state.value == "due"


def test_a_queue_that_is_none() -> None:
    assert refused(Floor(), queue="nobody") is Refused.UNKNOWN_QUEUE


def test_a_number_is_promised_only_so_often_a_day() -> None:
    floor = Floor(with_rules=rules(per_day=2))
    for _ in range(2):
        reference = floor.promise().id
        floor.book.cancel(reference, "joe", now=floor.now)
    assert refused(floor) is Refused.TOO_MANY
    floor.wait(DAY + 1)
    floor.promise()


def test_a_caller_asks_for_others_only_so_often_and_people_of_the_house_as_they_need() -> None:
    floor = Floor(with_rules=rules(per_day=2))
    for number in ("+34911222334", "+34911222335"):
        floor.promise(number, by=MOBILE)
    assert refused(floor, "+34911222336", by=MOBILE) is Refused.TOO_MANY
    for number in ("+34911222336", "+34911222337", "+34911222338"):
        floor.promise(number, by="ana", contact="")


# --- hours by the customer's clock ---


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("number", "asked", "called"),
    [
        (NUMBER, "2026-11-23 22:00", "2026-11-24 08:00"),  # 23:00 in Madrid: at 9:00 there
        (CANARIES, "2026-11-24 08:30", "2026-11-24 09:00"),  # an hour later than Madrid
        (MOBILE, "2026-11-24 08:30", "2026-11-24 09:00"),  # in either place: a good hour in both
        (MOBILE, "2026-11-24 20:30", "2026-11-25 09:00"),
        (WARSAW, "2026-11-24 07:00", "2026-11-24 08:00"),
        (NEW_YORK, "2026-11-24 10:00", "2026-11-24 14:00"),
    ],
)
def test_customers_are_called_by_their_own_clock(number: str, asked: str, called: str) -> None:
    floor = Floor(with_rules=rules("09:00-21:00"))
    floor.now = at(asked)
    assert floor.promise(number).earliest == at(called)
    assert floor.state("1") == "waiting"
    floor.wait(at(called) - floor.now - 1)
    assert floor.state("1") == "waiting"
    floor.wait(1)
    assert floor.state("1") == "due"


def test_one_that_waits_in_the_queue_leaves_it_when_the_hours_are_over_and_comes_back_in_the_morning() -> (
    None
):
    floor = Floor(QueueCallbacks(window=DAY), rules("09:00-21:00"))
    floor.promise()
    assert floor.enter() == ["1"]
    floor.wait(9 * HOUR)  # 21:00
    assert floor.state("1") == "waiting"
    assert floor.withdrawn == ["k1"]
    floor.wait(12 * HOUR)
    assert floor.state("1") == "due"
    assert floor.book.find("1").joined == NOON, "its place is that of the arrival"


def test_an_agent_who_is_free_a_moment_too_late_calls_nobody() -> None:
    floor = Floor(with_rules=rules("09:00-21:00"))
    floor.promise()
    floor.enter()
    floor.book.reserved("1", "ana", now=floor.now)
    floor.now += 9 * HOUR  # the timer has not fired yet
    assert not floor.book.may_dial("1", now=floor.now)
    assert floor.state("1") == "waiting"


def test_no_promise_is_made_that_must_be_broken() -> None:
    floor = Floor(with_rules=rules("09:00-21:00"))
    floor.now = at("2026-11-23 22:00")
    assert refused(floor, latest=floor.now + HOUR) is Refused.CLOSED


def test_a_follow_up_waits_for_its_time() -> None:
    floor = Floor()
    callback = floor.promise(contact="", by="ana", earliest=NOON + 3 * HOUR, agent="ana", case="C7")
    assert callback.earliest == NOON + 3 * HOUR
    floor.wait(3 * HOUR)
    assert floor.told() == ["promised", "due"]
    assert floor.tells[0].data["case"] == "C7"


# --- do-not-call ---


def test_who_is_on_the_list_is_neither_promised_nor_called() -> None:
    never = DoNotCall({ALL: [NUMBER]})
    assert refused(Floor(with_rules=rules(do_not_call=never))) is Refused.DO_NOT_CALL
    floor = Floor(with_rules=rules(do_not_call=(some := DoNotCall())))
    floor.promise()
    floor.enter()
    floor.book.reserved("1", "ana", now=floor.now)
    some.add(Listed(NUMBER, "bank", "joe", floor.now))
    assert not floor.book.may_dial("1", now=floor.now)
    floor.hear()
    assert floor.state("1") == "failed"
    assert floor.tells[-1].data["why"] == "do_not_call"
    assert floor.withdrawn == ["k1"]


def test_the_list_of_one_client_company_is_not_that_of_another() -> None:
    never = DoNotCall({"shop": [NUMBER]})
    floor = Floor(with_rules=rules(do_not_call=never))
    floor.promise()
    assert refused(floor, client="shop") is Refused.DO_NOT_CALL


def test_who_comes_onto_the_list_is_given_up_at_once() -> None:
    never = DoNotCall()
    floor = Floor(with_rules=rules(do_not_call=never))
    floor.promise()
    never.add(Listed(NUMBER, ALL, "joe", floor.now))
    floor.book.review(now=floor.now, number="+34911222334")
    assert floor.state("1") == "due", "another number's rules are others"
    floor.book.review(now=floor.now, number=NUMBER)
    assert floor.state("1") == "failed"


# --- places ---


def test_they_stand_in_the_queue_in_the_order_of_the_customers_arrival() -> None:
    floor = Floor()
    for index in range(5):
        floor.promise(f"+3491122233{index}", joined=NOON - index)
    assert floor.enter(room=2) == ["5", "4"]
    assert floor.enter(room=2) == [], "as many as there is room for"
    floor.book.reserved("5", "ana", now=floor.now)
    assert floor.enter(room=2) == ["3"]
    floor.promise("+34911222399", joined=NOON - 100)
    assert floor.enter(room=2) == ["6"], "who came first goes first, whatever stands there"


def test_who_asks_for_other_skills_takes_nobodys_place() -> None:
    floor = Floor()
    floor.promise("+34911222331", requires=(("lang_pl", 1),))
    floor.promise("+34911222332")
    assert sorted(floor.enter(room=1)) == ["1", "2"]


# --- tries ---


def test_each_cause_has_its_delay_and_tries_have_a_limit() -> None:
    floor = Floor(QueueCallbacks(tries=3, retry={each: 60.0 * (at + 1) for at, each in enumerate(Missed)}))
    floor.promise()
    for index, why in enumerate((Missed.BUSY, Missed.NO_ANSWER, Missed.UNREACHABLE)):
        assert floor.dial("1")
        floor.book.missed("1", why, now=floor.now)
        if index < 2:
            assert floor.state("1") == "retry"
            floor.wait(60.0 * (index + 1) - 1)
            assert floor.state("1") == "retry"
            floor.wait(1)
            assert floor.state("1") == "due"
    floor.hear()
    assert floor.state("1") == "failed"
    assert floor.told() == [
        "promised",
        "due",
        *["dialled", "missed", "due"] * 2,
        "dialled",
        "missed",
        "failed",
    ]
    assert [each.result for each in floor.book.find("1").tries] == [
        Missed.BUSY,
        Missed.NO_ANSWER,
        Missed.UNREACHABLE,
    ]
    assert {each.contact for each in floor.book.find("1").tries} == {"k1"}


def test_a_number_is_called_only_so_often_a_day() -> None:
    floor = Floor(QueueCallbacks(tries=9, window=5 * DAY), rules(per_day=2))
    floor.promise()
    first = floor.now
    for _ in range(2):
        assert floor.dial("1")
        floor.book.missed("1", Missed.BUSY, now=floor.now)
        floor.wait(300)
    assert not floor.dial("1")
    assert floor.book.find("1").not_before == first + DAY
    floor.wait(DAY)
    assert floor.dial("1")


def test_two_queues_do_not_call_the_same_customer_at_once() -> None:
    floor = Floor()
    floor.promise()
    floor.promise(queue="cards")
    assert floor.dial("1")
    assert not floor.dial("2")
    floor.book.connected("1", "ana", now=floor.now)
    floor.wait(60)
    assert not floor.dial("2")
    floor.book.over("1", now=floor.now)
    floor.wait(60)
    assert floor.dial("2")


def test_an_agent_who_is_lost_before_the_call_costs_no_try() -> None:
    floor = Floor()
    floor.promise()
    floor.enter()
    floor.book.reserved("1", "ana", now=floor.now)
    floor.book.released("1", now=floor.now)
    assert (floor.state("1"), floor.book.find("1").tries) == ("due", ())
    assert floor.book.find("1").contact == "k1", "it stands there still"


def test_a_queue_that_takes_nobody_is_asked_again_later() -> None:
    floor = Floor()
    floor.promise()
    floor.enter()
    floor.book.postponed("1", until=floor.now + 60, now=floor.now)
    floor.wait(59)
    assert floor.enter() == []
    floor.wait(1)
    assert floor.enter() == ["1"]


def test_a_promise_that_nobody_keeps_is_broken_at_the_end_of_its_window() -> None:
    floor = Floor(QueueCallbacks(window=HOUR))
    floor.promise()
    floor.enter()
    floor.wait(HOUR)
    assert floor.state("1") == "expired"
    assert floor.withdrawn == ["k1"]
    assert floor.told() == ["promised", "due", "expired"]


def test_an_agent_who_is_there_at_the_last_moment_keeps_it_late() -> None:
    floor = Floor(QueueCallbacks(window=HOUR))
    floor.promise()
    floor.wait(HOUR - 1)
    assert floor.dial("1")
    floor.wait(5)
    floor.book.connected("1", "ana", now=floor.now)
    floor.hear()
    assert floor.tells[-1].data["late"] is True
    assert floor.book.find("1").is_late
