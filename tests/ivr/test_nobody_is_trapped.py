"""Whatever a caller and the back end do, a checked menu ends in a person, a hang-up in words, or a transfer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from base.secret import MASK
from calls.destination import Hangup, Queue
from ivr.actions import ACTIONS
from ivr.commands import Leave
from ivr.load import load_menus
from ivr.wording import load_wording
from tests.ivr.caller import Caller

if TYPE_CHECKING:
    from base.document import Fault
    from ivr.compiled import CompiledMenus

ROOT = Path(__file__).resolve().parents[2]
QUEUES = {"banco_atencion", "banco_seguridad", "tienda_atencion"}
CARD = "5555555555554444"


@pytest.fixture(scope="module")
def demo() -> dict[str, CompiledMenus]:
    faults: list[Fault] = []
    found = load_menus(ROOT / "config/menus", load_wording([ROOT / "prompts"], faults), faults, queues=QUEUES)
    assert faults == []
    return found


KEYS = st.text("0123456789*#", min_size=1, max_size=6)
ACTS = st.one_of(
    KEYS.map(lambda keys: ("press", keys)),
    st.sampled_from(["1", "2", "9", "0", f"{CARD}#", "01021980", "25*00#", "1228", "123#", "4444#"]).map(
        lambda keys: ("press", keys)
    ),
    st.floats(0, 20).map(lambda seconds: ("wait", seconds)),
    st.integers(0, 9).map(lambda index: ("reply", index)),
    st.just(("listen", 0)),
    st.just(("hang up", 0)),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    acts=st.lists(ACTS, max_size=40),
    menu_set=st.sampled_from(["banco_sol", "tienda_norte"]),
    language=st.sampled_from([None, "es", "pl", "en", "xx"]),
)
def test_each_call_ends_well(
    demo: dict[str, CompiledMenus], acts: list[tuple[str, str | float]], menu_set: str, language: str | None
) -> None:
    caller = Caller(demo[menu_set], language=language)
    for act, what in acts:
        match act:
            case "press":
                caller.press(str(what))
            case "wait":
                caller.wait(float(what))
            case "listen":
                caller.listen()
            case "reply" if caller.asked is not None:
                results = (*ACTIONS[caller.asked.action].results, "nonsense")
                caller.reply(results[int(what) % len(results)], last4="4444", reference="000123")
            case "hang up":
                caller.hang_up()
            case _:
                pass
    caller.wait(600)  # and then silence
    assert caller.session.finished
    assert sum(isinstance(each, Leave) for each in caller.commands) <= 1
    gone = [each["destination"] for each in caller.records("menu.left")] == ["caller_hung_up"]
    assert gone or isinstance(caller.left, Queue) or _said_goodbye(caller)
    assert CARD not in repr(caller.commands)
    assert MASK in repr(caller.commands) or not any(
        command.__class__.__name__ == "AskBackEnd" for command in caller.commands
    )


def _said_goodbye(caller: Caller) -> bool:
    """A hang-up comes after words, unless the caller's own keys cut them."""
    return caller.left == Hangup(cause=16)


def test_a_silent_caller_reaches_a_person_in_each_language(demo: dict[str, CompiledMenus]) -> None:
    for each in demo.values():
        for language in (None, "es", "pl", "en"):
            assert isinstance(Caller(each, language=language).wait(600).left, Queue)


def test_zero_reaches_a_person_from_every_menu(demo: dict[str, CompiledMenus]) -> None:
    for each in demo.values():
        for name, step in each.steps.items():
            if step.type == "menu":
                assert isinstance(Caller(each, start=name).press("0").listen().left, Queue)
