"""Recordings in their folder: found by any ending, checked, brought in whole, and heard after their file is gone."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from base.errors import DocumentError
from ivr.wording import load_wording
from media import catalogue, importing, prompt_recordings
from media.prompt_recordings import Recording, bring_in, digest_of
from media.prompts import PromptLibrary, build_prompts, missing
from tests.kit.clips import Loader
from tests.kit.human_recordings import ENCODINGS, encoded, spoken_like
from tests.kit.tone import hears

if TYPE_CHECKING:
    from pathlib import Path

    from base.document import Fault
    from media.catalogue import Catalogue
    from media.importing import Decoded

TEXTS = """
schema: prompts/1
language: es
prompts:
  hello: Hola.
  paid: "Ha pagado {money:amount}. Gracias."
  amount: "{money:amount}"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts/es.yaml").write_text(TEXTS, encoding="utf-8")
    return tmp_path / "prompts"


def record(folder: Path, name: str, content: bytes | None = None) -> Path:
    path = folder / "recordings" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encoded(spoken_like(700, 0.5), "wav") if content is None else content)
    return path


def faults_of(folder: Path) -> list[str]:
    faults: list[Fault] = []
    load_wording([folder], faults)
    return [str(each).replace(f"{folder}/recordings/", "") for each in faults]


def wording(folder: Path) -> Catalogue:
    """The prompts alone: making the words of phrases would take long."""
    faults: list[Fault] = []
    found = catalogue.load([folder], faults)
    assert faults == []
    return found


@pytest.mark.parametrize("ending", ENCODINGS)
def test_a_recording_replaces_the_voice(folder: Path, tmp_path: Path, ending: str) -> None:
    record(folder, f"es/hello.{ending}", encoded(spoken_like(700, 0.5), ending))
    found, plane = wording(folder), Loader()
    library = PromptLibrary(plane, found, tmp_path / "made")  # type: ignore[arg-type]
    library.prepare(found)
    library.clip("hello", "es")
    assert any(
        hears(clip.pcm, [700]) and clip.duration == pytest.approx(0.55, abs=0.1) for clip in plane.loaded
    )
    assert library.seconds("hello", "es") == pytest.approx(0.55, abs=0.1)


def test_an_ending_in_capitals_is_the_same_ending(folder: Path) -> None:
    record(folder, "es/hello.WAV")
    assert wording(folder).recordings.keys() == {("es", "hello")}


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        (
            "es/hello.aiff",
            b"",
            "es/hello.aiff:1: hello.aiff is no recording that is taken (save it as wav, mp3",
        ),
        ("es/notes", b"", "es/notes:1: notes is no recording that is taken"),
        ("hello.wav", None, "hello.wav:1: a recording has a language (put it into a folder for its language"),
        ("es/hello.mp3", b"", "es/hello.mp3:1: the file is empty"),
        ("es/hello.mp3", b"no sound", "es/hello.mp3:1: not a sound file of a kind that is taken"),
        (
            "es/helo.wav",
            None,
            'es/helo.wav:1: no prompt in es has a piece helo (did you mean "hello"?)',
        ),
        (
            "es/paid.wav",
            None,
            "es/paid.wav:1: the prompt paid has slots (record its fixed parts: paid.1, paid.2)",
        ),
        ("es/amount.wav", None, "es/amount.wav:1: the prompt amount has slots and no fixed part"),
        ("fr/hello.wav", None, "fr/hello.wav:1: there are no prompts in fr (known: es)"),
    ],
)
def test_a_recording_that_cannot_be_used_is_named(
    folder: Path, name: str, content: bytes | None, fault: str
) -> None:
    record(folder, name, content)
    assert [each[: len(fault)] for each in faults_of(folder)] == [fault]


def test_two_recordings_of_one_prompt_are_named(folder: Path) -> None:
    record(folder, "es/hello.mp3", encoded(spoken_like(), "mp3"))
    record(folder, "es/hello.wav")
    assert faults_of(folder) == [
        "es/hello.wav:1: hello.mp3 and hello.wav are both the recording of hello (keep one)"
    ]


def test_a_folder_in_place_of_a_recording_is_named(folder: Path) -> None:
    (folder / "recordings/es/hello.wav").mkdir(parents=True)
    assert faults_of(folder) == ["es/hello.wav:1: cannot be read: Is a directory"]


def test_hidden_files_are_left_alone(folder: Path) -> None:
    record(folder, "es/.hello.mp3.99.part", b"half")
    record(folder, ".DS_Store", b"x")
    assert wording(folder).recordings == {}


def test_a_recording_is_decoded_again_only_when_it_changed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = record(folder, "es/hello.wav")
    decoded: list[int] = []
    whole = importing.decode

    def counted(content: bytes) -> Decoded:
        decoded.append(len(content))
        return whole(content)

    monkeypatch.setattr(prompt_recordings, "decode", counted)
    first = wording(folder).recordings
    assert wording(folder).recordings == first
    assert len(decoded) == 1
    path.write_bytes(encoded(spoken_like(900, 0.7), "wav"))
    assert wording(folder).recordings != first
    path.write_bytes(b"broken")
    os.utime(path)
    assert len(faults_of(folder)) == 1


def test_a_recording_is_heard_after_its_file_is_gone(folder: Path, tmp_path: Path) -> None:
    path = record(folder, "es/hello.wav")
    made = tmp_path / "made"
    found = wording(folder)
    build_prompts(found, made)
    path.unlink()
    earlier = wording(folder)
    assert missing(earlier, made) != []
    earlier.recordings["es", "hello"] = Recording(found.recordings["es", "hello"].digest)
    assert all(each.id != "hello" for each in missing(earlier, made))
    library = PromptLibrary(Loader(), earlier, made)  # type: ignore[arg-type]
    library.prepare(earlier)
    assert hears(library.clip("hello", "es").pcm, [700])  # type: ignore[attr-defined]


def test_a_recording_whose_sound_is_gone_too_is_named(folder: Path, tmp_path: Path) -> None:
    found = wording(folder)
    found.recordings["es", "hello"] = Recording("ab" * 32)
    with pytest.raises(
        DocumentError, match="es hello:1: the recording abababababab is gone, and so is its sound"
    ):
        build_prompts(found, tmp_path / "made")


def test_a_recording_that_changes_between_check_and_making_makes_no_sound(
    folder: Path, tmp_path: Path
) -> None:
    path = record(folder, "es/hello.wav")
    found = wording(folder)
    made = tmp_path / "made"
    path.write_bytes(encoded(spoken_like(900, 0.7), "wav"))
    with pytest.raises(
        DocumentError, match=r"hello.wav:1: the file was changed after it was checked \(try again\)"
    ):
        build_prompts(found, made)
    path.unlink()
    with pytest.raises(DocumentError, match=r"hello.wav:1: cannot be read: No such file"):
        build_prompts(found, made)
    assert not [
        each for each in made.iterdir() if each.name.startswith(found.recordings["es", "hello"].digest[:32])
    ]
    assert not list(made.glob("*.part"))


def test_a_sound_that_cannot_be_kept_leaves_no_half_of_it(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(folder, "es/hello.wav")
    found = wording(folder)
    made = tmp_path / "made"

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("wave.Wave_write.writeframes", full)
    with pytest.raises(OSError, match="No space left"):
        build_prompts(found, made)
    assert list(made.iterdir()) == []


def test_bringing_one_in_replaces_the_earlier_one_whatever_its_ending(folder: Path) -> None:
    record(folder, "es/hello.WAV")
    content = encoded(spoken_like(900), "flac")
    target = bring_in(content, "flac", folder, "es", "hello")
    assert target.read_bytes() == content
    assert [each.name for each in (folder / "recordings/es").iterdir()] == ["hello.flac"]
    assert wording(folder).recordings["es", "hello"] == Recording(digest_of(content), target)


def test_bringing_one_in_that_fails_leaves_the_earlier_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = record(folder, "es/hello.wav")
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        bring_in(encoded(spoken_like(), "mp3"), "mp3", folder, "es", "hello")
    assert [each.name for each in path.parent.iterdir()] == ["hello.wav"]
    assert path.read_bytes() == before
