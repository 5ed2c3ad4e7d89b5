"""What queues.yaml says of prompts, hours and steps that stand in other files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from centralita.configuration import check_configuration
from tests.kit.shipped_centre import spoil

if TYPE_CHECKING:
    from pathlib import Path

QUEUES = "config/queues.yaml"


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        (
            "announce: {greeting: queue_greting}",
            'the prompt queue_greting is not there in pl (did you mean "queue_greeting"?)',
        ),
        ("hours: banco_sool", 'no hours are called banco_sool (did you mean "banco_sol"?)'),
        ("whisper: [queue_greting]", "the prompt queue_greting is not there in"),
        (
            'exit_keys: {"1": {menu: banco_sol, step: strat}}',
            'the menu set banco_sol has no step strat (did you mean "start"?)',
        ),
    ],
)
def test_a_fault_is_named_with_its_line(tmp_path: Path, setting: str, says: str) -> None:
    faults = spoil(tmp_path, QUEUES, lambda text: text.replace("wrap_up: 30s", setting, 1))
    lines = (tmp_path / QUEUES).read_text(encoding="utf-8").splitlines()
    place = next(number for number, line in enumerate(lines, 1) if setting in line)
    assert [fault for fault in faults if f"{QUEUES}:{place}: " in fault and says in fault], faults


def test_a_step_that_only_a_queue_leads_to_is_one_that_can_be_reached(tmp_path: Path) -> None:
    step = "steps:\n  by_key: {type: say, prompt: connecting, next: {hangup: true}}\n"
    lead = 'wrap_up: 30s\n    exit_keys: {"1": {menu: banco_sol, step: by_key}}\n'
    unreached = spoil(tmp_path, "config/menus/banco_sol.yaml", lambda text: text.replace("steps:\n", step, 1))
    assert [each for each in unreached if "step by_key cannot be reached" in each]
    queues = tmp_path / "config" / "queues.yaml"
    queues.write_text(queues.read_text(encoding="utf-8").replace("wrap_up: 30s\n", lead, 1), encoding="utf-8")
    _, faults = check_configuration(tmp_path / "config")
    assert [each for each in map(str, faults) if "cannot be reached" in each] == []
