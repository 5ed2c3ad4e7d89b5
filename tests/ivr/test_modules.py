"""Modules: pieces of menu that several menu sets include."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from base.document import errors
from calls.destination import Hangup, Queue
from ivr.load import load_menus
from tests.ivr.caller import QUEUES, Caller, wording

if TYPE_CHECKING:
    from pathlib import Path

    from base.document import Fault
    from ivr.compiled import CompiledMenus

MODULE = """\
    schema: module/1
    module: agree
    exits: [agreed, refused]
    start: ask
    steps:
      ask:
        type: menu
        prompt: hello
        choices:
          "1": {say: done_word, exit: agreed}
          "2": {goto: sure}
          "0": {queue: people}
      sure: {type: say, prompt: again, next: {exit: refused}}
    """
SET = """\
    schema: ivr/1
    menu_set: set_a
    languages: [en]
    defaults: {on_max_timeouts: {goto: person}, on_max_failures: {goto: person}}
    steps:
      start: {type: include, module: agree, exits: {agreed: second, refused: end}}
      second: {type: include, module: agree, exits: {agreed: {queue: security, say: wait}, refused: end}}
      person: {type: queue, queue: people}
      end: {type: hangup, say: bye}
    """


def loaded(folder: Path, menus: str = SET, **modules: str) -> tuple[dict[str, CompiledMenus], list[str]]:
    """A menu set with its modules, and the faults by file name and line."""
    (folder / "modules").mkdir()
    (folder / "set_a.yaml").write_text(textwrap.dedent(menus), encoding="utf-8")
    for name, text in ({"agree": MODULE} | modules).items():
        (folder / f"modules/{name}.yaml").write_text(textwrap.dedent(text), encoding="utf-8")
    faults: list[Fault] = []
    words = wording()
    words.add("en", "done_word", "done")
    found = load_menus(folder, words, faults, queues=QUEUES)
    return found, [str(each).removeprefix(f"{folder}/") for each in errors(faults)]


def test_a_module_serves_two_places_and_its_ends_lead_where_each_says(tmp_path: Path) -> None:
    found, faults = loaded(tmp_path)
    assert faults == []
    caller = Caller(found["set_a"]).press("1").listen().press("1").listen().listen()
    assert caller.left == Queue("security")
    assert ("done_word",) in caller.said
    assert [each["step"] for each in caller.records("menu.entered")] == [
        "start", "start/ask", "second", "second/ask",
    ]  # fmt: skip


def test_the_other_end_and_silence(tmp_path: Path) -> None:
    found, _ = loaded(tmp_path)
    assert Caller(found["set_a"]).press("2").listen().listen().left == Hangup(cause=16)
    assert Caller(found["set_a"]).wait(60).left == Queue("people")


def test_a_module_may_include_another(tmp_path: Path) -> None:
    outer = """\
        schema: module/1
        module: outer
        exits: [out]
        steps:
          start: {type: include, module: agree, exits: {agreed: {exit: out}, refused: {exit: out}}}
        """
    menus = SET.replace(
        "{type: include, module: agree, exits: {agreed: second, refused: end}}",
        "{type: include, module: outer, exits: {out: second}}",
    )
    found, faults = loaded(tmp_path, menus, outer=outer)
    assert faults == []
    assert "start/start/ask" in found["set_a"].steps
    assert Caller(found["set_a"]).press("1").listen().press("1").listen().listen().left == Queue("security")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "module: agree, exits: {agreed: second",
            "module: agre, exits: {agreed: second",
            'set_a.yaml:6: there is no module agre (did you mean "agree"?)',
        ),
        (
            "{agreed: second, refused: end}",
            "{agreed: second}",
            "set_a.yaml:6: start has no way for the end refused of agree (add refused: to exits)",
        ),
        (
            "{agreed: second,",
            "{agreed: second, maybe: end,",
            "set_a.yaml:6: agree never ends by maybe (known: agreed, refused)",
        ),
        (
            "start: {type: include",
            "start/x: {type: include",
            "set_a.yaml:6: start/x has a /, which stands for steps of modules (name it with letters, digits and _)",
        ),
        (
            "end: {type: hangup, say: bye}",
            "end: {type: say, prompt: bye, next: {exit: agreed}}",
            "set_a.yaml:9: exit: ends a module, and this is none (write goto:)",
        ),
    ],
)
def test_faults_of_an_inclusion(tmp_path: Path, old: str, new: str, expected: str) -> None:
    _, faults = loaded(tmp_path, SET.replace(old, new))
    assert expected in faults


def test_faults_inside_a_module_are_told_at_its_own_lines(tmp_path: Path) -> None:
    module = MODULE.replace("prompt: again", "prompt: agian").replace("{goto: sure}", "{goto: sur}")
    _, faults = loaded(tmp_path, agree=module)
    assert any(each.startswith("modules/agree.yaml:11: there is no step") for each in faults)
    assert any(each.startswith("modules/agree.yaml:13: prompt agian has no words") for each in faults)


def test_modules_in_a_circle_are_refused(tmp_path: Path) -> None:
    module = MODULE.replace(
        "{type: say, prompt: again, next: {exit: refused}}",
        "{type: include, module: agree, exits: {agreed: ask, refused: ask}}",
    )
    _, faults = loaded(tmp_path, agree=module)
    assert (
        "modules/agree.yaml:13: modules include each other in a circle: agree -> agree (let one of them lead on)"
        in faults
    )


def test_modules_that_double_each_time_are_refused_before_they_fill_the_memory(tmp_path: Path) -> None:
    def doubling(name: str, inner: str, times: int) -> str:
        ways = "exits: {agreed: {exit: agreed}, refused: {exit: refused}}"
        steps = "\n".join(f"  s{at}: {{type: include, module: {inner}, {ways}}}" for at in range(times))
        head = f"schema: module/1\nmodule: {name}\nexits: [agreed, refused]\nstart: s0\nsteps:\n"
        return f"{head}{steps}\n"

    deep = {f"m{at}": doubling(f"m{at}", f"m{at + 1}", 2) for at in range(30)}
    _, faults = loaded(
        tmp_path, SET.replace("module: agree", "module: m0"), **deep, m30=doubling("m30", "agree", 1)
    )
    assert any("more than 8 modules stand within each other" in each for each in faults)


def test_a_menu_set_has_an_end_with_its_modules(tmp_path: Path) -> None:
    ways = "exits: {agreed: {exit: agreed}, refused: {exit: refused}}"
    wide = {
        f"w{at}": f"schema: module/1\nmodule: w{at}\nexits: [agreed, refused]\nstart: s0\nsteps:\n"
        + "\n".join(
            f"  s{each}: {{type: include, module: {f'w{at + 1}' if at < 4 else 'agree'}, {ways}}}"
            for each in range(12)
        )
        for at in range(5)
    }
    _, faults = loaded(tmp_path, SET.replace("module: agree", "module: w0"), **wide)
    assert any("more than 20000 steps" in each for each in faults)
