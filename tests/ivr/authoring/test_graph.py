"""Pictures of menus: what is drawn of steps, ways, limits and counts; sixty steps stay a picture."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from ivr.authoring.coverage import Coverage, StepCoverage
from ivr.authoring.graph import Arrow, Graph, dot, graph, label_of, mermaid
from tests.ivr.caller import menus

if TYPE_CHECKING:
    from pathlib import Path

    from ivr.compiled import CompiledMenus

STEPS = """
start: {type: language, prompt: pick_language, choices: {"1": en, "2": es}, next: main}
main:
  type: menu
  prompt: options
  choices:
    "1": {goto: card}
    "2": {goto: card}
    "9": {repeat: true}
    "0": {queue: people}
  on_max_timeouts: {goto: bye}
card:
  type: form
  secure: true
  fields: [{name: card, type: card_number, prompt: ask_card}, {name: birth, type: date, prompt: ask_birth}]
  submit: {action: card.activate}
  results:
    ok: {say: done, goto: bye}
    already: {goto: bye}
    no_match: {retry: true, say: retry}
    locked: {queue: security}
    fraud: {queue: security}
    unavailable: {queue: people}
  on_cancel: {goto: main}
bye: {type: hangup, say: bye}
"""


@pytest.fixture
def shop(tmp_path: Path) -> CompiledMenus:
    return menus(tmp_path, STEPS)


def arrows(drawn: Graph) -> dict[tuple[str, str], Arrow]:
    return {(each.source, each.target): each for each in drawn.arrows}


def test_each_step_is_a_box_with_its_words(shop: CompiledMenus) -> None:
    nodes = {each.id: each for each in graph(shop, "en").nodes}
    assert nodes["main"].title == "main · menu"
    assert nodes["main"].lines == ("options",)
    assert nodes["card"].title == "card · form · secure"
    assert nodes["card"].is_secure
    assert nodes["start"].is_start
    assert nodes["bye"].words == "bye"


def test_ways_to_the_same_place_share_an_arrow_and_limits_are_apart(shop: CompiledMenus) -> None:
    found = arrows(graph(shop, "en"))
    assert found["main", "card"].labels == ("1", "2")
    assert found["main", "main"].labels == ("9",)
    assert found["main", "main > the queue people"].labels == ("0",)
    assert found["card", "card"].labels == ("no_match",)
    assert found["card", "card > the queue security"].labels == ("locked", "fraud")
    silent = [each for each in found.values() if each.is_limit]
    assert {(each.source, each.labels) for each in silent} == {
        ("main", ("silence",)),
        ("card", ("cancelled",)),
    }


def test_what_defaults_say_of_limits_stands_in_the_title(shop: CompiledMenus) -> None:
    told = "where no other way is drawn: silence to the queue people, slips to the queue people"
    assert told in graph(shop, "en").title


def test_counts_stand_at_boxes_and_arrows(shop: CompiledMenus) -> None:
    main = StepCoverage("main", entered=9)
    main.ways.update(
        {("on", "card"): 4, ("silence", "bye"): 2, ("on", "queue people"): 1, ("slips", "queue people"): 1}
    )
    counts = Coverage("set_a", steps={"main": main}).counts()
    drawn = graph(shop, "en", counts=counts)
    found = arrows(drawn)
    assert found["main", "card"].count == 4
    assert [each.count for each in drawn.arrows if each.source == "main" and each.is_limit] == [2, 1]
    assert found["card", "card"].count == 0
    assert {each.id: each.count for each in drawn.nodes}["main"] == 9
    assert "main · menu (9)" in dot(drawn)
    assert "1, 2 (4)" in mermaid(drawn)


@pytest.mark.parametrize(
    ("at", "label"),
    [
        (("choices", "5"), "5"),
        (("results", "ok"), "ok"),
        (("is", "closed"), "closed"),
        (("otherwise",), "otherwise"),
        (("next",), ""),
        ((), ""),
        (("on_max_failures",), "slips"),
    ],
)
def test_what_stands_at_an_arrow(at: tuple[str | int, ...], label: str) -> None:
    assert label_of(at) == label


@pytest.mark.parametrize(
    ("branch", "labels"),
    [
        ("shares: [{percent: 30, then: bye}]", {"30 %"}),
        ("attribute: caller, cases: [{in: [a, b], then: bye}]", {"in a, b"}),
        ("attribute: caller, cases: [{at_least: 5, then: bye}]", {"at least 5"}),
        ("attribute: caller, cases: [{is: gold, then: bye}]", {"is gold"}),
        ("queue: people, cases: [{waiting_at_least: 9, then: bye}]", {"waiting at least 9"}),
    ],
)
def test_conditions_stand_at_the_arrows_of_a_branch(tmp_path: Path, branch: str, labels: set[str]) -> None:
    text = (
        f"start: {{type: branch, {branch}, otherwise: {{queue: people}}}}\nbye: {{type: hangup, say: bye}}\n"
    )
    drawn = graph(menus(tmp_path, text), "en")
    assert {label for each in drawn.arrows for label in each.labels} == {*labels, "otherwise", ""}


def test_mermaid_needs_no_program_and_cannot_be_broken_by_words(tmp_path: Path, shop: CompiledMenus) -> None:
    text = mermaid(graph(shop, "en"))
    assert text.startswith("---\ntitle: ")
    assert "flowchart TD" in text
    assert '-.->|"silence"|' in text
    for line in text.splitlines()[4:]:
        assert line.count('"') in (0, 2), line


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
def test_sixty_steps_become_a_picture(tmp_path: Path) -> None:
    lines = ["start: {type: say, prompt: hello, next: m0}"]
    for at in range(12):
        led = [f'"{key}": {{goto: s{at * 4 + key}}}' for key in range(1, 5)]
        led += [f'"5": {{goto: m{at + 1}}}'] if at < 11 else []
        lines.append(
            f'm{at}: {{type: menu, prompt: options, choices: {{{", ".join(led)}, "0": {{queue: people}}}}}}'
        )
    lines += [f"s{at}: {{type: say, prompt: again, next: {{queue: people}}}}" for at in range(1, 49)]
    drawn = graph(menus(tmp_path, "\n".join(lines) + "\n"), "en")
    made = subprocess.run(["dot", "-Tsvg"], input=dot(drawn).encode(), capture_output=True, check=True)
    assert made.stderr == b""
    root = ElementTree.fromstring(made.stdout.decode())
    titles = {each.text for each in root.iter("{http://www.w3.org/2000/svg}title")}
    assert {f"m{at}" for at in range(12)} < titles
    sizes = {each.get("font-size") for each in root.iter("{http://www.w3.org/2000/svg}text")}
    assert min(float(size or 0) for size in sizes) >= 11
