"""Skills: what an agent has, how well (proficiency 0 to 5), and what a contact or a queue asks, less with time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Requirements = tuple[tuple[str, int], ...]
"""(skill, least proficiency) pairs, sorted by skill, each skill once."""

NONE: Requirements = ()


def combine(*parts: Requirements) -> Requirements:
    """What all parts ask together: the highest proficiency for each skill."""
    needed: dict[str, int] = {}
    for part in parts:
        for skill, least in part:
            needed[skill] = max(least, needed.get(skill, 0))
    return tuple(sorted(needed.items()))


def lacking(skills: Mapping[str, int], requirements: Requirements) -> str | None:
    """The first requirement that the skills do not meet, or None when all are met.

    A skill that is not listed is not there at all, so a requirement of 0 still asks that it be listed.
    """
    for skill, least in requirements:
        if skills.get(skill, -1) < least:
            return skill
    return None


@dataclass(frozen=True, slots=True)
class Relaxation:
    """One step down: what is asked less once a caller has waited so long."""

    after: float
    """Seconds since the caller's arrival."""
    lower: tuple[tuple[str, int | None], ...]
    """(skill, the proficiency that is enough from now on; None: the skill is asked no more)."""


def relaxed(requirements: Requirements, steps: Sequence[Relaxation]) -> Requirements:
    """What is still asked after these steps, in their order. No step ever asks more than was asked before."""
    needed: dict[str, int] = dict(requirements)
    for step in steps:
        for skill, least in step.lower:
            if least is None:
                needed.pop(skill, None)
            elif skill in needed:
                needed[skill] = min(least, needed[skill])
    return tuple(sorted(needed.items()))
