"""How long a webhook that fails is tried, and when it is left alone: pure, so that a day passes in a test at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from console.webhooks.sending import Result
from records.moments import MICROSECONDS, stored

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.webhooks.sending import Sent
    from records.webhooks.book import Standing

FIRST_PAUSE = 5.0
LONGEST_PAUSE = 3_600.0
"""Seconds."""
GIVE_UP = 86_400.0
"""Seconds since the first failure, after which a delivery is given up and the webhook pauses."""
REFUSALS = 8
"""Tries of a delivery that the receiver does not want, over about ten minutes: its other side may just be mended."""
DEAD_IN_A_ROW = 5
"""Deliveries given up one after the other, after which nothing more is tried."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from one request."""

    standing: Standing
    is_dead: bool = False
    """The delivery is given up; `standing` is behind it."""


def judge(standing: Standing, sent: Sent, upto: int, *, now: float, chance: Callable[[], float]) -> Verdict:
    """What follows from a request for all up to a cursor. `now` is Unix time, `chance` draws from 0 to below 1."""
    at = stored(now)
    if sent.result is Result.DELIVERED:
        return Verdict(replace(cleared(standing, upto), dead_in_a_row=0, delivered_at=at))
    since = standing.failing_since if standing.failing_since is not None else at
    tries = standing.tries + 1
    if sent.result is Result.GONE:
        kept = replace(standing, upto=upto, tries=tries, failing_since=since, failure=sent.words)
        return Verdict(replace(kept, paused="it wants nothing any more (410)"))
    if at - since >= GIVE_UP * MICROSECONDS:
        paused = f"nothing arrived for a day: {sent.words}"
        return Verdict(_buried(standing, upto, sent.words, paused), is_dead=True)
    if sent.result is Result.REFUSED and tries >= REFUSALS:
        many = standing.dead_in_a_row + 1 >= DEAD_IN_A_ROW
        why = f"{DEAD_IN_A_ROW} deliveries in a row were refused: {sent.words}"
        return Verdict(_buried(standing, upto, sent.words, why if many else None), is_dead=True)
    pause = min(FIRST_PAUSE * 2 ** min(tries - 1, 20), LONGEST_PAUSE) * (0.8 + 0.4 * chance())
    due = at + stored(max(pause, sent.wait or 0.0))
    return Verdict(
        replace(standing, upto=upto, tries=tries, failing_since=since, next_try=due, failure=sent.words)
    )


def resumed(standing: Standing) -> Standing:
    """As if nothing had failed; what was to be delivered still is."""
    return replace(standing, paused=None, tries=0, failing_since=None, next_try=None, dead_in_a_row=0)


def cleared(standing: Standing, upto: int) -> Standing:
    """Behind a cursor, with nothing that failed."""
    return replace(standing, cursor=upto, upto=None, tries=0, failing_since=None, next_try=None, failure=None)


def _buried(standing: Standing, upto: int, words: str, paused: str | None) -> Standing:
    dead = standing.dead_in_a_row + 1
    return replace(cleared(standing, upto), dead_in_a_row=dead, failure=words, paused=paused)
