"""Calls to be tried, as somebody wishes them, begun as often as needed: for the command and the console."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Self

from base.document import suggest
from centralita.menus.tried_sandbox import TriedSandbox
from centralita.menus.trying import stage_of
from ivr.authoring.hearing import Hearing
from ivr.authoring.simulation import Simulation
from ivr.errors import Misunderstood
from ivr.steps import SayStep
from ivr.surroundings import HOURS_STATES
from routing.numbers.inbound import NumberPlan

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from centralita.configuration import Configuration
    from centralita.menus.tried_sound import TriedSound
    from ivr.authoring.simulation import Reply
    from ivr.authoring.stage import Stage
    from ivr.commands import AskBackEnd
    from ivr.compiled import CompiledMenus


@dataclass(frozen=True, slots=True)
class Wishes:
    """What somebody says of a call to be tried; None is as usual."""

    language: str | None = None
    at: str | None = None
    """By the company's clock, `2026-12-24 10:00`; None: now."""
    caller: str | None = None
    dialled: str | None = None
    hours: str | None = None
    """The state of all opening hours."""
    announcements: tuple[str, ...] = ()
    """`PLACE=PROMPT` each."""
    start: str | None = None


def stage_as_wished(configuration: Configuration, menus: CompiledMenus, wishes: Wishes) -> Stage:
    """Where the call finds itself. Raises Misunderstood for a wish that nothing can be made of."""
    stage, language = stage_of(configuration, menus.name), wishes.language
    if wishes.hours is not None:
        _refuse_unknown("state of opening hours", wishes.hours, HOURS_STATES)
    if wishes.dialled is not None:
        route = NumberPlan.of(configuration.routing).route(wishes.dialled)
        if route is None:
            raise Misunderstood(f"nobody answers at {wishes.dialled}: it is not in numbers.yaml")
        language = language or route.language
        stage = replace(
            stage, client=route.client, dialled=wishes.dialled, timezone=configuration.zone(route.client)
        )
    if language is not None and language not in menus.languages:
        raise Misunderstood(f"{menus.name} does not speak {language}; {suggest(language, menus.languages)}")
    if wishes.start is not None:
        _refuse_unknown(f"step of {menus.name}", wishes.start, menus.steps)
    return replace(
        stage,
        moment=_moment(wishes.at, stage),
        language=language,
        caller=wishes.caller or stage.caller,
        always=wishes.hours,
        spoken=dict(_announced(wishes.announcements, menus)),
    )


class Attempts:
    """Makes the same call as often as it is begun; leave it when done."""

    def __init__(
        self,
        configuration: Configuration,
        menus: CompiledMenus,
        wishes: Wishes,
        *,
        voice: TriedSound | None = None,
        sandbox: bool = False,
    ) -> None:
        """`voice` tells how long prompts last; `sandbox` lets the sandbox answer. Raises Misunderstood."""
        self._configuration = configuration
        self._menus = menus
        self._stage = stage_as_wished(configuration, menus, wishes)
        self._start = wishes.start
        self._voice = voice
        self._has_sandbox = sandbox
        self._sandbox: TriedSandbox | None = None

    def __enter__(self) -> Self:
        """Nothing is open before `begin`."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave nothing behind."""
        if self._sandbox is not None:
            self._sandbox.close()

    def begin(self) -> Simulation:
        """A call; the sandbox is as new, so that the same keys lead to the same end."""
        if self._has_sandbox:
            if self._sandbox is not None:
                self._sandbox.close()
            self._sandbox = TriedSandbox(self._configuration.clients)
        hearing = Hearing(self._menus.wording, self._voice.seconds if self._voice is not None else None)
        return Simulation(self._menus, self._stage, start=self._start, hearing=hearing, back_end=self._answer)

    def _answer(self, asked: AskBackEnd) -> Reply | None:
        return self._sandbox(asked) if self._sandbox is not None else None


def _announced(wished: Collection[str], menus: CompiledMenus) -> Iterator[tuple[str, str]]:
    steps = menus.steps.values()
    places = {name for each in steps if isinstance(each, SayStep) for name in each.announcements}
    for each in wished:
        place, mark, prompt = each.partition("=")
        if not mark:
            raise Misunderstood(f"{each} is no announcement; write PLACE=PROMPT")
        _refuse_unknown("place for announcements", place, places)
        _refuse_unknown("prompt", prompt, menus.wording.ids(menus.languages[0]))
        yield place, prompt


def _moment(at: str | None, stage: Stage) -> datetime:
    if at is None:
        return datetime.now(stage.timezone)
    try:
        found = datetime.fromisoformat(at)
    except ValueError:
        raise Misunderstood(f'"{at}" is no moment; write it as "2026-12-24 10:00"') from None
    return found if found.tzinfo is not None else found.replace(tzinfo=stage.timezone)


def _refuse_unknown(kind: str, word: str, known: Collection[str]) -> None:
    if word not in known:
        raise Misunderstood(f"there is no {kind} {word}; {suggest(word, known)}")
