"""The page on menus names every step type with every key of its own, and its examples are of the right form."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from pydantic import TypeAdapter

from ivr.manners import Asking
from ivr.steps import STEP_TYPES, AnyStep
from ivr.steps.branch import AttributeCase, HoursState, QueueCase, Share

PAGE = Path("docs/menus.md").read_text()
TABLE = PAGE[PAGE.index("| step |") :].partition("\n\n")[0]
ROWS = {row.split("`")[1]: row for row in TABLE.splitlines() if row.startswith("| `")}
MODELS = {get_args(each.model_fields["type"].annotation)[0]: each for each in get_args(get_args(AnyStep)[0])}
EVERYWHERE = {*Asking.model_fields, "on_max_timeouts", "on_max_failures", "type"} - {"bargein"}
FILLED_IN = {"begin"}


def _keys(model: Any) -> set[str]:
    fields = {field.alias or name for name, field in model.model_fields.items()}
    own = fields - EVERYWHERE - FILLED_IN
    return own - {"bargein"} if issubclass(model, Asking) else own


@pytest.mark.parametrize("kind", STEP_TYPES)
def test_the_row_of_a_step_names_its_keys_and_no_others(kind: str) -> None:
    told = set(re.findall(r"`([a-z_]+)`", ROWS[kind].split("|")[3]))
    assert told == _keys(MODELS[kind])


def test_all_that_branches_compare_is_named() -> None:
    rows = PAGE[PAGE.index("A case of an attribute") :].partition("\n\n")[0]
    compared = {
        field.alias or name
        for each in (AttributeCase, QueueCase, Share)
        for name, field in each.model_fields.items()
    }
    told = set(re.findall(r"\b[a-z_]+\b", rows))
    assert (compared | set(get_args(HoursState))) - {"percent", "then"} <= told


@pytest.mark.parametrize(
    "block",
    re.findall(r"```yaml\n(  .*?)```", PAGE, re.S),
    ids=lambda block: block.split(":")[0].strip(),
)
def test_the_steps_of_the_examples_are_of_the_right_form(block: str) -> None:
    for step in yaml.safe_load(block).values():
        TypeAdapter(AnyStep).validate_python(step)
