"""`coverage`: what callers did in a menu set, from the ledger's events: ways taken, drop-off by step, containment.

A visit is one caller in the menu set from entering to leaving; who comes back makes another one. A person is a queue,
an agent, a phone or a number outside.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from ivr.authoring.graph import Counts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

EVENTS = (
    "menu.entered",
    "menu.input",
    "menu.noinput",
    "menu.nomatch",
    "menu.branch",
    "menu.result",
    "menu.left",
    "field.captured",
)
"""What is read of the ledger."""
SILENCE, SLIPS, ON, REPEAT = "silence", "slips", "on", "repeat"
_PERSON = ("queue", "agent", "extension", "number", "address")
_HUNG_UP, _ENDED = "caller_hung_up", "hang-up"


class Happening(NamedTuple):
    """One event of the ledger; those of a contact come in order, one contact after the other."""

    contact: str
    type: str
    data: Mapping[str, object]


@dataclass(slots=True)
class StepCoverage:
    """What callers did in one step."""

    step: str
    entered: int = 0
    went_on: int = 0
    """To another step, or out of the menus by a way of the step."""
    hung_up: int = 0
    to_person: int = 0
    noinput: int = 0
    nomatch: int = 0
    captured: int = 0
    """Entries that its fields took."""
    ways: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(why, where to) -> how often. Why: the way chosen as the event names it, silence, slips, or on."""

    @property
    def drop_off(self) -> float:
        """The share of those who came that hung up here."""
        return self.hung_up / self.entered if self.entered else 0.0


@dataclass(slots=True)
class Coverage:
    """What callers did in a menu set."""

    menu_set: str
    visits: int = 0
    ended: int = 0
    """The menus took leave of the caller."""
    hung_up: int = 0
    """The caller hung up inside."""
    to_person: int = 0
    elsewhere: int = 0
    """To other menus, or to what is no person."""
    unfinished: int = 0
    """Still inside, or cut off by the end of the server."""
    steps: dict[str, StepCoverage] = field(default_factory=dict)
    versions: Counter[str] = field(default_factory=Counter)

    @property
    def containment(self) -> float:
        """The share of finished visits that ended in the menus, by the menus or by the caller."""
        finished = self.visits - self.unfinished
        return (self.ended + self.hung_up) / finished if finished else 0.0

    def counts(self) -> Counts:
        """For the picture."""
        taken: Counter[tuple[str, str, bool]] = Counter()
        for each in self.steps.values():
            for (why, target), count in each.ways.items():
                taken[each.step, target, why in (SILENCE, SLIPS)] += count
        return Counts({name: each.entered for name, each in self.steps.items()}, taken)


@dataclass(slots=True)
class _Visit:
    """Where one caller is."""

    step: StepCoverage
    why: str = ON
    answer: str | None = None
    """What a back end has just answered: when the caller is asked again in this step, it was a retry."""


def coverage(happened: Iterable[Happening], menu_set: str, *, version: str = "") -> Coverage:
    """Count what happened; only visits of versions that begin with `version`."""
    found = Coverage(menu_set)
    visits: dict[str, _Visit] = {}
    for contact, kind, data in happened:
        if data.get("menu") != menu_set:
            continue
        visit = visits.get(contact)
        if kind == "menu.entered":
            begun = data.get("version")
            if begun is not None and visit is not None:
                del visits[contact]  # it never left: the node was killed and the contact goes on
                found.unfinished += 1
                visit = None
            if begun is not None and str(begun).startswith(version):
                found.visits += 1
                found.versions[str(begun)] += 1
                visits[contact] = _Visit(_enter(found, data))
            elif visit is not None:
                _leave(visit, str(data.get("step")))
                visits[contact] = _Visit(_enter(found, data))
        elif visit is not None and kind == "menu.left":
            _end(found, visit, str(data.get("destination")))
            del visits[contact]
        elif visit is not None:
            _happen(visit, kind, data)
    found.unfinished += len(visits)
    return found


def _enter(found: Coverage, data: Mapping[str, object]) -> StepCoverage:
    name = str(data.get("step"))
    step = found.steps.setdefault(name, StepCoverage(name))
    step.entered += 1
    return step


def _happen(visit: _Visit, kind: str, data: Mapping[str, object]) -> None:
    step = visit.step
    if visit.answer is not None:
        step.ways[visit.answer, step.step] += 1
        visit.answer = None
    match kind:
        case "menu.noinput":
            step.noinput += 1
            visit.why = SILENCE
        case "menu.nomatch":
            step.nomatch += 1
            visit.why = SLIPS
        case "field.captured":
            step.captured += bool(data.get("valid", True))
            visit.why = ON
        case "menu.branch":
            visit.why = str(data.get("why") or ON)
        case "menu.input":
            visit.why = str(data.get("result") or ON)
            if visit.why == REPEAT:
                step.ways[REPEAT, step.step] += 1
        case "menu.result":
            visit.why = visit.answer = str(data.get("result") or ON)
        case _:
            pass


def _leave(visit: _Visit, target: str) -> None:
    visit.step.went_on += 1
    # `goto pay` to pay says it twice.
    why = ON if visit.why == f"goto {target}" else visit.why
    visit.step.ways[why, target] += 1


def _end(found: Coverage, visit: _Visit, destination: str) -> None:
    if destination == _HUNG_UP:
        found.hung_up += 1
        visit.step.hung_up += 1
        return
    if destination == _ENDED:
        found.ended += 1
    elif destination.partition(" ")[0] in _PERSON:
        found.to_person += 1
        visit.step.to_person += 1
    else:
        found.elsewhere += 1
    visit.step.went_on += 1
    visit.step.ways[ON if visit.why == destination else visit.why, destination] += 1
