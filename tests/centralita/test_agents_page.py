"""What docs/agents.md says of codes is the table of the program, and every code has words in each language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from calls.capture import outcome
from centralita.agents.codes import UNKNOWN
from ivr.wording import load_wording
from routing.agents.reasons import USUAL
from routing.feature_codes import CODES, IN_CALL

ROOT = Path(__file__).resolve().parents[2]


def test_the_table_of_codes_is_the_programs() -> None:
    page = (ROOT / "docs" / "agents.md").read_text(encoding="utf-8")
    codes = {code.code: code.meaning for code in CODES.values()} | {
        each.code: each.meaning for each in IN_CALL
    }
    assert codes == dict(re.findall(r"^\| `(\*\d\d)` \| (.*?) \|$", page, flags=re.MULTILINE))


@pytest.mark.parametrize("language", ["es", "pl", "en"])
def test_everything_said_to_agents_has_words(language: str) -> None:
    wording = load_wording([ROOT / "prompts"], [])
    files = [ROOT / "centralita" / "agents" / "codes.py", *(ROOT / "calls").glob("*.py")]
    found = (re.findall(r'"(agent_\w+)"', file.read_text(encoding="utf-8")) for file in files)
    prompts = {*(each for of_file in found for each in of_file), *UNKNOWN.prompts}
    prompts |= {f"agent_capture_{outcome(each)}" for each in ("ok", "declined", "unknown", "")}
    assert len(prompts) >= 8
    assert {each for each in prompts if not wording.has(language, each)} == set()
    assert {each.prompt for each in USUAL.by_id.values() if not wording.has(language, each.prompt)} == set()
