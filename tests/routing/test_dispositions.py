"""Results of calls as client companies write them: what is taken, and each mistake in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from routing.clients import load_clients

if TYPE_CHECKING:
    from pathlib import Path

    from base.document import Fault


def loaded(folder: Path, dispositions: str) -> tuple[object, list[str]]:
    (folder / "bank.yaml").write_text(f"schema: client/1\nname: Bank\ndispositions: {dispositions}\n")
    faults: list[Fault] = []
    return load_clients(folder, faults), [f"{each.line}: {each.what}" for each in faults]


def test_results_have_codes_and_names(tmp_path: Path) -> None:
    _, faults = loaded(
        tmp_path, '{required: true, wait: 2m, codes: {"1": {name: {en: solved, es: resuelto}}}}'
    )
    assert faults == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{required: true}", "a result is required, and there is none to give"),
        ("{codes: {1: {name: {en: x}}}}", "quote it"),
        ('{codes: {"1a": {name: {en: x}}}}', "1a"),
        ('{codes: {"12345": {name: {en: x}}}}', "12345"),
        ('{codes: {"1": {}}}', '"name" is missing'),
        ('{codes: {"1": {name: {}}}}', "name"),
        ('{codes: {"1": {name: {EN: x}}}}', "EN"),
        ('{codes: {"1": {name: {en: "{card}"}}}}', "name"),
        ("{wait: 0}", "wait"),
        ("{requird: true}", "unknown key"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, what: str) -> None:
    _, faults = loaded(tmp_path, text)
    assert len(faults) == 1, faults
    assert faults[0].startswith("3: ")
    assert what in faults[0] or "quote it" in what
