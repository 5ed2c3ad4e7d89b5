"""Menu cases, config/menus/cases/<set>.yaml: what callers do, what back ends answer, and what must come of it.

This file holds the models and their check; ivr/authoring/verdict.py plays them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator
from stdnum import luhn

from base import document
from base.document import Document, Fault, Part, suggest
from base.durations import Seconds
from ivr.actions import ACTIONS
from ivr.steps.branch import BranchStep, HoursState
from ivr.steps.say import SayStep
from media.catalogue import Slot

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from ivr.compiled import CompiledMenus
    from ivr.steps.step import Location

FOLDER = "cases"
"""Beside the menus."""
TEST_CARDS = ("4111111111111111", "5555555555554444", "378282246310005")
"""Numbers that card schemes publish for tests."""
TEST_RANGE = "999999"
"""No issuer has numbers that begin so."""
LONGEST_WAIT = 3600.0


def _keys(given: object) -> str:
    """Never repeats what was written: it may be a card number."""
    if not isinstance(given, str) or not re.fullmatch(r"[0-9*#, ]*[0-9*#][0-9*#, ]*", given):
        raise ValueError(
            'keys are quoted and are 0-9, *, #; a comma listens first, e.g. "1,4111111111111111#"'
        )
    if any(_is_card(run) for run in re.findall(r"\d+", given)):
        raise ValueError(
            f"this may be the number of a real card; use a test number such as {TEST_CARDS[0]} or one of "
            f"{TEST_RANGE}..."
        )
    return given.replace(" ", "")


def _is_card(run: str) -> bool:
    """Whether digits have the form of a card number that is not made for tests."""
    if not 12 <= len(run) <= 19 or run in TEST_CARDS or run.startswith(TEST_RANGE):
        return False
    return bool(luhn.is_valid(run))


def _moment(given: object) -> datetime:
    try:
        return datetime.fromisoformat(str(given))
    except ValueError:
        raise ValueError(f'{given!r} is not a moment; write "2026-12-24 10:00"') from None


Keys = Annotated[str, BeforeValidator(_keys)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
"""By the clock of the client company, unless it names a zone."""


class Answer(Part):
    """What the back end answers; all keys but `action` and `result` are what it tells."""

    action: str | None = None
    """What it must have been asked."""
    result: str
    facts: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _gathered(cls, given: Any) -> Any:
        if isinstance(given, str):
            return {"result": given}
        if not isinstance(given, dict) or "facts" in given:
            return given
        facts = {name: value for name, value in given.items() if name not in cls.model_fields}
        return {**{name: given[name] for name in given if name not in facts}, "facts": facts}


class Act(Part):
    """One thing that happens: exactly one key."""

    kinds: ClassVar[tuple[str, ...]] = ("keys", "cut", "wait", "silence", "talk", "reply", "hang_up")

    keys: Keys | None = None
    """The caller hears out what is said, then presses these."""
    cut: Keys | None = None
    """The caller presses these at once, whatever is being said."""
    wait: Seconds | None = None
    """Time passes."""
    silence: Annotated[int, Field(ge=1, le=20)] | None = None
    """So many times the caller hears out and does nothing until the menus go on by themselves."""
    talk: Seconds | None = None
    """The caller hears out what is said, then speaks for so long: a message is recorded."""
    reply: Answer | None = None
    hang_up: Literal[True] | None = None

    @model_validator(mode="before")
    @classmethod
    def _worded(cls, given: Any) -> Any:
        return {"hang_up": True} if given in ("hang_up", "hang up") else given

    @model_validator(mode="after")
    def _one(self) -> Act:
        if len(self.model_fields_set) != 1:
            raise ValueError(f"one thing happens at a time: exactly one of {', '.join(self.kinds)}")
        if max(self.wait or 0, self.talk or 0) > LONGEST_WAIT:
            raise ValueError("a wait takes at most an hour, and so does what is said")
        return self


class End(Part):
    """How the call ends: exactly one way; priority and requires are compared when they are given."""

    ways: ClassVar[tuple[str, ...]] = (
        "queue", "menu", "extension", "agent", "dial", "uri", "escalate", "hangup", "caller_hangs_up", "waits_in",
    )  # fmt: skip

    queue: str | None = None
    menu: str | None = None
    extension: str | None = None
    agent: str | None = None
    dial: str | None = None
    uri: str | None = None
    escalate: str | None = None
    hangup: Literal[True] | None = None
    caller_hangs_up: Literal[True] | None = None
    waits_in: str | None = None
    """The step in which the menus still wait for the caller or the back end."""
    priority: int | None = None
    requires: dict[str, int] | None = None

    @model_validator(mode="before")
    @classmethod
    def _worded(cls, given: Any) -> Any:
        return {given: True} if given in ("hangup", "caller_hangs_up") else given

    @model_validator(mode="after")
    def _one(self) -> End:
        if sum(getattr(self, way) is not None for way in self.ways) != 1:
            raise ValueError(f"a call ends in exactly one of {', '.join(self.ways)}")
        if self.queue is None and (self.priority is not None or self.requires is not None):
            raise ValueError("priority and requires belong to a queue")
        return self


class Expected(Part):
    """What must come of it; what is not named may be as it likes."""

    steps: tuple[str, ...] = ()
    """Entered in this order; others may lie between."""
    path: tuple[str, ...] = ()
    """Every step entered, in order, and no other."""
    said: tuple[str, ...] = ()
    """Prompts said in this order; others may lie between."""
    not_said: tuple[str, ...] = ()
    heard: tuple[str, ...] = ()
    """Words that the caller heard, values spoken."""
    asked: tuple[str, ...] | None = None
    """Every transaction that the back end was asked for, in order."""
    outcome: End | None = None
    language: str | None = None
    attributes: dict[str, str | None] = Field(default_factory=dict)
    """What is known in the end; null: it is not known."""

    @model_validator(mode="after")
    def _something(self) -> Expected:
        if not self.model_fields_set:
            raise ValueError(f"expect something of {', '.join(type(self).model_fields)}")
        return self


class QueueState(Part):
    """How a queue stands in a case."""

    agents_ready: Annotated[int, Field(ge=0)] = 0
    agents_logged_in: Annotated[int, Field(ge=0)] = 0
    waiting: Annotated[int, Field(ge=0)] = 0
    longest_wait: Seconds = 0.0


class Case(Part):
    """One call and what must come of it."""

    name: Annotated[str, Field(min_length=1)]
    language: str | None = None
    """What the number dialled tells; without it the caller's language is not known."""
    start: str | None = None
    moment: Moment | None = None
    caller: str | None = None
    dialled: str | None = None
    attestation: Literal["A", "B", "C"] | None = None
    identified: bool = False
    attributes: dict[str, str] = Field(default_factory=dict)
    """Known before the call comes to these menus."""
    hours: dict[str, HoursState] = Field(default_factory=dict)
    queues: dict[str, QueueState] = Field(default_factory=dict)
    announcements: dict[str, str] = Field(default_factory=dict)
    """What supervisors have switched on: the names of places in say steps, each with its prompt."""
    happens: tuple[Act, ...] = ()
    expect: Expected


class CaseFile(Part):
    """The cases of one menu set."""

    schema_: Literal["cases/1"] = Field(alias="schema")
    menu_set: str
    cases: tuple[Case, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Cases:
    """The cases of one file, with the places of their lines."""

    menu_set: str
    cases: tuple[Case, ...]
    source: Document


def load_cases(
    folder: Path, menus: Mapping[str, CompiledMenus], faults: list[Fault], only: Collection[str] = ()
) -> dict[str, Cases]:
    """The cases of a folder of menus, by menu set; a file with faults is left out and its faults are appended.

    `only` names the sets whose files are read; none: all.
    """
    paths = sorted((folder / FOLDER).glob("*.yaml"))
    found = (load_case_file(path, menus, faults) for path in paths if not only or path.stem in only)
    return {each.menu_set: each for each in found if each is not None}


def load_case_file(path: Path, menus: Mapping[str, CompiledMenus], faults: list[Fault]) -> Cases | None:
    """One file, or None with its faults appended."""
    wrong: list[Fault] = []
    file, source = document.load(CaseFile, path, wrong)
    if file is not None:
        wrong.extend(_check(file, source, menus))
    faults.extend(wrong)
    return Cases(file.menu_set, file.cases, source) if file is not None and not wrong else None


def _check(file: CaseFile, source: Document, menus: Mapping[str, CompiledMenus]) -> Iterator[Fault]:
    if source.path.stem != file.menu_set:
        mend = f"name the file {file.menu_set}.yaml"
        yield source.fault(("menu_set",), f"menu_set {file.menu_set} in {source.path.name}", mend)
    if file.menu_set not in menus:
        mend = suggest(file.menu_set, menus)
        yield source.fault(("menu_set",), f"there is no menu set {file.menu_set} without faults", mend)
        return
    names: set[str] = set()
    for at, case in enumerate(file.cases):
        if case.name in names:
            what = f"two cases are named {case.name}"
            yield source.fault(("cases", at, "name"), what, "give each its own name")
        names.add(case.name)
        for place, prompt in _unseen(case, menus[file.menu_set]):
            mend = "write what it speaks under heard:"
            yield source.fault(
                ("cases", at, *place), f"prompt {prompt} has no words of its own to look for", mend
            )
        for place, kind, word, known in _references(case, menus[file.menu_set]):
            if word not in known:
                yield source.fault(("cases", at, *place), f"there is no {kind} {word}", suggest(word, known))


def _unseen(case: Case, menus: CompiledMenus) -> Iterator[tuple[Location, str]]:
    """Prompts that speak values alone: nothing of them is recognised in what is said."""
    for key in ("said", "not_said"):
        for at, name in enumerate(getattr(case.expect, key)):
            parts = [part for each in menus.languages for part in menus.segments(each, name)]
            if parts and all(isinstance(each, Slot) for each in parts):
                yield ("expect", key, at), name


def _references(case: Case, menus: CompiledMenus) -> Iterator[tuple[Location, str, str, Iterable[str]]]:
    """(place, kind, name, the names that are known) of everything that a case refers to."""
    wording, expect = menus.wording, case.expect
    prompts = set().union(*(wording.ids(each) for each in menus.languages))
    hours = {each.hours for each in menus.steps.values() if isinstance(each, BranchStep) and each.hours}
    yield from _language(("language",), case.language, menus)
    yield from _language(("expect", "language"), expect.language, menus)
    if case.start is not None:
        yield ("start",), "step", case.start, menus.steps
    for name in case.hours:
        yield ("hours", name), "branch by the hours", name, hours
    steps = menus.steps.values()
    places = {name for each in steps if isinstance(each, SayStep) for name in each.announcements}
    for name, prompt in case.announcements.items():
        yield ("announcements", name), "place for announcements", name, places
        yield ("announcements", name), "prompt", prompt, prompts
    for key in ("steps", "path"):
        for at, name in enumerate(getattr(expect, key)):
            yield ("expect", key, at), "step", name, menus.steps
    for key in ("said", "not_said"):
        for at, name in enumerate(getattr(expect, key)):
            yield ("expect", key, at), "prompt", name, prompts
    for at, name in enumerate(expect.asked or ()):
        yield ("expect", "asked", at), "action", name, ACTIONS
    if expect.outcome is not None and expect.outcome.waits_in is not None:
        yield ("expect", "outcome", "waits_in"), "step", expect.outcome.waits_in, menus.steps
    for at, act in enumerate(case.happens):
        if act.reply is not None:
            yield from _reply(("happens", at, "reply"), act.reply)


def _language(
    at: Location, language: str | None, menus: CompiledMenus
) -> Iterator[tuple[Location, str, str, Iterable[str]]]:
    if language is not None:
        yield at, "language", language, menus.languages


def _reply(at: Location, reply: Answer) -> Iterator[tuple[Location, str, str, Iterable[str]]]:
    if reply.action is None:
        return
    yield (*at, "action"), "action", reply.action, ACTIONS
    action = ACTIONS.get(reply.action)
    if action is not None:
        yield (*at, "result"), f"result of {reply.action}", reply.result, action.results
        for name in reply.facts:
            yield (*at, name), f"fact of {reply.action}", name, action.facts
