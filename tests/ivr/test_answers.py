"""What a back end answers is taken only where it is wholly sound: whatever comes, nothing else gets through."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.actions import ACTIONS
from ivr.answers import (
    FACT_FORMS,
    LONGEST_ANSWER,
    QUERY,
    Answer,
    facts_of,
    read_answer,
    results_of,
    shows_card,
)

ALL = (*ACTIONS, QUERY)
VISA = "4111111111111111"

words = st.text(max_size=30) | st.sampled_from(
    [VISA, "4111 1111 1111 1111", "4111-1111-1111-1111", "ok", "1111"]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
bodies = st.fixed_dictionaries(
    {"result": st.sampled_from(["ok", "found", "approved", "declined", "melted"]) | values},
    optional={
        "facts": st.dictionaries(st.sampled_from([*FACT_FORMS, "note"]) | words, words | values, max_size=4)
        | values,
        "customer": words | values,
        "decline": st.sampled_from(["soft", "hard"]) | values,
        "token": st.fixed_dictionaries({"token": words}, optional={"last4": words, "pan": words}) | values,
        "note": values,
    },
)


@given(st.sampled_from(ALL), st.binary(max_size=200))
def test_octets_that_are_no_answer_are_none(action: str, body: bytes) -> None:
    assert read_answer(action, body) is None


@given(st.sampled_from(ALL), bodies)
def test_whatever_gets_through_is_a_word_of_the_action_with_its_facts_and_shows_no_card(
    action: str, body: dict[str, Any]
) -> None:
    found = read_answer(action, json.dumps(body).encode())
    if found is not None:
        assert found.result in results_of(action)
        assert set(found.facts) <= set(facts_of(action))
        assert not any(map(shows_card, [*found.facts.values(), found.customer or ""]))
        assert "tok" not in repr(found) or found.token is None


SOUND: dict[str, dict[str, Any]] = {
    "identity.verify": {"result": "ok", "customer": "c-1"},
    "card.activate": {"result": "already", "facts": {"last4": "1111"}},
    "payment.charge": {
        "result": "approved",
        "facts": {"last4": "1111", "reference": "AB-12"},
        "token": {"token": "tok_1", "brand": "visa", "last4": "1111", "expiry": "1240"},
    },
    "payment.query": {"result": "pending"},
    "account.balance": {"result": "ok", "facts": {"balance": "-125040 EUR", "due": "0 PLN"}},
    "account.movements": {
        "result": "ok",
        "facts": {"movement1_amount": "1 EUR", "movement1_date": "2026-02-28"},
    },
    "customer.find": {"result": "found", "facts": {"segment": "gold"}},
    "case.open": {"result": "ok", "facts": {"reference": "C00001"}},
}


@pytest.mark.parametrize(("action", "body"), SOUND.items(), ids=SOUND.keys())
def test_a_sound_answer_is_taken_whole(action: str, body: dict[str, Any]) -> None:
    found = read_answer(action, json.dumps(body).encode())
    assert isinstance(found, Answer)
    assert (found.result, found.facts) == (body["result"], body.get("facts", {}))


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("balance", "12.50 EUR"),
        ("balance", "1250 eur"),
        ("balance", "1250 EUR\n"),
        ("balance", "\u0661250 EUR"),
        ("movement1_date", "2026-02-30"),
        ("reference", "ab12"),
        ("reference", "A" * 13),
        ("last4", "111"),
        ("segment", "Gold"),
    ],
)
def test_a_fact_in_another_form_spoils_the_answer(fact: str, value: str) -> None:
    action = next(name for name, each in ACTIONS.items() if fact in each.facts)
    result = {"payment.charge": "approved", "customer.find": "found"}.get(action, "ok")
    assert read_answer(action, json.dumps({"result": result, "facts": {fact: value}}).encode()) is None


@pytest.mark.parametrize(
    ("action", "more"),
    [
        ("customer.find", {"customer": "c-1"}),
        ("card.activate", {"decline": "soft"}),
        ("card.activate", {"token": {"token": "tok_1"}}),
    ],
)
def test_what_belongs_to_another_action_spoils_the_answer(action: str, more: dict[str, Any]) -> None:
    result = "found" if action == "customer.find" else "ok"
    assert read_answer(action, json.dumps({"result": result}).encode()) is not None
    assert read_answer(action, json.dumps({"result": result, **more}).encode()) is None


def test_an_answer_has_a_greatest_length() -> None:
    body = json.dumps({"result": "ok"}).encode()
    assert read_answer("card.activate", body + b" " * (LONGEST_ANSWER - len(body))) is not None
    assert read_answer("card.activate", body + b" " * LONGEST_ANSWER) is None


def test_every_fact_of_every_action_has_a_form() -> None:
    assert {fact for each in ACTIONS.values() for fact in each.facts} == set(FACT_FORMS)


def test_a_soft_refusal_is_told_from_a_hard_one_and_none_is_hard() -> None:
    soft, hard, bare = (
        read_answer("payment.charge", json.dumps({"result": "declined"} | more).encode())
        for more in ({"decline": "soft"}, {"decline": "hard"}, {})
    )
    assert [each is not None and each.is_soft for each in (soft, hard, bare)] == [True, False, False]
