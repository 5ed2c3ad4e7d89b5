"""Speech: what is said to one caller in one go, as passages of which some may not be cut.

Most speech is one passage, and the step that speaks decides what a key does. Once a passage is guarded, the session
conducts: a key during a guarded passage waits, a key during another leads to the next guarded one, and only when none
is left does the step hear of the keys. Plays nothing itself.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True, slots=True)
class Passage:
    """Sounds played one after the other."""

    segments: tuple[str, ...]
    guarded: bool = False


class Speech:
    """The passages still to be said."""

    __slots__ = ("_ahead", "conducted", "guarded")

    def __init__(self, passages: Iterable[Passage] = ()) -> None:
        """Neighbours of a kind are joined, so that no gap is heard between them."""
        self._ahead = deque(_merged(passages)) if passages else deque()
        self.conducted = any(each.guarded for each in self._ahead) if passages else False
        """Whether a key is the session's business until the speech is over."""
        self.guarded = False
        """Whether what plays now may not be cut."""

    def onward(self, *, hurried: bool) -> tuple[str, ...]:
        """The next passage's sounds, none when it is over; a hurried caller hears only what is guarded."""
        while self._ahead:
            passage = self._ahead.popleft()
            if passage.guarded or not hurried:
                self.guarded = passage.guarded
                return passage.segments
        self.guarded = self.conducted = False
        return ()


def _merged(passages: Iterable[Passage]) -> Iterator[Passage]:
    kinds = groupby(filter(lambda each: each.segments, passages), key=lambda each: each.guarded)
    return (Passage(tuple(_joined(group)), guarded) for guarded, group in kinds)


def unguarded(passages: Iterable[Passage]) -> tuple[Passage, ...]:
    """All in one: for a step that lets no key cut any of it, and so needs no conducting."""
    return (Passage(tuple(_joined(passages))),)


def _joined(passages: Iterable[Passage]) -> Iterable[str]:
    return (segment for each in passages for segment in each.segments)
