"""What a version takes along: its words and recordings beside those of the files, the texts it was written in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from structlog.testing import capture_logs

from centralita.menus.publishing import joined, sources_of
from ivr.compiled import CompiledMenus, compile_menus, compiled_again
from ivr.model import MenuFile
from media.catalogue import Catalogue
from media.prompt_recordings import Recording

if TYPE_CHECKING:
    from pathlib import Path

NOW, BEFORE = "1" * 64, "2" * 64


def words(recording: Recording | None = None, text: str = "Welcome") -> Catalogue:
    catalogue = Catalogue()
    catalogue.add("en", "hello", text)
    if recording is not None:
        catalogue.recordings["en", "hello"] = recording
    return catalogue


def version(catalogue: Catalogue) -> CompiledMenus:
    file = MenuFile.model_validate(
        {
            "schema": "ivr/1",
            "menu_set": "shop",
            "languages": ["en"],
            "steps": {"start": {"type": "hangup", "say": "hello"}},
        }
    )
    return compiled_again(compile_menus(file, catalogue).content)


def test_two_versions_say_different_words_beside_the_files_own(tmp_path: Path) -> None:
    versions = [version(words(text="Welcome")), version(words(text="Good morning"))]
    whole = joined(words(text="Hello there"), versions, tmp_path)
    pieces = [each.segments("en", "hello")[0] for each in versions]
    assert [whole.sound("en", str(piece)) for piece in pieces] == ["Welcome", "Good morning"]
    assert whole.sound("en", "hello") == "Hello there"
    assert whole.of("en", "hello") == ("hello",), "the house's own prompts are those of the files"


def test_a_recording_plays_from_its_file_while_it_is_the_same(tmp_path: Path) -> None:
    file = tmp_path / "hello.mp3"
    files = words(Recording(NOW, file))
    live = version(files)
    (piece,) = live.segments("en", "hello")
    assert joined(files, [live], tmp_path).recordings["en", str(piece)] == Recording(NOW, file)


def test_a_recording_that_was_replaced_plays_from_the_sound_that_was_made_of_it(tmp_path: Path) -> None:
    live = version(words(Recording(BEFORE, tmp_path / "hello.mp3")))
    (piece,) = live.segments("en", "hello")
    Recording(BEFORE).file(tmp_path).write_bytes(b"RIFF")
    whole = joined(words(Recording(NOW, tmp_path / "hello.mp3")), [live], tmp_path)
    assert whole.recordings["en", str(piece)] == Recording(BEFORE)


def test_where_its_sound_is_gone_too_the_voice_says_the_text(tmp_path: Path) -> None:
    live = version(words(Recording(BEFORE, tmp_path / "hello.mp3")))
    (piece,) = live.segments("en", "hello")
    with capture_logs() as logs:
        whole = joined(words(), [live], tmp_path)
    assert ("en", piece) not in whole.recordings
    assert whole.sound("en", str(piece)) == "Welcome"
    assert [(each["event"], each["prompt"]) for each in logs] == [("recording_gone", "hello.1")]


def test_the_texts_of_a_version_are_its_file_and_the_modules_behind_it(tmp_path: Path) -> None:
    modules = tmp_path / "menus/modules"
    modules.mkdir(parents=True)
    (tmp_path / "menus/shop.yaml").write_text("steps:\n  who: {type: include, module: identify}\n")
    (modules / "identify.yaml").write_text("steps:\n  again: {type: include, module: card}\n")
    (modules / "card.yaml").write_text("steps: {}\n")
    (modules / "other.yaml").write_text("steps: {}\n")
    assert sorted(sources_of(tmp_path, "shop")) == [
        "menus/modules/card.yaml",
        "menus/modules/identify.yaml",
        "menus/shop.yaml",
    ]
