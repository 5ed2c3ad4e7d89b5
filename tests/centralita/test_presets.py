"""Presets of client companies' files: what each asks of menus, queues and languages, one broken thing at a time."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest

from centralita.configuration import check_configuration
from ivr.check.presets import PRESETS
from ivr.manners import ACCESSIBLE
from routing.clients import Preset

if TYPE_CHECKING:
    from collections.abc import Callable

    from base.document import Fault
    from ivr.compiled import CompiledMenus

ROOT = Path(__file__).resolve().parents[2]
MENU, CLIENT, QUEUES = "config/menus/banco_sol.yaml", "config/clients/banco_sol.yaml", "config/queues.yaml"
ACCESSIBLE_ONLY = ("presets: [es-10-2025, recording-notice]", "presets: [accessibility]")
CONSENT_ONLY = ("presets: [es-10-2025, recording-notice]", "presets: [recording-consent]")


def spoil(tmp_path: Path, *changes: tuple[str, str, str]) -> list[Fault]:
    """The demonstration with some texts replaced; its faults."""
    for folder in ("config", "sip_profiles"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / "prompts").mkdir()
    for file in (ROOT / "prompts").glob("*.yaml"):
        shutil.copy(file, tmp_path / "prompts")
    for name, before, after in changes:
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert before in text, before
        (tmp_path / name).write_text(text.replace(before, after), encoding="utf-8")
    return sorted(set(check_configuration(tmp_path / "config")[1]))


def test_every_preset_that_a_client_may_name_has_its_rules() -> None:
    assert set(get_args(Preset)) == set(PRESETS)


@pytest.mark.parametrize(
    ("changes", "file", "says"),
    [
        (
            [(MENU, "say: [tracking_number, connecting]\n", "say: connecting\n")],
            MENU,
            "es-10-2025: the caller comes to a person without having heard the tracking number",
        ),
        (
            [(MENU, "say: [tracking_number, goodbye]", "say: goodbye")],
            MENU,
            "es-10-2025: the caller comes to a goodbye without having heard the tracking number",
        ),
        (
            [("prompts/pl.yaml", "wybierz zero", "zaczekaj")],
            MENU,
            "es-10-2025: the main menu main does not tell in pl how to reach a person (tell the key 0",
        ),
        (
            [(QUEUES, "    overflow:\n      timeout: {queue: banco_seguridad, priority: 10}\n", "")],
            QUEUES,
            "es-10-2025: the queue banco_atencion hangs up on callers who have waited",
        ),
        (
            [
                ("config/skills.yaml", "  lang_pl: Polish\n", ""),
                ("config/agents.yaml", "lang_pl: 5, ", ""),
                ("config/agents.yaml", "lang_pl: 2, ", ""),
            ],
            MENU,
            "es-10-2025: no skill lang_pl leads callers to agents who speak pl",
        ),
        (
            [(MENU, "{say: banco_welcome, bargein: false}", "banco_welcome")],
            MENU,
            "recording-notice: language asks before the notice of the recording was heard (say banco_welcome",
        ),
        (
            [(CLIENT, "notice: [banco_welcome]", "notice: [banco_welcom]")],
            CLIENT,
            'no prompt is called banco_welcom (did you mean "banco_welcome"?)',
        ),
        ([(CLIENT, "notice: [banco_welcome]", "")], CLIENT, "recording-notice needs to know the notice"),
        ([(CLIENT, "[es-10-2025,", "[es-10-2026,")], CLIENT, "'es-10-2026' is not known (did you mean"),
        ([(CLIENT, *ACCESSIBLE_ONLY)], MENU, "accessibility: the menu anything_else cannot be heard again"),
        (
            [
                (CLIENT, *CONSENT_ONLY),
                (MENU, "    next: language\n", "    next: consent\n"),
                (
                    MENU,
                    "  language:\n",
                    "  consent: {type: set, recording: on, next: language}\n  language:\n",
                ),
            ],
            MENU,
            "recording-consent: consent switches the recording on where the caller has chosen nothing",
        ),
    ],
)
def test_a_preset_names_what_it_misses(
    tmp_path: Path, changes: list[tuple[str, str, str]], file: str, says: str
) -> None:
    faults = [str(each) for each in spoil(tmp_path, *changes)]
    assert [each for each in faults if file in each and says in each], "\n".join(faults)


def test_consent_by_a_key_is_consent(tmp_path: Path) -> None:
    ask = (
        '  consent: {type: menu, prompt: anything_else, choices: {"1": {goto: agreed}, "2": {goto: language}, '
        '"0": {goto: person}}}\n  agreed: {type: set, recording: on, next: language}\n  language:\n'
    )
    changes = [
        (CLIENT, *CONSENT_ONLY),
        (MENU, "    next: language\n", "    next: consent\n"),
        (MENU, "  language:\n", ask),
    ]
    assert not [each for each in spoil(tmp_path, *changes) if "consent" in each.what]


def test_without_presets_nothing_of_them_is_asked(tmp_path: Path) -> None:
    changes = [
        (CLIENT, "presets: [es-10-2025, recording-notice]", "presets: []"),
        (MENU, "say: [tracking_number, connecting]\n", "say: connecting\n"),
    ]
    assert spoil(tmp_path, *changes) == []


def test_accessible_menus_wait_longer_and_ask_once_more(demo: Callable[[], CompiledMenus]) -> None:
    menus = demo()
    usual, raised = menus.manners["main"], menus.raised(ACCESSIBLE).manners["main"]
    assert (usual.timeout, raised.timeout) == (6.0, 10.0)
    assert (usual.inter_digit_timeout, raised.inter_digit_timeout) == (3.0, 5.0)
    assert raised.max_timeouts == usual.max_timeouts + 1
    assert menus.raised(ACCESSIBLE).version == menus.version


@pytest.fixture
def demo() -> Callable[[], CompiledMenus]:
    def load() -> CompiledMenus:
        found, _ = check_configuration(ROOT / "config")
        assert found is not None
        return found.menus["banco_sol"]

    return load
