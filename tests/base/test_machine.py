"""base.machine: the table engine."""

from __future__ import annotations

from enum import Enum, auto

import pytest

from base.errors import LocalProtocolError
from base.machine import Machine, Table


class Door(Enum):
    OPEN = auto()
    SHUT = auto()


class Hand(Enum):
    PUSH = auto()
    KNOCK = auto()


class Sound(Enum):
    BANG = auto()


TABLE = Table(
    "door", Door.OPEN, {(Door.OPEN, Hand.PUSH): (Door.SHUT, (Sound.BANG,))}, {(Door.SHUT, Hand.KNOCK)}
)


def test_a_row_moves_and_tells_its_effects() -> None:
    machine = Machine(TABLE)
    assert machine.fire(Hand.PUSH) == (Sound.BANG,)
    assert machine.state is Door.SHUT


def test_an_absorbed_pair_changes_nothing() -> None:
    machine = Machine(TABLE)
    machine.fire(Hand.PUSH)
    assert machine.fire(Hand.KNOCK) == ()
    assert machine.state is Door.SHUT


def test_anything_else_is_our_mistake_and_says_so() -> None:
    with pytest.raises(LocalProtocolError, match="door: KNOCK is not possible in OPEN"):
        Machine(TABLE).fire(Hand.KNOCK)


def test_the_table_knows_its_holes() -> None:
    assert TABLE.holes(list(Door), list(Hand)) == [(Door.OPEN, Hand.KNOCK), (Door.SHUT, Hand.PUSH)]


def test_a_pair_cannot_be_both_row_and_absorbed() -> None:
    with pytest.raises(ValueError, match="both a row and absorbed"):
        Table("door", Door.OPEN, TABLE.rows, {(Door.OPEN, Hand.PUSH)})
