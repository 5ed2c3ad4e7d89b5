"""What a case expects of a call, compared with what came."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from calls.destination import Agent, Escalation, Extension, Hangup, Menu, Number, Queue, Uri
from ivr.authoring.transcript import BackEndAsked, Left, Said, StepEntered

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from calls.destination import Destination
    from ivr.authoring.cases import End, Expected
    from ivr.authoring.simulation import Simulation
    from ivr.steps.step import Location


@dataclass(frozen=True, slots=True)
class Miss:
    """One expectation that was not met."""

    at: Location
    """The place inside the case."""
    expected: str
    came: str
    near: int
    """The entry of the transcript where it shows."""

    def __str__(self) -> str:
        """In one line."""
        return f"expected {self.expected}; {self.came}"


def misses(expect: Expected, call: Simulation) -> Iterator[Miss]:
    """Every expectation that a call did not meet, in the order of the file."""
    yield from _steps(expect, call)
    yield from _words(expect, call)
    yield from _knowledge(expect, call)
    if expect.outcome is not None and not _ends(expect.outcome, call):
        came = f"the call ended so: {ending(call)}"
        yield here(("expect", "outcome"), _wanted(expect.outcome), came, call)


def here(at: Location, expected: str, came: str, call: Simulation) -> Miss:
    """A miss that shows at the end of the transcript so far."""
    return Miss(at, expected, came, len(call.transcript) - 1)


def ending(call: Simulation) -> str:
    """How a call ended, or where it is."""
    last = next((each.outcome for each in call.transcript if isinstance(each, Left)), None)
    if last is not None:
        return last
    what = "the back end" if call.awaits_answer else "the caller"
    return f"the menus wait for {what} in step {call.session.step}"


def _steps(expect: Expected, call: Simulation) -> Iterator[Miss]:
    entered = [(at, each.step) for at, each in enumerate(call.transcript) if isinstance(each, StepEntered)]
    yield from _in_order("steps", expect.steps, entered, "step {} to be entered", call)
    path, came = expect.path, call.steps
    if not path or path == came:
        return
    same = next((at for at in range(min(len(path), len(came))) if path[at] != came[at]), None)
    at = same if same is not None else min(len(path), len(came))
    wanted = f"step {path[at]}" if at < len(path) else "no further step"
    found = f"step {came[at]} was entered" if at < len(came) else f"none was: {ending(call)}"
    near = entered[at][0] if at < len(entered) else len(call.transcript) - 1
    yield Miss(("expect", "path", at), wanted, found, near)


def _words(expect: Expected, call: Simulation) -> Iterator[Miss]:
    spoken = [(at, each) for at, each in enumerate(call.transcript) if isinstance(each, Said)]
    said = [(at, name) for at, each in spoken for name in each.prompts]
    yield from _in_order("said", expect.said, said, "{} to be said", call)
    for index, prompt in enumerate(expect.not_said):
        near = next((at for at, name in said if name == prompt), None)
        if near is not None:
            yield Miss(("expect", "not_said", index), f"{prompt} not to be said", "it was", near)
    for index, words in enumerate(expect.heard):
        if not any(_bare(words) in _bare(each.text) for _, each in spoken):
            came = f'last said: "{spoken[-1][1].text}"' if spoken else "nothing was said"
            yield here(("expect", "heard", index), f'the words "{words}" to be heard', came, call)


def _knowledge(expect: Expected, call: Simulation) -> Iterator[Miss]:
    asked = tuple(each.action for each in call.transcript if isinstance(each, BackEndAsked))
    if expect.asked is not None and asked != expect.asked:
        wanted = f"the back end to be asked {_listed(expect.asked)}"
        yield here(("expect", "asked"), wanted, f"it was asked {_listed(asked)}", call)
    language = call.session.language
    if expect.language not in (None, language):
        yield here(("expect", "language"), f"language {expect.language}", f"it is {language}", call)
    for name, value in expect.attributes.items():
        known = call.session.attributes.get(name)
        if known != value:
            wanted = f"{name} to be {value}" if value is not None else f"{name} not to be known"
            came = f"it is {known}" if known is not None else "it is not known"
            yield here(("expect", "attributes", name), wanted, came, call)


def _in_order(
    key: str, wanted: Sequence[str], came: Sequence[tuple[int, str]], words: str, call: Simulation
) -> Iterator[Miss]:
    """The first of the wanted names that does not follow the ones before it."""
    left = list(came)
    after = ""
    for index, name in enumerate(wanted):
        found = next((at for at, (_, each) in enumerate(left) if each == name), None)
        if found is None:
            names = [each for _, each in left]
            what = words.format(name) + (f" after {after}" if after else "")
            near = left[0][0] if left else len(call.transcript) - 1
            yield Miss(("expect", key, index), what, f"came: {_listed(names)}", near)
            return
        left, after = left[found + 1 :], name


def _ends(end: End, call: Simulation) -> bool:
    if end.waits_in is not None:
        return not call.finished and call.session.step == end.waits_in
    if end.caller_hangs_up:
        return call.hung_up
    left = call.left
    if left is None or not _leads(end, left):
        return False
    if isinstance(left, Queue):
        return end.priority in (None, left.priority) and end.requires in (None, dict(left.requires))
    return True


def _leads(end: End, left: Destination) -> bool:
    match left:
        case Queue(queue=name):
            return name == end.queue
        case Menu(menu=name):
            return name == end.menu
        case Extension(account=name):
            return name == end.extension
        case Agent(agent=name):
            return name == end.agent
        case Number(number=name):
            return name == end.dial
        case Uri(uri=name):
            return name == end.uri
        case Escalation(kind=name):
            return name == end.escalate
        case Hangup():
            return bool(end.hangup)
        case _:
            return False


def _wanted(end: End) -> str:
    way = next(way for way in end.ways if getattr(end, way) is not None)
    value = getattr(end, way)
    words = way.replace("_", " ") + ("" if value is True else f" {value}")
    words += f" priority {end.priority}" if end.priority is not None else ""
    return words + "".join(f" requires {skill} {level}" for skill, level in (end.requires or {}).items())


def _bare(text: str) -> str:
    """Words alone: where a voice pauses is not compared."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) if names else "nothing"
