"""The engine of every state machine in the house: a table of (state, input) -> (next state, effects).

A pair that is neither a row nor listed as absorbed is our own mistake and raises LocalProtocolError; whatever a
peer can do must therefore be a row or be absorbed, which a totality test proves for each table.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Generic, TypeVar

from base.errors import LocalProtocolError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

S = TypeVar("S", bound=Enum)
I = TypeVar("I", bound=Enum)  # noqa: E741 - the three letters of the table: state, input, effect
E = TypeVar("E", bound=Enum)


class Letter(Enum):
    """A state, input or effect. Equal means the same, so the hash of the object serves, at a tenth of Enum's cost."""

    __hash__ = object.__hash__


class Table(Generic[S, I, E]):
    """One machine's law, shared by all its instances: rows, absorbed pairs and the first state."""

    __slots__ = ("absorbed", "initial", "name", "rows")

    def __init__(
        self,
        name: str,
        initial: S,
        rows: Mapping[tuple[S, I], tuple[S, tuple[E, ...]]],
        absorbed: Collection[tuple[S, I]] = (),
    ) -> None:
        """Keep the law; a pair both a row and absorbed is refused, since one of the two would be dead."""
        self.name = name
        self.initial = initial
        self.rows = dict(rows)
        self.absorbed = frozenset(absorbed)
        clash = self.absorbed & self.rows.keys()
        if clash:
            raise ValueError(f"{name}: both a row and absorbed: {sorted(map(str, clash))}")

    def holes(self, states: Collection[S], inputs: Collection[I]) -> list[tuple[S, I]]:
        """The pairs of states and inputs that this table says nothing about."""
        return [
            (state, each)
            for state in states
            for each in inputs
            if (state, each) not in self.rows and (state, each) not in self.absorbed
        ]


class Machine(Generic[S, I, E]):
    """One instance of a table: holds the state and nothing else."""

    __slots__ = ("state", "table")

    def __init__(self, table: Table[S, I, E]) -> None:
        """Begin in the table's first state."""
        self.table = table
        self.state: S = table.initial

    def fire(self, event: I) -> tuple[E, ...]:
        """Feed one input, move, and return the effects that the caller must now carry out.

        Raises LocalProtocolError when the table neither has nor absorbs the pair.
        """
        row = self.table.rows.get((self.state, event))
        if row is None:
            if (self.state, event) in self.table.absorbed:
                return ()
            raise LocalProtocolError(f"{self.table.name}: {event.name} is not possible in {self.state.name}")
        self.state = row[0]
        return row[1]

    def can(self, event: I) -> bool:
        """Whether the input has a row in the present state."""
        return (self.state, event) in self.table.rows
