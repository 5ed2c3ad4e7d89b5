"""The assignment of many to many against brute force, and large ones against the conditions of being the best."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.matching import assign
from routing.queues.ranking import Ranking

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Pairs = list[tuple[str, str]]


@dataclass
class Meeting:
    """Entries by due time and agents by rank."""

    waiting: Ranking = field(default_factory=Ranking)
    idle: Ranking = field(default_factory=Ranking)


def meeting(entries: Iterable[tuple[str, float]], agents: Sequence[str]) -> Meeting:
    made = Meeting()
    for entry, due in entries:
        made.waiting.add(entry, (due,))
    for rank, agent in enumerate(agents):
        made.idle.add(agent, (float(rank),))
    return made


def due_order(meetings: Sequence[Meeting]) -> list[tuple[str, Meeting]]:
    rows = [(row, number) for number, each in enumerate(meetings) for row in each.waiting.rows(1000)]
    return [(name, meetings[number]) for (_, name), number in sorted(rows)]


def total(meetings: Sequence[Meeting], pairs: Pairs) -> int:
    home = dict(due_order(meetings))
    return sum(home[entry].idle.position(agent) for entry, agent in pairs)


def best_of_all(meetings: Sequence[Meeting]) -> tuple[tuple[bool, ...], int]:
    """Who is served, by due order, and the least sum of places, found by trying everything."""
    entries = due_order(meetings)
    found = []
    for agents in product(*[[None, *home.idle] for _, home in entries]):
        given_to = [agent for agent in agents if agent is not None]
        if len(set(given_to)) == len(given_to):
            pairs = [
                (entry, agent) for (entry, _), agent in zip(entries, agents, strict=True) if agent is not None
            ]
            found.append((tuple(agent is None for agent in agents), total(meetings, pairs)))
    left_out, least = min(found)
    return tuple(not each for each in left_out), least


@st.composite
def small_meetings(draw: st.DrawFn) -> list[Meeting]:
    """Up to four demands, five entries with a few equal due times, and four agents."""
    agents = ["ana", "ben", "cyd", "dan"][: draw(st.integers(0, 4))]
    rankings = draw(st.lists(st.permutations(agents), min_size=1, max_size=4))
    cuts = [draw(st.integers(0, len(agents))) for _ in rankings]
    made = [meeting([], ranking[:cut]) for ranking, cut in zip(rankings, cuts, strict=True)]
    for number in range(draw(st.integers(0, 5))):
        home = draw(st.sampled_from(made))
        home.waiting.add(f"e{number}", (float(draw(st.integers(0, 3))),))
    return made


@given(small_meetings())
def test_nothing_is_better_than_the_assignment(meetings: list[Meeting]) -> None:
    pairs = assign(meetings)
    entries = due_order(meetings)
    agents = [agent for _, agent in pairs]
    assert len(set(agents)) == len(agents), "an agent got two entries"
    assert all(agent in dict(entries)[entry].idle for entry, agent in pairs)
    served = {entry for entry, _ in pairs}
    assert (tuple(entry in served for entry, _ in entries), total(meetings, pairs)) == best_of_all(meetings)


@given(small_meetings())
def test_pairs_come_in_due_order_and_the_demands_are_left_as_they_were(meetings: list[Meeting]) -> None:
    before = [(list(each.waiting), list(each.idle)) for each in meetings]
    served = [entry for entry, _ in assign(meetings)]
    assert served == [entry for entry, _ in due_order(meetings) if entry in served]
    assert [(list(each.waiting), list(each.idle)) for each in meetings] == before


@given(small_meetings())
def test_within_a_demand_the_entry_due_first_gets_the_agent_ranked_first(meetings: list[Meeting]) -> None:
    got = dict(assign(meetings))
    for each in meetings:
        places = [each.idle.position(got[entry]) for entry in each.waiting if entry in got]
        assert places == sorted(places)


@given(small_meetings(), st.lists(st.integers(1, 3), min_size=5, max_size=5))
def test_an_entry_with_room_for_several_phones_counts_as_several(
    meetings: list[Meeting], rooms: list[int]
) -> None:
    expanded = [Meeting(idle=each.idle) for each in meetings]
    for several, each in zip(expanded, meetings, strict=True):
        for key, entry in each.waiting.rows(5):
            for copy in range(rooms[int(entry[1:])]):
                several.waiting.add(f"{entry}{copy}", (*key, int(entry[1:]), copy))
    pairs = assign(meetings, lambda entry: rooms[int(entry[1:])])
    assert [entry for entry, _ in pairs] == [entry[:2] for entry, _ in assign(expanded)]
    assert total(meetings, pairs) == total(expanded, assign(expanded))
    assert len({agent for _, agent in pairs}) == len(pairs)


def test_whoever_is_due_first_has_all_phones_before_the_next_has_one() -> None:
    first, second = meeting([("e1", 0)], ["ana", "ben"]), meeting([("e2", 1)], ["ben", "cyd"])
    pairs = assign([first, second], lambda _: float("inf"))
    assert pairs == [("e1", "ana"), ("e1", "ben"), ("e2", "cyd")]


class Watched(Ranking):
    """A ranking that keeps how many names it was asked for."""

    asked = 0

    def head(self, count: int) -> list[str]:
        self.asked = count
        return super().head(count)


def test_of_very_many_idle_agents_no_more_are_looked_at_than_can_be_taken() -> None:
    names = [f"a{number:03}" for number in range(300)]
    first, second = Meeting(idle=Watched()), meeting([("e3", 2)], names)
    for rank, agent in enumerate(names):
        first.idle.add(agent, (float(rank),))
    for entry in ("e1", "e2"):
        first.waiting.add(entry, (0.0,))
    assert assign([first, second]) == [("e1", "a000"), ("e2", "a001"), ("e3", "a002")]
    assert first.idle.asked == 3  # type: ignore[attr-defined]


def test_one_entry_gets_the_first_agent() -> None:
    assert assign([meeting([("e1", 0)], ["ben", "ana"])]) == [("e1", "ben")]


def test_one_agent_gets_the_entry_due_first_over_all_demands() -> None:
    cards, loans = meeting([("e1", 5), ("e2", 6)], ["ana"]), meeting([("e3", 4)], ["ana"])
    assert assign([cards, loans]) == [("e3", "ana")]


def test_nobody_waiting_or_nobody_idle_gives_no_pairs() -> None:
    assert assign([]) == []
    assert assign([meeting([], ["ana"]), meeting([("e1", 0)], [])]) == []


def test_an_entry_that_only_one_agent_can_serve_gets_that_agent_though_an_earlier_one_prefers_him() -> None:
    anybody, specialist = meeting([("e1", 0)], ["ana", "ben"]), meeting([("e2", 1)], ["ana"])
    assert assign([anybody, specialist]) == [("e1", "ben"), ("e2", "ana")]


def test_an_entry_due_earlier_is_not_left_out_so_that_two_later_ones_are_not_served_instead() -> None:
    rare, common = meeting([("e1", 0)], ["ana"]), meeting([("e2", 1), ("e3", 2)], ["ana"])
    assert assign([rare, common]) == [("e1", "ana")]


def test_agents_are_exchanged_when_that_makes_the_sum_of_places_less() -> None:
    """By due order alone the first would take ana and leave the second with the last of its ranking."""
    first = meeting([("e1", 0)], ["ana", "ben", "cyd", "dan"])
    second = meeting([("e2", 1)], ["ana", "cyd", "dan", "ben"])
    third = meeting([("e3", 2)], ["ana", "ben"])
    pairs = assign([first, second, third])
    assert total([first, second, third], pairs) == best_of_all([first, second, third])[1] == 5


def crowd(seed: int, *, entries: int, agents: int, demands: int) -> list[Meeting]:
    """Demands that share agents: some all of them, some a few, two with the same ranking."""
    dice = random.Random(seed)
    names = [f"a{number}" for number in range(agents)]
    made = [meeting([], dice.sample(names, dice.randint(1, agents))) for _ in range(demands - 1)]
    made.append(meeting([], list(made[0].idle)))
    for number in range(entries):
        dice.choice(made).waiting.add(f"e{number}", (float(dice.randint(0, entries)),))
    return made


def most_by_due_order(meetings: Sequence[Meeting]) -> list[str]:
    """Entries one after the other by plain augmenting paths, agent by agent (Kuhn's matching)."""
    holder: dict[str, tuple[str, Meeting]] = {}

    def place(entry: str, home: Meeting, seen: set[str]) -> bool:
        for agent in home.idle:
            if agent not in seen:
                seen.add(agent)
                if agent not in holder or place(*holder[agent], seen):
                    holder[agent] = entry, home
                    return True
        return False

    return [entry for entry, home in due_order(meetings) if place(entry, home, set())]


def can_be_made_cheaper(meetings: Sequence[Meeting], pairs: Pairs) -> bool:
    """Whether a round of exchanges lowers the sum: a negative cycle among demands and the pool of free agents."""
    home = {entry: number for number, each in enumerate(meetings) for entry in each.waiting}
    place = [{agent: rank for rank, agent in enumerate(each.idle)} for each in meetings]
    holder = {agent: home[entry] for entry, agent in pairs}
    free = len(meetings)
    far = float("inf")
    cost = [[far] * (free + 1) for _ in range(free + 1)]
    for taker in range(free):
        for agent, rank in place[taker].items():
            giver = holder.get(agent, free)
            saved = place[giver][agent] if giver != free else 0
            cost[taker][giver] = min(cost[taker][giver], rank - saved)
    for giver in set(holder.values()):
        cost[free][giver] = -max(place[giver][agent] for agent, one in holder.items() if one == giver)
    for middle, start, end in product(range(free + 1), repeat=3):
        cost[start][end] = min(cost[start][end], cost[start][middle] + cost[middle][end])
    return any(cost[each][each] < 0 for each in range(free + 1))


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize(("entries", "agents"), [(30, 60), (60, 60), (150, 60)])
def test_a_large_assignment_serves_by_due_order_and_cannot_be_made_cheaper(
    seed: int, entries: int, agents: int
) -> None:
    meetings = crowd(seed, entries=entries, agents=agents, demands=9)
    pairs = assign(meetings)
    assert [entry for entry, _ in pairs] == most_by_due_order(meetings)
    assert not can_be_made_cheaper(meetings, pairs)


@pytest.mark.parametrize("seed", range(12))
def test_the_order_in_which_demands_are_given_does_not_matter(seed: int) -> None:
    meetings = crowd(seed, entries=40, agents=30, demands=8)
    pairs = assign(meetings)
    random.Random(seed).shuffle(meetings)
    assert assign(meetings) == pairs


def test_the_check_of_large_assignments_sees_one_that_could_be_cheaper() -> None:
    cards, loans = meeting([("e1", 0)], ["ana", "ben"]), meeting([("e2", 1)], ["ben", "ana"])
    assert can_be_made_cheaper([cards, loans], [("e1", "ben"), ("e2", "ana")])
    assert not can_be_made_cheaper([cards, loans], [("e1", "ana"), ("e2", "ben")])
