"""Files gone wrong in every way: faults are told and nothing is raised; menus that are taken let every caller out.

tests/fuzz/files.py goes on with the same readers for as long as one likes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.actions import ACTIONS
from ivr.answers import AnswerBody, are_sound, read_answer, results_of, shows_card
from tests.fuzz.mangling import mangled
from tests.fuzz.readers import Readers

if TYPE_CHECKING:
    from random import Random

READERS = Readers()
SEEDED = {name: (read, [path.read_bytes() for path in seeds]) for name, read, seeds in READERS.kinds if seeds}
FACTS = st.dictionaries(
    st.sampled_from(["last4", "reference", "balance", "due", "movement1_date", "segment", "pan"]),
    st.one_of(
        st.sampled_from(
            ["1111", "R00001", "1250 EUR", "2026-02-30", "2026-02-28", "gold", "4111111111111111"]
        ),
        st.text(max_size=20),
    ),
    max_size=4,
)
BODIES = st.one_of(
    st.binary(max_size=300),
    st.builds(
        lambda result, facts, more: (
            AnswerBody.model_construct(result=result, facts=facts, **more)
            .model_dump_json()
            .encode(errors="replace")
        ),
        st.sampled_from(["ok", "approved", "declined", "no_match", "nonsense"]),
        FACTS,
        st.sampled_from([{}, {"customer": "c-1"}, {"decline": "soft"}, {"customer": "4111 1111 1111 1111"}]),
    ),
)


@pytest.mark.parametrize("kind", SEEDED)
@settings(max_examples=60, deadline=None)
@given(which=st.integers(0, 1000), chance=st.randoms(use_true_random=False), walk=st.integers(0, 2**32))
def test_a_file_gone_wrong_raises_nothing_and_traps_nobody(
    kind: str, which: int, chance: Random, walk: int
) -> None:
    read, seeds = SEEDED[kind]
    read(mangled(seeds[which % len(seeds)], chance), walk)


@settings(max_examples=400, deadline=None)
@given(action=st.sampled_from(sorted(ACTIONS)), body=BODIES)
def test_what_is_taken_of_an_answer_is_what_the_action_may_tell(action: str, body: bytes) -> None:
    answer = read_answer(action, body)
    if answer is None:
        return
    assert answer.result in results_of(action)
    assert are_sound(action, answer.facts)
    assert not any(map(shows_card, [*answer.facts.values(), answer.customer or ""]))
