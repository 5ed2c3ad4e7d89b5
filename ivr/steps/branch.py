"""Step `branch`: go by opening hours, an attribute, how a queue stands, or a share of the calls. Asks nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from base.document import Part
from base.durations import Seconds
from ivr.branch import Branch
from ivr.run import Run
from ivr.scene import Follow
from ivr.steps.step import Exit, Finding, Location, StepPart
from ivr.surroundings import EMERGENCY, HOLIDAY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ivr.question import Outcome
    from ivr.scene import Scene
    from ivr.surroundings import QueueStatus

WAYS = {"hours": "is", "attribute": "cases", "queue": "cases", "shares": "shares"}
"""What a branch can go by, with the key of its ways."""
HoursState = Literal["open", "closed", "holiday", "emergency"]


class AttributeCase(Part):
    """One comparison: exactly one of its keys. Numbers are compared as numbers."""

    is_: str | None = Field(default=None, alias="is")
    among: tuple[str, ...] | None = Field(default=None, alias="in")
    at_least: int | None = None
    at_most: int | None = None
    present: bool | None = None
    then: Branch

    @model_validator(mode="after")
    def _one(self) -> AttributeCase:
        given = [self.is_, self.among, self.at_least, self.at_most, self.present]
        if sum(each is not None for each in given) != 1:
            raise ValueError("a case compares by exactly one of is, in, at_least, at_most, present")
        return self

    def holds(self, value: str | None) -> bool:
        """Whether an attribute's value (None: it is not known) is meant."""
        if self.present is not None:
            return (value is not None) == self.present
        if value is None:
            return False
        if self.is_ is not None:
            return value == self.is_
        if self.among is not None:
            return value in self.among
        figure = value.partition(" ")[0]  # an amount has its currency behind it
        if not figure.removeprefix("-").isdecimal():
            return False
        return (
            int(figure) >= self.at_least if self.at_least is not None else int(figure) <= (self.at_most or 0)
        )


class QueueCase(Part):
    """One look at a queue: exactly one of its keys."""

    agents_ready_at_least: Annotated[int, Field(ge=1)] | None = None
    agents_logged_in_at_least: Annotated[int, Field(ge=1)] | None = None
    waiting_at_least: Annotated[int, Field(ge=1)] | None = None
    longest_wait_at_least: Seconds | None = None
    then: Branch

    @model_validator(mode="after")
    def _one(self) -> QueueCase:
        if len(self.model_fields_set - {"then"}) != 1:
            raise ValueError(f"a case looks at exactly one of {', '.join(_LOOKS)}")
        return self

    def holds(self, status: QueueStatus) -> bool:
        """Whether the queue stands so."""
        (name,) = self.model_fields_set - {"then"}
        return bool(getattr(status, name.removesuffix("_at_least")) >= getattr(self, name))


def _keys(case: type[Part]) -> list[str]:
    return [field.alias or name for name, field in case.model_fields.items() if name != "then"]


_LOOKS = _keys(QueueCase)


def _kind(given: Any) -> str:
    is_look = isinstance(given, QueueCase) or (
        isinstance(given, dict) and not given.keys().isdisjoint(_LOOKS)
    )
    return "look" if is_look else "comparison"


Case = Annotated[
    Annotated[AttributeCase, Tag("comparison")] | Annotated[QueueCase, Tag("look")], Discriminator(_kind)
]


class Share(Part):
    """A share of the calls."""

    percent: Annotated[int, Field(ge=1, le=99)]
    then: Branch


class BranchStep(StepPart):
    """As written by the administrator: exactly one of hours, attribute, queue and shares, and a way for the rest."""

    type: Literal["branch"]
    hours: str | None = None
    states: dict[HoursState, Branch] = Field(default_factory=dict, alias="is")
    """By state; `closed` serves for holidays and emergencies that have no way of their own."""
    attribute: str | None = None
    queue: str | None = None
    cases: tuple[Case, ...] = ()
    """Comparisons of the attribute, or looks at the queue; the first that holds."""
    shares: tuple[Share, ...] = ()
    otherwise: Branch

    def run(self, name: str, scene: Scene) -> BranchRun:
        """Serve one call."""
        return BranchRun(self, name, scene)

    def exits(self) -> Iterator[Exit]:
        """Every way."""
        for state, branch in self.states.items():
            yield ("is", state), branch
        for name in ("cases", "shares"):
            for at, case in enumerate(getattr(self, name)):
                yield (name, at, "then"), case.then
        yield ("otherwise",), self.otherwise

    def reads(self) -> Iterator[tuple[Location, str]]:
        """What it compares."""
        if self.attribute is not None:
            yield ("attribute",), self.attribute

    def faults(self) -> Iterator[Finding]:
        """It goes by one thing, and has ways for it."""
        chosen = [name for name in WAYS if getattr(self, name)]
        if len(chosen) != 1:
            found = ", ".join(chosen) or "none"
            what = f"a branch goes by exactly one of {', '.join(WAYS)}; here: {found}"
            yield Finding((), what, "use two branch steps, one after the other")
            return
        (by,) = chosen
        for key, ways in {"is": self.states, "cases": self.cases, "shares": self.shares}.items():
            if (key == WAYS[by]) != bool(ways):
                word = "needs" if key == WAYS[by] else "has no use for"
                yield Finding((), f"a branch by {by} {word} {key}:", f"see {by} in the description of menus")
        for at, case in enumerate(self.cases if WAYS[by] == "cases" else ()):
            if isinstance(case, QueueCase) != (by == "queue"):
                fitting = QueueCase if by == "queue" else AttributeCase
                mend = f"compare by {', '.join(_keys(fitting))}"
                yield Finding(("cases", at), f"this is no case of a branch by {by}", mend)
        if sum(share.percent for share in self.shares) > 99:
            yield Finding(("shares",), "the shares leave nothing for otherwise", "keep their sum below 100")


class BranchRun(Run):
    """Choosing one caller's way."""

    __slots__ = ("_name", "_scene", "_step")

    def __init__(self, step: BranchStep, name: str, scene: Scene) -> None:
        """Nothing is looked at before `start`."""
        self._step = step
        self._name = name
        self._scene = scene

    def start(self, *, now: float) -> list[Outcome]:
        """Look, and go."""
        why, branch = self._choose(now=now)
        record = self._scene.record("menu.branch", step=self._name, result=branch.named(), why=why)
        return [record, Follow(branch)]

    def _choose(self, *, now: float) -> tuple[str, Branch]:
        step, scene = self._step, self._scene
        if step.hours is not None:
            return self._by_hours(scene.surroundings.hours(step.hours, scene.moment(now=now)), step.states)
        if step.attribute is not None:
            value = scene.attributes.get(step.attribute)
            compared = (each for each in step.cases if isinstance(each, AttributeCase))
            found = next((each.then for each in compared if each.holds(value)), None)
        elif step.queue is not None:
            status = scene.surroundings.queue(step.queue)
            looks = (each for each in step.cases if isinstance(each, QueueCase))
            found = next((each.then for each in looks if each.holds(status)), None)
        else:
            found = self._drawn(100 * scene.draw(self._name))
        return ("case", found) if found is not None else ("otherwise", step.otherwise)

    def _by_hours(self, state: str, ways: Mapping[HoursState, Branch]) -> tuple[str, Branch]:
        own = next((way for each, way in ways.items() if each == state), None)
        # Nobody is there on a holiday or in an emergency either.
        closed = ways.get("closed") if state in (EMERGENCY, HOLIDAY) else None
        return state, own or closed or self._step.otherwise

    def _drawn(self, place: float) -> Branch | None:
        for share in self._step.shares:
            place -= share.percent
            if place < 0:
                return share.then
        return None
