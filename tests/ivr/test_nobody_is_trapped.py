"""Whatever callers, back ends and the centre do, a checked menu ends in a person, a hang-up in words, or a transfer."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from base.document import errors
from base.secret import MASK
from calls.destination import Hangup, Queue
from ivr.actions import ACTIONS
from ivr.authoring.simulation import Simulation
from ivr.authoring.stage import Stage
from ivr.authoring.transcript import Left, StepEntered, lines
from ivr.commands import AskBackEnd, Leave
from ivr.load import load_menu, load_menus
from ivr.surroundings import HOURS_STATES, QueueStatus
from ivr.wording import load_wording
from tests.ivr.caller import QUEUES, wording

if TYPE_CHECKING:
    from base.document import Fault
    from ivr.compiled import CompiledMenus

ROOT = Path(__file__).resolve().parents[2]
GOOD = ROOT / "tests/data/menus/good"
WITH_PEOPLE = ("banco_sol", "tienda_norte")
DEMO = {*WITH_PEOPLE, "tienda_encuesta"}  # whom an agent has served already wants no other
CARD, BIRTH = "5555555555554444", "31121975"
HOUR = 3600.0
FACTS = {"last4": "4444", "reference": "000123", "balance": "100 EUR", "due": "2100 EUR", "segment": "gold"}


@cache
def demo() -> dict[str, CompiledMenus]:
    """The menus of the demonstration."""
    faults: list[Fault] = []
    queues = {"banco_atencion", "banco_seguridad", "tienda_atencion"}
    words = load_wording([ROOT / "prompts"], faults)
    found = load_menus(ROOT / "config/menus", words, faults, queues=queues)
    assert errors(faults) == []
    assert set(found) == DEMO
    return found


@cache
def good() -> dict[str, CompiledMenus]:
    """The menus of the tests."""
    found = {
        path.stem: load_menu(path, wording(), [], queues=QUEUES, menus={"other"})
        for path in GOOD.glob("*.yaml")
    }
    return {name: each for name, each in found.items() if each is not None}


TYPED = ["1", "2", "3", "4", "5", "9", "0", f"{CARD}#", BIRTH, "25*00#", "1228", "123#", "4444#", "28013"]
ACTS = st.one_of(
    st.text("0123456789*#", min_size=1, max_size=6).map(lambda keys: ("press", keys)),
    st.sampled_from(TYPED).map(lambda keys: ("press", keys)),
    st.sampled_from(TYPED).map(lambda keys: ("answer", keys)),
    st.floats(0, 20).map(lambda seconds: ("wait", seconds)),
    st.floats(0, 20).map(lambda seconds: ("talk", seconds)),
    st.integers(0, 9).map(lambda index: ("reply", index)),
    st.just(("listen", 0)),
    st.just(("hang up", 0)),
)
STAGES = st.builds(
    Stage,
    language=st.sampled_from([None, "es", "pl", "en", "xx"]),
    caller=st.sampled_from(["+34911222333", "+48501234567", "anonymous", ""]),
    attestation=st.sampled_from([None, "A", "C"]),
    identified=st.booleans(),
    always=st.sampled_from(HOURS_STATES),
    queues=st.dictionaries(
        st.sampled_from(["people", "tienda_atencion", "banco_atencion"]),
        st.builds(QueueStatus, st.integers(0, 2), st.integers(0, 2), st.integers(0, 9), st.floats(0, 900)),
    ),
)


def carry_out(call: Simulation, act: str, what: str | float) -> None:
    """One random thing."""
    match act:
        case "press":
            call.press(str(what))
        case "answer":  # heard out first
            call.hear_out()
            call.press(str(what))
        case "wait":
            call.wait(float(what))
        case "talk":
            call.talk(float(what))
        case "listen":
            call.listen()
        case "reply" if call.asked is not None:
            action = ACTIONS[call.asked.action]
            results = (*action.results, "nonsense")
            known = {name: value for name, value in FACTS.items() if name in action.facts}
            call.reply(results[int(what) % len(results)], **known)
        case "hang up":
            call.hang_up()
        case _:
            pass


def ends_well(menus: CompiledMenus, stage: Stage, acts: list[tuple[str, str | float]]) -> None:
    """Play the acts, then do nothing more."""
    call = Simulation(menus, stage)
    for act, what in acts:
        carry_out(call, act, what)
    # No key leads through more steps than there are, nor does silence: it would be a circle.
    keys = sum(len(str(what)) for act, what in acts if act in ("press", "answer"))
    longest = len(menus.steps)
    assert len(call.steps) <= longest * (1 + keys + len(acts))
    entered = len(call.steps)
    call.wait(HOUR)
    assert len(call.steps) - entered <= 2 * longest
    assert call.finished
    assert sum(isinstance(each, Leave) for each in call.commands) == (not call.hung_up)
    assert call.hung_up or said_goodbye(call) or not isinstance(call.left, Hangup)
    seen = repr(call.commands) + repr(call.transcript) + "\n".join(lines(call.transcript))
    assert CARD not in seen
    assert CARD[:12] not in seen
    asked = [each for each in call.commands if isinstance(each, AskBackEnd)]
    assert MASK in repr(asked) or not any("card" in each.fields for each in asked)


def said_goodbye(call: Simulation) -> bool:
    """The last words were heard to their end just before the hang-up."""
    last = call.transcript[-1]
    return isinstance(last, Left) and last.outcome.startswith("hung up after ")


SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large)


@settings(max_examples=200, deadline=None, suppress_health_check=SLOW)
@given(stage=STAGES, acts=st.lists(ACTS, max_size=40), name=st.sampled_from(sorted(DEMO)))
def test_each_call_to_the_demonstration_ends_well(
    stage: Stage, acts: list[tuple[str, str | float]], name: str
) -> None:
    ends_well(demo()[name], stage, acts)


@settings(max_examples=300, deadline=None, suppress_health_check=SLOW)
@given(
    stage=STAGES,
    acts=st.lists(ACTS, max_size=30),
    name=st.sampled_from(sorted(each.stem for each in GOOD.glob("*.yaml"))),
)
def test_each_call_to_a_good_menu_ends_well(
    stage: Stage, acts: list[tuple[str, str | float]], name: str
) -> None:
    ends_well(good()[name], stage, acts)


def test_a_silent_caller_reaches_a_person_in_each_language() -> None:
    for each in map(demo().__getitem__, WITH_PEOPLE):
        for language in (None, "es", "pl", "en"):
            call = Simulation(each, Stage(language=language))
            call.wait(600)
            assert isinstance(call.left, Queue)


def test_zero_reaches_a_person_from_every_menu() -> None:
    for each in demo().values():
        for name, step in each.steps.items():
            if step.type == "menu":
                call = Simulation(each, Stage(language="es"), start=name)
                call.press("0")
                call.hear_out()
                assert isinstance(call.left, Queue)


def test_a_silent_caller_never_comes_to_one_step_twice() -> None:
    for each in (*demo().values(), *good().values()):
        for name in each.steps:
            call = Simulation(each, Stage(language="en"), start=name)
            call.wait(HOUR)
            entered = [entry.step for entry in call.transcript if isinstance(entry, StepEntered)]
            assert len(entered) == len(set(entered)), name
            assert call.finished
