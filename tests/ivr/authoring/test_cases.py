"""Menu cases: how they are written, what is wrong in them, and how a call that went another way is told."""

from __future__ import annotations

import textwrap
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ivr.authoring.cases import load_case_file, load_cases
from ivr.authoring.stage import Stage
from ivr.authoring.verdict import play_cases, untried
from tests.ivr.authoring.test_simulation import STEPS
from tests.ivr.caller import menus

if TYPE_CHECKING:
    from base.document import Fault
    from ivr.authoring.verdict import Verdict
    from ivr.compiled import CompiledMenus

CARD, BIRTH = "4111111111111111", "01021980"
HEAD = "schema: cases/1\nmenu_set: set_a\ncases:\n"


@pytest.fixture
def menu_set(tmp_path: Path) -> CompiledMenus:
    found = menus(tmp_path, STEPS)
    found.wording.add("en", "only_a_sum", "{money:sum}.")
    return found


def faults_of(folder: Path, menu_set: CompiledMenus, text: str) -> list[str]:
    """The faults of a file as `line: what (mend)`."""
    path = folder / "set_a.cases" / "set_a.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(HEAD + textwrap.indent(textwrap.dedent(text), "  "), encoding="utf-8")
    faults: list[Fault] = []
    load_case_file(path, {"set_a": menu_set}, faults)
    return [str(each).removeprefix(f"{path}:") for each in faults]


def played(folder: Path, menu_set: CompiledMenus, text: str) -> list[Verdict]:
    """What came of the cases."""
    assert faults_of(folder, menu_set, text) == []
    path = folder / "set_a.cases" / "set_a.yaml"
    cases = load_case_file(path, {"set_a": menu_set}, [])
    assert cases is not None
    return play_cases([cases], {"set_a": menu_set}, Stage())


def misses(folder: Path, menu_set: CompiledMenus, text: str) -> list[str]:
    """The misses as `line: expected ...; ...`."""
    return [
        f"{line}: {miss}"
        for each in played(folder, menu_set, text)
        for line, miss in zip(each.lines, each.misses, strict=True)
    ]


def test_a_case_passes(tmp_path: Path, menu_set: CompiledMenus) -> None:
    (verdict,) = played(
        tmp_path,
        menu_set,
        f"""\
        - name: a card is activated
          language: en
          moment: "2026-12-24 10:00"
          happens:
            - keys: "1,{CARD}#,{BIRTH}"
            - reply: {{action: card.activate, result: ok, last4: "1111"}}
          expect:
            steps: [start, leave]
            path: [start, activate, leave]
            said: [ask_card, done, bye]
            not_said: [retry]
            heard: ["ending in ONE one, one one"]
            asked: [card.activate]
            attributes: {{last4: "1111", card: null}}
            language: en
            outcome: hangup
        """,
    )
    assert verdict.passed
    assert verdict.steps == {"start", "activate", "leave"}
    assert CARD not in repr(verdict.transcript)


@pytest.mark.parametrize(
    ("expect", "told"),
    [
        ("steps: [leave]", "4: expected step leave to be entered; came: start"),
        ("steps: [start, start]", "4: expected step start to be entered after start; came: nothing"),
        ("path: [leave]", "4: expected step leave; step start was entered"),
        (
            "path: [start, leave]",
            "4: expected step leave; none was: queue people priority 7",
        ),
        ("said: [options, bye]", "4: expected bye to be said after options; came: nothing"),
        ("not_said: [options]", "4: expected options not to be said; it was"),
        ('heard: ["good day"]', '4: expected the words "good day" to be heard; last said: "options"'),
        (
            "asked: [card.activate]",
            "4: expected the back end to be asked card.activate; it was asked nothing",
        ),
        ("language: pl", "4: expected language pl; it is en"),
        ('attributes: {last4: "1"}', "4: expected last4 to be 1; it is not known"),
        ("attributes: {language: null}", "4: expected language not to be known; it is en"),
        (
            "outcome: {queue: people, priority: 8}",
            "4: expected queue people priority 8; the call ended so: queue people priority 7",
        ),
        (
            "outcome: {queue: people, requires: {cards: 1}}",
            "4: expected queue people requires cards 1; the call ended so: queue people priority 7",
        ),
        ("outcome: hangup", "4: expected hangup; the call ended so: queue people priority 7"),
        (
            "outcome: {waits_in: start}",
            "4: expected waits in start; the call ended so: queue people priority 7",
        ),
    ],
)
def test_what_went_another_way_is_told_with_its_line(
    tmp_path: Path, menu_set: CompiledMenus, expect: str, told: str
) -> None:
    text = f'- name: zero\n  expect: {{{expect}}}\n  language: en\n  happens: [{{keys: "0"}}]\n'
    assert misses(tmp_path, menu_set, text) == ["5" + told[1:]]


def test_a_call_that_is_not_over_says_for_whom_it_waits(tmp_path: Path, menu_set: CompiledMenus) -> None:
    text = f"""\
        - {{name: for the caller, expect: {{outcome: hangup}}}}
        - {{name: for the bank, happens: [{{keys: "1,{CARD}#,{BIRTH}"}}], expect: {{outcome: hangup}}}}
        """
    assert [each.split("so: ")[1] for each in misses(tmp_path, menu_set, text)] == [
        "the menus wait for the caller in step start",
        "the menus wait for the back end in step activate",
    ]


@pytest.mark.parametrize(
    ("happens", "told"),
    [
        ("[{reply: ok}]", "expected the back end to be asked something; it was asked nothing"),
        (
            f'[{{keys: "1,{CARD}#,{BIRTH}"}}, {{reply: {{action: payment.charge, result: approved}}}}]',
            "expected the back end to be asked payment.charge; it was asked card.activate",
        ),
        ('[{keys: "0"}, {keys: "1"}]', "expected the call to go on; it had ended: queue people priority 7"),
        ("[hang up, {silence: 1}]", "expected the call to go on; it had ended: the caller hung up"),
    ],
)
def test_what_cannot_happen_is_told(tmp_path: Path, menu_set: CompiledMenus, happens: str, told: str) -> None:
    text = f"- name: impossible\n  happens: {happens}\n  expect: {{outcome: hangup}}\n"
    assert misses(tmp_path, menu_set, text) == [f"5: {told}"]


def test_the_report_shows_the_call_around_the_place_without_secrets(
    tmp_path: Path, menu_set: CompiledMenus
) -> None:
    (verdict,) = played(
        tmp_path,
        menu_set,
        f"""\
        - name: wrong hope
          happens: [{{keys: "1,{CARD}#,{BIRTH}"}}, {{reply: locked}}]
          expect: {{outcome: {{queue: people}}}}
        """,
    )
    (miss,) = verdict.misses
    shown = "\n".join(verdict.excerpt(miss))
    assert shown.startswith("...\n")
    assert "card.activate: locked" in shown
    assert shown.endswith("queue security priority 80")
    (fault,) = verdict.faults()
    everything = shown + str(fault) + repr(verdict)
    assert str(fault).startswith(f"{verdict.file}:6: case wrong hope: expected queue people; ")
    for secret in (CARD, BIRTH, CARD[:8]):
        assert secret not in shown + str(fault) + repr(verdict.transcript) + repr(verdict.misses)
    assert everything


def test_keys_cut_or_wait_and_silence_is_counted(tmp_path: Path, menu_set: CompiledMenus) -> None:
    text = """\
        - {name: cut, happens: [{cut: "0"}], expect: {outcome: {queue: people}}}
        - {name: heard out, happens: [{keys: "0"}], expect: {outcome: {queue: people}}}
        - {name: once, happens: [{silence: 1}], expect: {said: [options, silent_1], outcome: {waits_in: start}}}
        - {name: an hour, happens: [{wait: 1h}], expect: {outcome: {queue: people, priority: 0}}}
        - {name: gone, happens: [{wait: 1}, hang up], expect: {outcome: caller_hangs_up}}
        """
    cut, heard, *_ = verdicts = played(tmp_path, menu_set, text)
    assert all(each.passed for each in verdicts)
    assert cut.transcript[-1].at < heard.transcript[-1].at


BAD = sorted((Path(__file__).resolve().parents[2] / "data/cases/bad").glob("*.yaml"))
EXPECT = "# expect: "


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_bad_file_of_cases_has_exactly_its_faults(path: Path, menu_set: CompiledMenus) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    faults: list[Fault] = []
    assert load_case_file(path, {path.stem: menu_set}, faults) is None
    told = [str(each).removeprefix(f"{path}:") for each in faults]
    assert told == [line.removeprefix(EXPECT) for line in lines if line.startswith(EXPECT)]
    assert "4000000000000002" not in str(told)


def test_test_numbers_and_misread_ones_are_allowed(tmp_path: Path, menu_set: CompiledMenus) -> None:
    for keys in ("4111111111111111#", "9999990000001006#", "4000000000000003#", "378282246310005#"):
        assert (
            faults_of(
                tmp_path, menu_set, f'- {{name: a, happens: [{{keys: "{keys}"}}], expect: {{language: en}}}}'
            )
            == []
        )


def test_what_no_case_comes_to(tmp_path: Path, menu_set: CompiledMenus) -> None:
    verdicts = played(
        tmp_path,
        menu_set,
        f"""\
        - name: locked
          happens: [{{keys: "1,{CARD}#,{BIRTH}"}}, {{reply: locked}}]
          expect: {{outcome: {{queue: security}}}}
        """,
    )
    assert untried(menu_set, verdicts) == [
        "step slow",
        "step leave",
        "step start: key 2",
        "step start: key 9",
        "step start: key 0",
        "step activate: answer ok",
        "step activate: answer already",
        "step activate: answer no_match",
        "step activate: answer fraud",
        "step activate: answer unavailable",
    ]


def test_a_hundred_cases_take_less_than_a_second(tmp_path: Path, menu_set: CompiledMenus) -> None:
    case = """\
        - name: locked {0}
          happens: [{{keys: "1,4111111111111111#,01021980"}}, {{reply: locked}}]
          expect: {{steps: [start, activate], said: [ask_card], outcome: {{queue: security, priority: 80}}}}
        """
    (tmp_path / "cases").mkdir()
    text = HEAD + "".join(textwrap.indent(textwrap.dedent(case), "  ").format(each) for each in range(100))
    (tmp_path / "cases/set_a.yaml").write_text(text, encoding="utf-8")
    began = time.process_time()
    verdicts = play_cases(
        load_cases(tmp_path, {"set_a": menu_set}, []).values(), {"set_a": menu_set}, Stage()
    )
    assert (len(verdicts), all(each.passed for each in verdicts)) == (100, True)
    assert time.process_time() - began < 1.0


ANNOUNCING = "start: {type: say, prompt: hello, announcements: [outage], next: {queue: people}}\n"


def test_a_case_may_have_announcements_switched_on(tmp_path: Path) -> None:
    case = "- {name: a, announcements: {outage: down}, expect: {said: [hello, down]}}\n"
    assert misses(tmp_path, menus(tmp_path, ANNOUNCING), case) == []
    case = "- {name: a, expect: {not_said: [down]}}\n"
    assert misses(tmp_path, menus(tmp_path, ANNOUNCING), case) == []


def test_a_case_announces_only_what_there_is_a_place_and_a_prompt_for(tmp_path: Path) -> None:
    case = "- {name: a, announcements: {outrage: down, outage: dawn}, expect: {said: [hello]}}\n"
    assert faults_of(tmp_path, menus(tmp_path, ANNOUNCING), case) == [
        '4: there is no place for announcements outrage (did you mean "outage"?)',
        '4: there is no prompt dawn (did you mean "down"?)',
    ]
