"""What people do with callbacks, and what a restart leaves of them, in virtual time."""

from __future__ import annotations

import pytest

from routing.callbacks.callback import CallbackRefused, Missed, Refused, UnknownCallback
from routing.callbacks.settings import DAY, HOUR, QueueCallbacks
from tests.routing.callbacks.floor import NOON, NUMBER, Floor, rules

# --- people ---


def test_people_cancel_what_is_open_and_nothing_else() -> None:
    floor = Floor()
    floor.promise()
    floor.dial("1")
    floor.book.cancel("1", "joe", now=floor.now)
    floor.hear()
    assert floor.withdrawn == ["k1"], "the customer's phone stops ringing"
    assert (floor.state("1"), floor.tells[-1].data["by"]) == ("cancelled", "joe")
    floor.book.missed("1", Missed.FAILED, now=floor.now)
    assert floor.state("1") == "cancelled", "what its contact still says changes nothing"
    with pytest.raises(CallbackRefused):
        floor.book.cancel("1", "joe", now=floor.now)
    with pytest.raises(UnknownCallback):
        floor.book.cancel("2", "joe", now=floor.now)


def test_people_hurry_a_try_and_reopen_what_was_given_up() -> None:
    floor = Floor(QueueCallbacks(tries=2, window=HOUR))
    floor.promise()
    floor.dial("1")
    floor.book.missed("1", Missed.NO_ANSWER, now=floor.now)
    assert floor.book.hurry("1", "joe", now=floor.now).state.value == "due"
    floor.dial("1")
    floor.book.missed("1", Missed.NO_ANSWER, now=floor.now)
    assert floor.state("1") == "failed"
    floor.wait(3 * HOUR)
    again = floor.book.hurry("1", "joe", now=floor.now)
    assert (again.state.value, again.latest, again.counted) == ("due", floor.now + HOUR, 0)
    with pytest.raises(CallbackRefused):
        floor.book.hurry("1", "joe", now=floor.now)


def test_two_of_the_same_number_are_not_reopened() -> None:
    floor = Floor()
    floor.promise()
    floor.book.cancel("1", "joe", now=floor.now)
    floor.promise()
    with pytest.raises(CallbackRefused):
        floor.book.hurry("1", "joe", now=floor.now)


def test_what_ended_long_ago_is_forgotten() -> None:
    floor = Floor()
    floor.promise()
    floor.book.cancel("1", "joe", now=floor.now)
    floor.wait(31 * DAY)
    assert floor.book.all() == ()


# --- restarts ---


def test_a_call_under_way_at_a_crash_is_made_again_only_when_that_phone_is_silent() -> None:
    floor = Floor()
    floor.promise()
    floor.dial("1")
    floor.restarted()
    assert floor.state("1") == "retry"
    assert floor.book.find("1").tries[-1].result is Missed.FAILED
    floor.wait(89)
    assert floor.enter() == []
    floor.wait(60)
    assert floor.enter() == ["1"]


@pytest.mark.parametrize("state", ["waiting", "due", "reserved", "connected", "cancelled"])
def test_everything_else_stands_as_it_was(state: str) -> None:
    floor = Floor()
    floor.promise(earliest=NOON + HOUR if state == "waiting" else None)
    floor.enter()
    if state == "reserved":
        floor.book.reserved("1", "ana", now=floor.now)
    elif state == "connected":
        floor.dial("1")
        floor.book.connected("1", "ana", now=floor.now)
    elif state == "cancelled":
        floor.book.cancel("1", "joe", now=floor.now)
    floor.restarted()
    after = {"reserved": "due", "connected": "kept"}.get(state, state)
    assert floor.state("1") == after
    assert floor.book.find("1").contact == ""


def test_promises_whose_window_ended_while_the_server_was_away_are_broken_at_its_start() -> None:
    floor = Floor(QueueCallbacks(window=HOUR))
    floor.promise()
    floor.now += 2 * HOUR
    floor.restarted()
    assert floor.state("1") == "expired"
    assert floor.told()[-1] == "expired"


def test_limits_of_a_day_outlive_a_restart() -> None:
    floor = Floor(with_rules=rules(per_day=1))
    floor.promise()
    floor.book.cancel("1", "joe", now=floor.now)
    floor.restarted()
    with pytest.raises(CallbackRefused) as found:
        floor.promise()
    assert found.value.reason is Refused.TOO_MANY


# --- erasure ---


def test_who_is_erased_is_called_no_more_and_nothing_is_kept() -> None:
    floor = Floor()
    floor.promise()
    floor.promise("+34600111222")
    floor.dial("1")
    assert floor.book.forget({NUMBER}, None, "erasure", now=floor.now) == 1
    floor.hear()
    assert floor.withdrawn == ["k1"]
    assert [each.number for each in floor.book.all()] == ["+34600111222"]
    assert floor.book.standing(NUMBER, "people") is None
    assert floor.book.forget({NUMBER}, None, "erasure", now=floor.now) == 0
    floor.wait(40 * DAY)


def test_one_client_company_forgets_its_own_callbacks_and_none_in_which_people_speak() -> None:
    floor = Floor()
    floor.promise()
    floor.dial("1")
    floor.book.connected("1", "ana", now=floor.now)
    assert floor.book.forget({NUMBER}, None, "erasure", now=floor.now) == 0
    floor.book.over("1", now=floor.now)
    assert floor.book.forget({NUMBER}, "nobody", "erasure", now=floor.now) == 0
    assert floor.book.forget({NUMBER}, floor.book.find("1").wish.client, "erasure", now=floor.now) == 1
