"""Whatever happens in a call, its segments add up to its length, and rebuilding gives what was kept up."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from records.views import tables
from tests.records.views.any_call import any_call
from tests.records.views.folding import entry, folded, in_batches

if TYPE_CHECKING:
    from random import Random

    from records.ledger.entry import Entry

chances = st.randoms(use_true_random=False)


def entries(chance: Random, shift: float = 0.0) -> list[Entry]:
    """A call whose node's clock is set by so much somewhere within it; a crash is told by the wall alone."""
    told = any_call(chance).events
    at = chance.randrange(len(told))
    return [
        entry(each, shift=shift if n > at else 0.0, with_offset="last_seen" not in each.data)
        for n, each in enumerate(told)
    ]


@settings(max_examples=300, deadline=None)
@given(chances, st.sampled_from([0.0, 0.0, -3600.0, 3600.0]))
def test_the_customers_segments_partition_the_contact(chance: Random, shift: float) -> None:
    kept = folded(entries(chance, shift))
    (row,) = kept.of(tables.contact)
    own = sorted(kept.of(tables.segment, party="customer"), key=lambda each: each["n"] or 0)
    assert (own[0]["began_at"], own[-1]["ended_at"]) == (row["started_at"], row["ended_at"])
    for before, after in itertools.pairwise(own):
        assert before["ended_at"] == after["began_at"]
    assert row["checked"] in (("ok",) if row["outcome"] == "answered" else (None,))


@settings(max_examples=300, deadline=None)
@given(chances)
def test_what_the_agents_had_of_the_customer_is_what_the_customer_had_of_them(chance: Random) -> None:
    kept = folded(entries(chance))
    (row,) = kept.of(tables.contact)
    for customers, kind in ((row["talked"], "talking"), (row["held"], "hold")):
        theirs = [
            (each["began_at"], each["ended_at"]) for each in kept.of(tables.segment, party="agent", kind=kind)
        ]
        covered = _length([(int(a or 0), int(b or 0)) for a, b in theirs])
        if kind == "talking":
            assert abs(float(customers or 0) - covered) < 1e-5
        else:
            assert (
                float(customers or 0) - covered < 1e-5
            )  # an agent who consults holds longer than there is a customer


def _length(spans: list[tuple[int, int]]) -> float:
    """Seconds that at least one of them covers."""
    total, until = 0, 0
    for began, ended in sorted(spans):
        total += max(0, ended - max(began, until))
        until = max(until, ended)
    return total / 1e6


@settings(max_examples=200, deadline=None)
@given(chances, st.integers(1, 9), st.booleans())
def test_rebuilding_gives_the_rows_that_were_kept_up(chance: Random, size: int, forgets: bool) -> None:  # noqa: FBT001
    told = entries(chance)
    batches = [told[at : at + size] for at in range(0, len(told), size)]
    assert in_batches(batches, forgets=forgets).rows == folded(told).rows
