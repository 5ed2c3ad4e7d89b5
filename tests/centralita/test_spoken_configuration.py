"""Faults of what is spoken: prompts that languages lack, recordings that cannot play, voices that are not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from centralita.configuration import check_configuration
from tests.kit.human_recordings import encoded, spoken_like
from tests.kit.shipped_centre import spoil
from tests.kit.small_centre import write_centre

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", ["prompts/es.yaml", "prompts/sounds.yaml"])
def test_a_broken_file_of_prompts_is_one_fault_and_not_one_for_each_use(tmp_path: Path, name: str) -> None:
    (fault,) = spoil(tmp_path, name, lambda text: text + "  \tlate: x\n")
    assert fault.startswith(f"{name}:")
    assert "with spaces, not with tabs" in fault


def test_a_prompt_that_one_language_lacks_is_asked_for_in_that_file(tmp_path: Path) -> None:
    faults = spoil(tmp_path, "prompts/pl.yaml", lambda text: text.replace("  banco_main:", "  banco_mein:"))
    assert len(faults) == 1
    assert faults[0].endswith("prompt banco_main has no words in pl (write it in prompts/pl.yaml)")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("goodbye", b"no sound", "not a sound file of a kind that is taken"),
        ("goodbye", b"", "the file is empty (save it again as wav, mp3, ogg, flac, m4a)"),
        (
            "good_bye",
            encoded(spoken_like(), "wav"),
            'no prompt in es has a piece good_bye (did you mean "goodbye"?)',
        ),
    ],
)
def test_a_recording_that_cannot_be_played_is_a_fault(
    tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    config = write_centre(tmp_path)
    (tmp_path / "prompts/es.yaml").write_text(
        'schema: prompts/1\nlanguage: es\nprompts: {goodbye: "Adiós."}\n'
    )
    recording = tmp_path / f"prompts/recordings/es/{name}.wav"
    recording.parent.mkdir(parents=True)
    recording.write_bytes(content)
    found, faults = check_configuration(config)
    assert found is None
    (fault,) = faults
    assert (fault.file, says in str(fault)) == (str(recording), True)


@pytest.mark.parametrize(
    ("voices", "fault"),
    [
        ("{en: pipr}", """voices.en: no voice is called 'pipr' (did you mean "piper"?)"""),
        ("{en: {espeak: en-xx}}", "espeak has no voice en-xx"),
        ("{es: espeak}", "there are no prompts in es (known: en)"),
        ("{En: espeak}", "voices.En"),
        ("{en: {piper: x.onnx, espeak: en}}", "voices.en: needs exactly one of espeak, piper, command"),
        ("{en: {comand: [x]}}", 'unknown key "comand" (did you mean "command"?)'),
        ("{en: {command: [/no/such/program]}}", "no program /no/such/program is there to be run"),
        ("[piper]", "voices: must be keys with values"),
    ],
)
def test_a_voice_that_cannot_be_had_is_named(tmp_path: Path, voices: str, fault: str) -> None:
    config = write_centre(tmp_path)
    (tmp_path / "prompts/en.yaml").write_text("schema: prompts/1\nlanguage: en\nprompts: {a: Hello.}\n")
    centre = config / "centre.yaml"
    centre.write_text(f"name: Small\nlanguage: en\nvoices: {voices}\n")
    assert [str(each)[len(f"{centre}:3: ") :][: len(fault)] for each in check_configuration(config)[1]] == [
        fault
    ]


def test_a_language_that_no_voice_speaks_asks_for_one(tmp_path: Path) -> None:
    config = write_centre(tmp_path)
    (tmp_path / "prompts/xx.yaml").write_text("schema: prompts/1\nlanguage: xx\nprompts: {a: Hello.}\n")
    assert [str(each).partition(": ")[2] for each in check_configuration(config)[1]] == [
        "espeak has no voice xx (name one that speaks xx under voices:)"
    ]


def test_a_text_for_every_language_cannot_be_said(tmp_path: Path) -> None:
    config = write_centre(tmp_path)
    sounds = tmp_path / "prompts/sounds.yaml"
    sounds.write_text(sounds.read_text() + "  hello: Hello.\n")
    (fault,) = check_configuration(config)[1]
    assert fault.what == "no voice can say hello, which is for every language"


def test_a_prompt_that_a_declared_language_lacks_is_a_fault_also_when_it_is_recorded(tmp_path: Path) -> None:
    config = write_centre(tmp_path)
    for language, prompts in (("en", "{a: Hello.}"), ("es", "{b: Hola.}")):
        (tmp_path / f"prompts/{language}.yaml").write_text(
            f"schema: prompts/1\nlanguage: {language}\nprompts: {prompts}\n"
        )
    recording = tmp_path / "prompts/recordings/es/a.flac"
    recording.parent.mkdir(parents=True)
    recording.write_bytes(encoded(spoken_like(), "flac"))
    menu = config / "menus/main.yaml"
    menu.write_text(menu.read_text().replace("[en]", "[en, es]").replace("tone_main", "a"))
    faults = [str(each).replace(f"{tmp_path}/", "") for each in check_configuration(config)[1]]
    assert [
        each
        for each in faults
        if each.startswith("prompts/recordings/es/a.flac:1: no prompt in es has a piece a")
    ]
    assert [each for each in faults if each.startswith("config/menus/main.yaml:")]
