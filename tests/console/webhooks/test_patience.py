"""How long a webhook that fails is tried."""

from __future__ import annotations

from dataclasses import replace

import pytest

from console.webhooks.patience import DEAD_IN_A_ROW, GIVE_UP, REFUSALS, judge, resumed
from console.webhooks.sending import Result, Sent
from records.moments import MICROSECONDS
from records.webhooks.book import Standing

NOW = 1_000_000.0
AT = round(NOW * MICROSECONDS)
BEGUN = Standing(10)


def sent(result: Result, wait: float | None = None) -> Sent:
    return Sent(result, result.name.lower(), 200, 0.1, wait)


def test_what_arrives_moves_it_on() -> None:
    failing = replace(BEGUN, upto=15, tries=3, failing_since=1, next_try=2, failure="x", dead_in_a_row=2)
    verdict = judge(failing, sent(Result.DELIVERED), 15, now=NOW, chance=lambda: 0.5)
    assert verdict.standing == Standing(15, delivered_at=AT)
    assert not verdict.is_dead


def test_pauses_double_up_to_an_hour_and_end_after_a_day() -> None:
    standing, now, pauses = BEGUN, NOW, list[int]()
    for _ in range(100):
        verdict = judge(standing, sent(Result.LATER), 15, now=now, chance=lambda: 0.5)
        standing = verdict.standing
        if verdict.is_dead:
            break
        assert (standing.cursor, standing.upto, standing.failing_since) == (10, 15, AT)
        assert standing.next_try is not None
        pauses.append(round(standing.next_try / MICROSECONDS - now))
        now = standing.next_try / MICROSECONDS
    assert pauses[:5] == [5, 10, 20, 40, 80]
    assert pauses[-1] == 3600
    assert GIVE_UP <= now - NOW <= GIVE_UP + 3600
    assert (standing.cursor, standing.upto, standing.tries) == (15, None, 0)
    assert standing.paused is not None
    assert "for a day" in standing.paused


@pytest.mark.parametrize(("chance", "pause"), [(0.0, 4.0), (0.999, 5.998)])
def test_chance_spreads_the_pauses(chance: float, pause: float) -> None:
    found = judge(BEGUN, sent(Result.LATER), 15, now=NOW, chance=lambda: chance).standing.next_try
    assert found == round((NOW + pause) * MICROSECONDS)


def test_a_receiver_may_ask_for_a_longer_pause() -> None:
    found = judge(BEGUN, sent(Result.LATER, 120.0), 15, now=NOW, chance=lambda: 0.5).standing.next_try
    assert found == AT + 120 * MICROSECONDS


def test_what_is_refused_again_and_again_is_given_up_and_the_next_is_tried() -> None:
    standing = BEGUN
    for tries in range(1, REFUSALS + 1):
        verdict = judge(standing, sent(Result.REFUSED), 15, now=NOW, chance=lambda: 0.5)
        assert verdict.is_dead is (tries == REFUSALS)
        standing = verdict.standing
    assert standing == Standing(15, failure="refused", dead_in_a_row=1)


def test_one_that_refuses_everything_is_paused() -> None:
    standing = replace(BEGUN, tries=REFUSALS - 1, failing_since=AT, dead_in_a_row=DEAD_IN_A_ROW - 1)
    verdict = judge(standing, sent(Result.REFUSED), 15, now=NOW, chance=lambda: 0.5)
    assert verdict.is_dead
    assert verdict.standing.paused is not None
    assert "in a row" in verdict.standing.paused


def test_one_that_is_gone_is_paused_and_loses_nothing() -> None:
    verdict = judge(BEGUN, sent(Result.GONE), 15, now=NOW, chance=lambda: 0.5)
    assert (verdict.is_dead, verdict.standing.cursor, verdict.standing.upto) == (False, 10, 15)
    assert verdict.standing.paused is not None
    again = resumed(verdict.standing)
    assert (again.paused, again.tries, again.cursor, again.upto) == (None, 0, 10, 15)
