"""Playing menu cases in virtual time, and saying in words where a call went another way than was expected."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from base.document import Fault
from base.errors import CentralitaError
from ivr.authoring.expectations import Miss, ending, here, misses
from ivr.authoring.hearing import Hearing
from ivr.authoring.simulation import Simulation
from ivr.authoring.transcript import (
    BackEndAnswered,
    Chosen,
    Entry,
    StepEntered,
    lines,
)
from ivr.surroundings import QueueStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ivr.authoring.cases import Act, Answer, Case, Cases
    from ivr.authoring.stage import Stage
    from ivr.branch import Branch
    from ivr.compiled import CompiledMenus

BEFORE, AFTER = 6, 4
"""Entries of the transcript that are shown around the place where a call went another way."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a case."""

    menu_set: str
    case: Case
    misses: tuple[Miss, ...]
    transcript: tuple[Entry, ...]
    file: str
    lines: tuple[int, ...]
    """The line of each miss in its file."""

    @property
    def passed(self) -> bool:
        """Whether everything went as expected."""
        return not self.misses

    @property
    def steps(self) -> frozenset[str]:
        """The steps that the call entered."""
        return frozenset(each.step for each in self.transcript if isinstance(each, StepEntered))

    def faults(self) -> list[Fault]:
        """The misses as faults of the file."""
        mend = f"mend the menu or the case; see the call with: centralita menu test {self.menu_set}"
        return [
            Fault(self.file, line, f"case {self.case.name}: {miss}", mend)
            for line, miss in zip(self.lines, self.misses, strict=True)
        ]

    def excerpt(self, miss: Miss) -> list[str]:
        """The transcript around a miss."""
        first = max(0, miss.near - BEFORE)
        last = miss.near + AFTER + 1
        shown = lines(self.transcript[first:last])
        return ["..."] * bool(first) + shown + ["..."] * (last < len(self.transcript))


def play_cases(cases: Iterable[Cases], menus: Mapping[str, CompiledMenus], stage: Stage) -> list[Verdict]:
    """All cases of all files, on a stage that tells what a case does not say."""
    verdicts: list[Verdict] = []
    for each in cases:
        hearing = Hearing(menus[each.menu_set].wording)
        for at, case in enumerate(each.cases):
            transcript, misses = play(case, menus[each.menu_set], stage, hearing)
            at_lines = tuple(each.source.line(("cases", at, *miss.at)) for miss in misses)
            verdicts.append(Verdict(each.menu_set, case, misses, transcript, str(each.source.path), at_lines))
    return verdicts


def play(
    case: Case, menus: CompiledMenus, stage: Stage, hearing: Hearing | None = None
) -> tuple[tuple[Entry, ...], tuple[Miss, ...]]:
    """One case: its transcript, and what went another way."""
    call = Simulation(menus, staged(case, stage), start=case.start, hearing=hearing)
    try:
        miss = _happen(case.happens, call)
        call.hear_out()
    except CentralitaError as error:  # menus that go in a circle
        miss = Miss(("name",), "an end", str(error), len(call.transcript) - 1)
    found = (miss,) if miss is not None else tuple(misses(case.expect, call))
    return tuple(call.transcript), found


def staged(case: Case, stage: Stage) -> Stage:
    """What a case says of the centre and the caller, in front of the rest."""
    moment = case.moment or stage.moment
    return replace(
        stage,
        moment=moment if moment.tzinfo is not None else moment.replace(tzinfo=stage.timezone),
        caller=case.caller if case.caller is not None else stage.caller,
        dialled=case.dialled if case.dialled is not None else stage.dialled,
        language=case.language,
        attestation=case.attestation,
        identified=case.identified,
        attributes=case.attributes,
        states=dict(case.hours),
        queues={
            name: QueueStatus(each.agents_ready, each.agents_logged_in, each.waiting, each.longest_wait)
            for name, each in case.queues.items()
        },
        spoken=case.announcements,
    )


def untried(menus: CompiledMenus, verdicts: Iterable[Verdict]) -> list[str]:
    """What no case of a menu set comes to: steps, keys of menus, answers of back ends; in words."""
    entered: set[str] = set()
    taken: set[tuple[str, str]] = set()
    for verdict in verdicts:
        entered |= verdict.steps
        taken.update(_taken(verdict.transcript))
    found = [f"step {name}" for name in menus.steps if name not in entered]
    for name in (each for each in menus.steps if each in entered):
        step = menus.steps[name]
        ways = [(f"key {key}", _meaning(way)) for key, way in getattr(step, "choices", {}).items()]
        ways += [(f"answer {result}", result) for result in getattr(step, "results", {})]
        found += [f"step {name}: {words}" for words, meaning in ways if (name, meaning) not in taken]
    return found


def _meaning(way: Branch | str) -> str:
    """How a transcript tells that a key of a menu was understood."""
    return way if isinstance(way, str) else way.named()


def _taken(transcript: Sequence[Entry]) -> Iterator[tuple[str, str]]:
    step = ""
    for each in transcript:
        match each:
            case StepEntered(step=step):
                pass
            case Chosen(meaning=word) | BackEndAnswered(result=word):
                yield step, word
            case _:
                pass


def _happen(acts: Sequence[Act], call: Simulation) -> Miss | None:
    for at, act in enumerate(acts):
        if call.finished and (act.keys or act.cut or act.silence or act.talk or act.hang_up):
            return here(("happens", at), "the call to go on", f"it had ended: {ending(call)}", call)
        if act.reply is not None:
            if call.asked is None:
                call.hear_out()  # the words that bridge the wait for the answer before
            asked = call.asked.action if call.asked is not None else None
            wanted = act.reply.action or asked
            if asked is None or asked != wanted:
                came = f"it was asked {asked}" if asked is not None else "it was asked nothing"
                return here(("happens", at), f"the back end to be asked {wanted or 'something'}", came, call)
        _do(act, call)
    return None


def _do(act: Act, call: Simulation) -> None:
    if act.keys is not None:
        for keys in act.keys.split(","):
            call.hear_out()
            call.press(keys)
    elif act.cut is not None:
        first, *rest = act.cut.split(",")
        call.press(first)
        for keys in rest:
            call.hear_out()
            call.press(keys)
    elif act.wait is not None:
        call.wait(act.wait)
    elif act.silence is not None:
        for _ in range(act.silence):
            call.stay_silent()
    elif act.talk is not None:
        call.hear_out()
        call.talk(act.talk)
    elif act.reply is not None:
        _reply(act.reply, call)
    elif act.hang_up:
        call.hang_up()


def _reply(answer: Answer, call: Simulation) -> None:
    call.reply(answer.result, **answer.facts)
