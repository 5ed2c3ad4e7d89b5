"""Menu graphs of every step type drawn at random, and callers who do anything in them: for finding traps.

Most ways that a helpless caller takes lead forward, so that many graphs pass `check`; a flaw makes a trap likely.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from base.document import Document, errors
from calls.destination import Hangup
from ivr.actions import ACTIONS
from ivr.authoring import transcript as tell
from ivr.authoring.simulation import Simulation
from ivr.authoring.stage import Stage
from ivr.check import Known, check
from ivr.compiled import compile_menus
from ivr.errors import EndlessMenus
from ivr.model import MenuFile
from ivr.steps import MenuStep
from ivr.surroundings import HOURS_STATES, QueueStatus
from tests.ivr.caller import QUEUES, Measured, wording

if TYPE_CHECKING:
    from ivr.compiled import CompiledMenus

WORDING = wording()
for _language in ("en", "es", "pl"):
    WORDING.add(_language, "beep", "beep")
    WORDING.add(_language, "offer", "We call {phone:caller}. Press one or two.")
    WORDING.add(_language, "read_number", "We call {phone:number}. Press one or two.")

MOST_TURNS = 400
LONG_SILENCE = 7200.0
Steps = dict[str, dict[str, Any]]


@dataclass
class Maker:
    """Draws one graph."""

    draw: Any
    flaws: frozenset[str]
    names: list[str] = field(default_factory=list)
    at: int = 0

    def steps(self) -> Steps:
        """Between two and nine steps, then a person and a goodbye; those that nothing leads to are left out."""
        count = self.draw(st.integers(1, 7))
        self.names = [f"s{number}" for number in range(count)] + ["person", "bye"]
        made: Steps = {}
        for number in range(count):
            self.at = number
            made[f"s{number}"] = getattr(self, self.draw(st.sampled_from(KINDS)))()
        made["person"] = {"type": "queue", "queue": "people", "say": "connecting"}
        made["bye"] = {"type": "hangup", "say": "bye"}
        return _reachable(made)

    def chance(self, percent: int) -> bool:
        return bool(self.draw(st.integers(0, 99)) < percent)

    def name(self, *, helpless: bool) -> str:
        """A step to lead to: any behind a key, a later one where nothing is asked."""
        back = 40 if "circle" in self.flaws else 4
        if helpless and not self.chance(back):
            return str(self.draw(st.sampled_from(self.names[self.at + 1 :])))
        if "target" in self.flaws and self.chance(20):
            return "nowhere"
        return str(self.draw(st.sampled_from(self.names)))

    def branch(self, *, helpless: bool, leaves: bool = False) -> dict[str, Any]:
        way = self.draw(st.sampled_from(("goto", "goto", "goto", "queue", "extension", "hangup")))
        if way == "goto" and not leaves:
            found: dict[str, Any] = {"goto": self.name(helpless=helpless)}
        elif way == "hangup":
            found = {"hangup": True}
            if not self.chance(40 if "mute" in self.flaws else 1):
                return {**found, "say": "bye"}
            return found
        else:
            found = {"extension": "alice"} if way == "extension" else {"queue": "people"}
        return {**found, "say": "wait"} if self.chance(20) else found

    def on(self) -> dict[str, Any]:
        return self.branch(helpless=True)

    def asking(self) -> dict[str, Any]:
        """Limits of a question; defaults give what is left out."""
        found: dict[str, Any] = {}
        for limit in ("on_max_timeouts", "on_max_failures"):
            if self.chance(50):
                found[limit] = self.on()
        if self.chance(20):
            found["bargein"] = False
        return found

    def say(self) -> dict[str, Any]:
        if not self.chance(25):
            return {"type": "say", "prompt": "hello", "bargein": self.chance(80), "next": self.on()}
        loop: dict[str, Any] = {
            "type": "say",
            "prompt": "loop",
            "loop": True,
            "until": "1#",
            "next": self.on(),
        }
        return loop if "endless" in self.flaws and self.chance(50) else {**loop, "longest": "2m"}

    def language(self) -> dict[str, Any]:
        return {
            "type": "language",
            "prompt": "pick_language",
            "choices": {"1": "es", "2": "pl"},
            "next": self.on(),
            **self.asking(),
        }

    def menu(self) -> dict[str, Any]:
        keys = self.draw(st.lists(st.sampled_from("123456#"), unique=True, min_size=1, max_size=3))
        choices = {key: self.branch(helpless=False) for key in keys}
        if self.chance(30):
            choices["9"] = {"repeat": True}
        astray = "person" in self.flaws and self.chance(50)
        choices["0"] = {"goto": "bye" if astray else "person"}
        return {"type": "menu", "prompt": "options", "choices": choices, **self.asking()}

    def digits(self) -> dict[str, Any]:
        field = {"name": "order", "type": "digits", "max_digits": 4, "prompt": "ask_number"}
        form: dict[str, Any] = {"type": "form", "fields": [field], "next": self.on(), **self.asking()}
        return {**form, "on_cancel": self.branch(helpless=False)} if self.chance(30) else form

    def form(self) -> dict[str, Any]:
        return {
            "type": "form",
            "secure": True,
            "fields": [
                {"name": "card", "type": "card_number", "prompt": "ask_card"},
                {"name": "birth", "type": "date", "prompt": "ask_birth"},
            ],
            "submit": {"action": "card.activate", "processing": "wait"},
            "results": self.results("card.activate"),
            **self.asking(),
        }

    def payment(self) -> dict[str, Any]:
        return {
            "type": "payment",
            "amount": {"currency": "EUR", "prompt": "ask_amount"},
            "card": {"prompt": "ask_card"},
            "expiry": {"prompt": "ask_expiry"},
            "cvv": {"prompt": "ask_cvv"},
            "confirm": "read_amount",
            "results": self.results("payment.charge"),
            **self.asking(),
        }

    def results(self, action: str) -> dict[str, Any]:
        known = ACTIONS[action]
        found: dict[str, Any] = {}
        for result in known.results:
            found[result] = self.on()
            if known.may_retry(result) and result in ("no_match", "declined") and self.chance(60):
                found[result] = {"retry": True, "say": "retry"}
        return found

    def lookup(self) -> dict[str, Any]:
        action = self.draw(st.sampled_from(("customer.find", "case.open")))
        submit = {"action": action, "timeout": 5}
        results = {result: self.on() for result in ACTIONS[action].results}
        return {"type": "lookup", "submit": submit, "results": results}

    def branch_step(self) -> dict[str, Any]:
        by = self.draw(st.sampled_from(("hours", "attribute", "queue", "shares")))
        step: dict[str, Any] = {"type": "branch", "otherwise": self.on()}
        match by:
            case "hours":
                states = self.draw(st.lists(st.sampled_from(HOURS_STATES), unique=True, min_size=1))
                return {**step, "hours": "shop", "is": {state: self.on() for state in states}}
            case "attribute":
                return {**step, "attribute": "caller", "cases": [{"present": True, "then": self.on()}]}
            case "queue":
                return {**step, "queue": "people", "cases": [{"waiting_at_least": 3, "then": self.on()}]}
            case _:
                return {**step, "shares": [{"percent": 50, "then": self.on()}]}

    def set(self) -> dict[str, Any]:
        return {"type": "set", "attributes": {"seen": "yes"}, "next": self.on()}

    def transfer(self) -> dict[str, Any]:
        return {"type": "transfer", "to": {"dial": "+34911222333"}, "failed": self.name(helpless=True)}

    def voicemail(self) -> dict[str, Any]:
        step = {
            "type": "voicemail",
            "prompt": "hello",
            "next": self.on(),
            "failed": self.on(),
            **self.asking(),
        }
        return {**step, "confirm": "again"} if self.chance(30) else step

    def callback(self) -> dict[str, Any]:
        number = {"prompt": "ask_number", "confirm": "read_number", "country": "ES"}
        return {
            "type": "callback",
            "queue": "people",
            "offer": "offer",
            "number": number,
            "next": self.on(),
            "failed": self.on(),
            **self.asking(),
        }

    def survey(self) -> dict[str, Any]:
        question = {"name": "content", "prompt": "again"}
        return {"type": "survey", "questions": [question], "next": self.on(), **self.asking()}


KINDS = (
    "say", "say", "menu", "menu", "menu", "language", "digits", "form", "payment", "lookup", "branch_step", "set",
    "transfer", "voicemail", "callback", "survey",
)  # fmt: skip


def _reachable(steps: Steps) -> Steps:
    seen = ["s0"]
    for name in seen:
        seen += [each for each in _names_in(steps.get(name, {})) if each not in seen]
    return {name: step for name, step in steps.items() if name in seen or name == "person"}


def _names_in(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part[key] for key in ("goto", "failed") if isinstance(part.get(key), str)]
        return own + [name for each in part.values() for name in _names_in(each)]
    return [name for each in part for name in _names_in(each)] if isinstance(part, list) else []


@st.composite
def graphs(draw: Any, flaws: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The data of a menu file."""
    head: dict[str, Any] = {
        "schema": "ivr/1",
        "menu_set": "drawn",
        "languages": ["en", "es", "pl"],
        "start": "s0",
    }
    if not ("limits" in flaws and draw(st.booleans())):
        head["defaults"] = {"on_max_timeouts": {"goto": "person"}, "on_max_failures": {"goto": "person"}}
    return {**head, "steps": Maker(draw, flaws).steps()}


def loaded(data: dict[str, Any]) -> CompiledMenus | None:
    """The menus, if they pass `check`; without the way over text, which takes longest."""
    file = MenuFile.model_validate(data)
    faults = check(file, Document(Path("drawn.yaml"), None, []), WORDING, Known(queues=QUEUES))
    return None if errors(faults) else compile_menus(file, WORDING)


ACTS = st.lists(
    st.one_of(
        st.text("0123456789*#", min_size=1, max_size=5).map(lambda keys: ("press", keys)),
        st.sampled_from(("1", "2", "9", "*", "#", "1111", "5555555555554444#", "01021980")).map(
            lambda keys: ("press", keys)
        ),
        st.floats(0, 20).map(lambda seconds: ("wait", seconds)),
        st.integers(0, 9).map(lambda index: ("reply", index)),
        st.just(("listen", 0)),
    ),
    max_size=15,
)
FINALES = ("silence", "slips", "zero", "mixed")
STAGES = st.builds(
    lambda state, waiting, language, caller: Stage(
        always=state, queues={"people": QueueStatus(waiting=waiting)}, language=language, caller=caller
    ),
    st.sampled_from(HOURS_STATES),
    st.integers(0, 5),
    st.sampled_from((None, "en", "pl")),
    st.sampled_from(("", "+34911222333")),
)


def trap(menus: CompiledMenus, acts: list[tuple[str, Any]], finale: str, stage: Stage) -> str | None:
    """How a caller who does all this, and then ends so, is trapped; None for a good end."""
    asked_for_person = False
    try:
        call = Simulation(menus, stage, hearing=Measured(menus.wording))
        for act, what in acts:
            _do(call, act, what)
        for turn in range(MOST_TURNS):
            if call.finished:
                break
            asked_for_person |= _go_on(call, finale, turn)
    except EndlessMenus as error:
        return str(error)
    if not call.finished:
        return f"still in {call.session.step} after {MOST_TURNS} turns"
    if asked_for_person and isinstance(call.left, Hangup):
        return "0 led to no person"
    return _bad_end(call)


def _do(call: Simulation, act: str, what: Any) -> None:
    match act:
        case "press":
            call.press(what)
        case "wait":
            call.wait(what)
        case "reply" if call.asked is not None:
            results = (*ACTIONS[call.asked.action].results, "nonsense")
            call.reply(results[what % len(results)], last4="4444", reference="123")
        case "listen":
            call.listen()
        case _:
            pass


def _go_on(call: Simulation, finale: str, turn: int) -> bool:
    """One more turn of a caller who never does what is asked; whether a menu has taken their 0."""
    step = call.menus.steps[call.session.step]
    slips = finale == "slips" or (finale == "mixed" and turn % 2)
    if isinstance(step, MenuStep) and finale == "zero":
        if call.session.typed_ahead:
            call.listen()  # an earlier key leads first, maybe to where the call ends
        if call.finished or not isinstance(call.menus.steps[call.session.step], MenuStep):
            return False
        before = len(call.transcript)
        call.press("0")
        call.listen()
        return any(isinstance(each, tell.Chosen) for each in call.transcript[before:])
    if isinstance(step, MenuStep) and slips:
        wrong = [key for key in "0123456789*#" if not any(each.startswith(key) for each in step.choices)]
        call.press(wrong[turn % len(wrong)])
    else:
        began = call.now
        call.stay_silent()
        if call.now == began:
            call.wait(LONG_SILENCE)
    return False


def _bad_end(call: Simulation) -> str | None:
    last = call.transcript[-1]
    if not isinstance(call.left, Hangup):
        return None
    pressed = [each for each in call.transcript if isinstance(each, tell.Pressed)]
    cut_by_key = bool(pressed) and pressed[-1].at == last.at
    return "hung up without a word" if "without a word" in str(last) and not cut_by_key else None
