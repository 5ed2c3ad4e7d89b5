"""The catalogue keeps what its version promised, and names every type there is."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from console.events.catalogue import CATALOGUE, INNER, SCHEMA
from console.events.promise import broken, json_schema, promise
from console.events.told import tell
from records.personal.fields import NAMES
from tests.kit.fed_events import fed

ROOT = Path(__file__).resolve().parents[3]
PROMISED: dict[str, Any] = json.loads((ROOT / "tests/data/events/schema-1.json").read_text(encoding="utf-8"))


def test_what_version_1_promised_is_kept() -> None:
    assert PROMISED["schema"] == SCHEMA
    assert broken(PROMISED, promise()) == []


def test_all_that_is_told_today_is_promised() -> None:
    """New fields and types are written down with the change that brings them: python -m tools.docs."""
    assert promise() == PROMISED


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda kept: kept["types"].pop("queue.left"), "queue.left is gone"),
        (lambda kept: kept["types"]["queue.left"].pop("waited"), "queue.left.waited is gone"),
        (
            lambda kept: kept["types"]["queue.left"].update(waited="string"),
            "queue.left.waited was number and is string",
        ),
        (lambda kept: kept["head"].remove("cursor"), "head: cursor is gone"),
        (lambda kept: kept.update(schema="2"), "another version: 2"),
    ],
)
def test_a_broken_promise_is_found(change: Any, words: str) -> None:
    kept = copy.deepcopy(PROMISED)
    change(kept)
    assert broken(PROMISED, kept) == [words]


def test_more_fields_and_types_break_nothing() -> None:
    kept = copy.deepcopy(PROMISED)
    kept["types"]["queue.left"]["mood"] = "string"
    kept["types"]["queue.danced"] = {}
    assert broken(PROMISED, kept) == []


def test_the_schema_is_one_and_events_fit_it() -> None:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    told = tell(fed(7))
    assert told is not None
    jsonschema.validate(json.loads(told.plain), schema)
    wrong = json.loads(told.plain)
    wrong["data"]["position"] = "first"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, schema)


def test_every_type_that_the_code_writes_is_told_or_said_to_be_inner() -> None:
    written = re.compile(
        r"""(?:\brecord(?:_event)?|\b_?tell|\b_record|_tell_list|direct|Tell|\b_enter|\bjournal|LedgerEvent)\(\s*"""
        r"""(?:[\w.()\[\]"]+,\s*){0,3}"([a-z_]+\.[a-z_]+)\""""
    )
    found = {
        kind
        for package in ("calls", "ivr", "routing", "centralita", "console", "records/cases")
        for file in (ROOT / package).rglob("*.py")
        for kind in written.findall(file.read_text(encoding="utf-8"))
    }
    assert len(found) > 90
    assert found - CATALOGUE.keys() - INNER.keys() == set()


def test_no_type_is_both_told_and_inner() -> None:
    assert CATALOGUE.keys() & INNER.keys() == set()


def test_fields_that_are_personal_wherever_they_stand_are_so_here() -> None:
    open_here = {
        f"{name}.{field}"
        for name, row in CATALOGUE.items()
        for field, each in row.fields.items()
        if field in NAMES and not each.is_personal
    }
    assert open_here == {"tracking.given.number"}  # a number of our own, made to be said
