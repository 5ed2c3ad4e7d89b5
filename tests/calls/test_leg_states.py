"""The leg's table, the causes, destinations in words, and what events show of themselves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.machine import Machine
from calls.destination import Agent, Echo, Extension, FeatureCode, Hangup, Menu, Queue, Uri, described
from calls.events import DigitPressed
from calls.leg_states import LEG, LegEffect, LegInput, LegState
from sip.causes import cause_of, status_of


def test_the_table_says_something_of_every_state_and_input() -> None:
    assert LEG.holes(tuple(LegState), tuple(LegInput)) == []


@given(st.lists(st.sampled_from(LegInput), max_size=20))
def test_whatever_happens_each_step_is_told_at_most_once_and_the_end_exactly_once(
    inputs: list[LegInput],
) -> None:
    machine = Machine(LEG)
    effects = [effect for each in [*inputs, LegInput.ENDED] for effect in machine.fire(each)]
    assert machine.state is LegState.ENDED
    assert effects.count(LegEffect.TELL_PROGRESSED) <= 1
    assert effects.count(LegEffect.TELL_ANSWERED) <= 1
    assert effects.count(LegEffect.CLOSE_MEDIA) == 1
    assert effects.count(LegEffect.TELL_ENDED) == 1
    assert effects[-1] is LegEffect.TELL_ENDED


def test_the_port_is_forgotten_before_the_end_is_told() -> None:
    for state in (LegState.INVITED, LegState.RINGING, LegState.EARLY, LegState.UP, LegState.HELD):
        assert LEG.rows[state, LegInput.ENDED] == (
            LegState.ENDED,
            (LegEffect.CLOSE_MEDIA, LegEffect.TELL_ENDED),
        )


@pytest.mark.parametrize(
    ("status", "cause"),
    [(200, 16), (404, 1), (408, 102), (480, 18), (486, 17), (487, 16), (488, 88), (503, 41), (603, 21)],
)
def test_a_status_means_its_cause(status: int, cause: int) -> None:
    assert cause_of(status) == cause


@pytest.mark.parametrize(("status", "cause"), [(499, 41), (599, 41), (699, 21), (399, 31), (0, 31)])
def test_an_unknown_status_means_the_cause_of_its_class(status: int, cause: int) -> None:
    assert cause_of(status) == cause


@pytest.mark.parametrize(
    ("cause", "status"), [(1, 404), (17, 486), (19, 480), (21, 403), (42, 503), (999, 480)]
)
def test_a_cause_means_its_status(cause: int, status: int) -> None:
    assert status_of(cause) == status


@given(st.integers(-10, 1000))
def test_every_number_has_a_cause_and_a_status_that_can_be_sent(number: int) -> None:
    assert 1 <= cause_of(number) <= 127
    assert 400 <= status_of(number) <= 699


@pytest.mark.parametrize(
    ("destination", "words"),
    [
        (Menu("banco_sol", "start"), "menu banco_sol"),
        (Queue("tienda"), "queue tienda"),
        (Agent("ana"), "agent ana"),
        (Extension("1001"), "extension 1001"),
        (Uri("sip:bob@192.0.2.4"), "address sip:bob@192.0.2.4"),
        (FeatureCode("*12", "2"), "code *12"),
        (Echo(), "echo"),
        (Hangup(), "hang-up"),
    ],
)
def test_each_destination_can_be_said_in_words(destination: object, words: str) -> None:
    assert described(destination) == words  # type: ignore[arg-type]


def test_a_pressed_key_is_in_no_printing() -> None:
    event = DigitPressed(None, "7")  # type: ignore[arg-type]
    assert "7" not in repr(event)
    assert "7" not in f"{event}"
