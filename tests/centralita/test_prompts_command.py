"""`centralita prompts`: build, import, list, say."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.centralita.test_commands import run
from tests.kit.human_recordings import encoded, spoken_like
from tests.kit.small_centre import write_centre
from tests.kit.tone import hears_sound, read_wav

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def config(tmp_path: Path) -> Path:
    folder = write_centre(tmp_path)
    for language, prompts in (
        ("en", '{hello: "Hello, and welcome.", bye: Goodbye., paid: "You paid {money:amount}. Thank you."}'),
        ("es", "{hello: Hola y bienvenidos.}"),
    ):
        (tmp_path / f"prompts/{language}.yaml").write_text(
            f"schema: prompts/1\nlanguage: {language}\nprompts: {prompts}\n", encoding="utf-8"
        )
    return folder


def a_file(tmp_path: Path, content: bytes, name: str = "from the studio.bin") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def test_a_recording_is_brought_in_under_the_ending_of_its_kind(config: Path, tmp_path: Path) -> None:
    file = a_file(tmp_path, encoded(spoken_like(700, 2.0, level=0.25, around=1.0), "mp3"))
    done = run("prompts", "import", file, "--language", "es", "--id", "hello", "--config", config)
    assert (done.exit_code, done.stderr) == (0, "")
    target = tmp_path / "prompts/recordings/es/hello.mp3"
    assert done.stdout == (
        f"{target}: mp3, 48000 Hz, 1 channel, 4.0 s (2.1 s without silence), peak -12 dB, words at -15 dB\n"
    )
    assert target.read_bytes() == file.read_bytes()
    assert run("check", "--config", config).exit_code == 0


def test_an_earlier_recording_stays_unless_it_is_to_be_replaced(config: Path, tmp_path: Path) -> None:
    words = ("--language", "es", "--id", "hello", "--config", config)
    first = a_file(tmp_path, encoded(spoken_like(700), "mp3"), "1.mp3")
    second = a_file(tmp_path, encoded(spoken_like(700), "ogg"), "2.ogg")
    assert run("prompts", "import", first, *words).exit_code == 0
    refused = run("prompts", "import", second, *words)
    assert refused.exit_code == 1
    assert "hello.mp3 is there already; --replace takes its place" in refused.stderr
    assert run("prompts", "import", second, "--replace", *words).exit_code == 0
    assert [each.name for each in (tmp_path / "prompts/recordings/es").iterdir()] == ["hello.ogg"]


def test_a_broken_recording_can_be_replaced_by_a_good_one(config: Path, tmp_path: Path) -> None:
    broken = tmp_path / "prompts/recordings/es/hello.wav"
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"no sound")
    assert run("check", "--config", config).exit_code == 1
    file = a_file(tmp_path, encoded(spoken_like(), "wav"))
    words = ("--language", "es", "--id", "hello", "--config", config)
    assert run("prompts", "import", file, "--replace", *words).exit_code == 0
    assert run("check", "--config", config).exit_code == 0


@pytest.mark.parametrize(
    ("language", "prompt", "said"),
    [
        ("es", "helo", 'no prompt in es is called helo (did you mean "hello"?); write its text in '),
        ("fr", "hello", "there are no prompts in fr ("),
        ("en", "paid", "the prompt paid has slots; record its fixed parts: paid.1, paid.2"),
    ],
)
def test_a_recording_of_nothing_is_refused(
    config: Path, tmp_path: Path, language: str, prompt: str, said: str
) -> None:
    file = a_file(tmp_path, encoded(spoken_like(), "wav"))
    done = run("prompts", "import", file, "--language", language, "--id", prompt, "--config", config)
    assert done.exit_code == 1
    assert done.stderr.startswith(f"centralita: {said}")
    assert not (tmp_path / "prompts/recordings").exists()


@pytest.mark.parametrize(
    "content", [b"", b"text", encoded(bytes(20_000), "wav"), encoded(spoken_like(), "m4a")[:900]]
)
def test_what_is_no_recording_is_refused(config: Path, tmp_path: Path, content: bytes) -> None:
    file = a_file(tmp_path, content)
    done = run("prompts", "import", file, "--language", "es", "--id", "hello", "--config", config)
    assert done.exit_code == 1
    assert done.stderr.startswith(f"centralita: {file}: ")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "prompts/recordings").exists()


@pytest.mark.parametrize(
    ("seconds", "level", "warning"),
    [
        (1.0, 0.02, "it is very quiet"),
        (1.0, 1.0, "of it is clipped"),
        (31.0, 0.3, "it lasts longer than 30 s"),
    ],
)
def test_a_poor_recording_is_taken_with_a_warning(
    config: Path, tmp_path: Path, seconds: float, level: float, warning: str
) -> None:
    rate = 8000
    file = a_file(tmp_path, encoded(spoken_like(700, seconds, level=level, rate=rate), "wav", rate=rate))
    done = run("prompts", "import", file, "--language", "es", "--id", "hello", "--config", config)
    assert done.exit_code == 0
    assert done.stderr.startswith("warning: ")
    assert warning in done.stderr
    assert done.stderr.count("warning") == 1


def test_the_list_tells_who_says_what_for_how_long(config: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    file = a_file(tmp_path, encoded(spoken_like(700, 2.0), "mp3"))
    run("prompts", "import", file, "--language", "es", "--id", "hello", "--config", config)
    before = run("prompts", "list", "--config", config, "--state", state)
    assert run("prompts", "build", "--config", config, "--state", state).exit_code == 0
    after = run("prompts", "list", "--config", config, "--state", state)
    assert (before.exit_code, after.exit_code, after.stderr) == (0, 0, "")
    rows = {line.split()[0]: " ".join(line.split()[1:]) for line in after.stdout.splitlines()}
    assert rows["prompt"] == "en es"
    assert rows["music"] == "sound 1.0 s sound 1.0 s"
    assert rows["hello"].endswith("recording 2.0 s")
    assert rows["hello"].startswith("voice ")
    assert rows["bye"].endswith("missing")
    assert "~" in before.stdout
    assert "~" not in after.stdout


def test_the_list_as_json_and_only_of_what_is_missing(config: Path, tmp_path: Path) -> None:
    where = ("--config", config, "--state", tmp_path / "state")
    rows = json.loads(run("prompts", "list", "--missing", "--json", *where).stdout)
    assert [(row["id"], row["missing"]) for row in rows] == [("bye", ["es"]), ("paid", ["es"])]
    assert rows[0]["said"]["en"]["source"] == "voice"
    assert json.loads(run("prompts", "list", "--missing", "--language", "en", "--json", *where).stdout) == []
    assert "there are no prompts in fr" in run("prompts", "list", "--language", "fr", *where).stderr


def test_the_list_is_shown_also_while_something_is_wrong(config: Path, tmp_path: Path) -> None:
    (config / "queues.yaml").write_text("what: is this\n")
    broken = tmp_path / "prompts/recordings/es/hello.wav"
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"no sound")
    done = run("prompts", "list", "--config", config, "--state", tmp_path / "state")
    assert done.exit_code == 0
    assert "hello" in done.stdout
    assert "hello.wav:1: not a sound file" in done.stderr


def test_a_text_is_said_into_a_file(config: Path, tmp_path: Path) -> None:
    out = tmp_path / "said.wav"
    done = run("prompts", "say", "Hola.", "--language", "es", "--out", out, "--config", config)
    assert done.exit_code == 0
    assert hears_sound(read_wav(out))
    done = run("prompts", "say", "Cześć.", "--language", "pl", "--voice", "espeak", "--out", out)
    assert done.exit_code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--voice", "pipr", "--language", "es"), "did you mean"),
        (("--language", "xx"), "espeak has no voice xx"),
        (("--voice", "piper", "--language", "pl"), "piper"),
    ],
)
def test_a_voice_that_cannot_speak_says_why(
    config: Path, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    out = tmp_path / "said.wav"
    done = run("prompts", "say", "Hola.", *words, "--out", out, "--config", config)
    assert done.exit_code != 0
    assert said in done.stderr
    assert not out.exists()
