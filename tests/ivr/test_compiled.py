from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ivr.compiled import compiled_again
from ivr.load import load_menu
from media.prompt_recordings import Recording
from tests.ivr.caller import QUEUES, wording

if TYPE_CHECKING:
    from pathlib import Path

    from base.document import Fault
    from ivr.compiled import CompiledMenus
    from media.catalogue import Catalogue

HEAD = "schema: ivr/1\nmenu_set: set_a\nlanguages: [en, es]\nperson: none\nsteps:\n"
STEPS = "  start: {type: say, prompt: hello, next: end}\n  end: {type: hangup, say: bye}\n"


def compiled(folder: Path, text: str, words: Catalogue | None = None) -> CompiledMenus:
    path = folder / "set_a.yaml"
    path.write_text(text, encoding="utf-8")
    faults: list[Fault] = []
    found = load_menu(path, words or wording(), faults, queues=QUEUES)
    assert found is not None, faults
    return found


def test_layout_and_comments_are_no_new_version(tmp_path: Path) -> None:
    other = (
        "# a comment\n"
        + HEAD
        + "  start:\n    next: {goto: end}\n    type: say\n    prompt: hello\n  end: {say: [bye], type: hangup}\n"
    )
    assert compiled(tmp_path, HEAD + STEPS).version == compiled(tmp_path, other).version


def test_a_rule_changed_is_a_new_version(tmp_path: Path) -> None:
    changed = STEPS.replace("type: say,", "type: say, bargein: false,")
    assert compiled(tmp_path, HEAD + STEPS).version != compiled(tmp_path, HEAD + changed).version


@pytest.mark.parametrize(
    ("prompt", "language", "counts"), [("bye", "es", True), ("bye", "pl", False), ("options", "es", False)]
)
def test_only_wording_that_is_spoken_makes_a_new_version(
    tmp_path: Path, prompt: str, language: str, *, counts: bool
) -> None:
    words = wording()
    words.add(language, prompt, "Other words {digits:last4} and more")
    changed = wording()
    changed.add(language, prompt, "Other words {digits:last4} and less")
    text = HEAD + STEPS
    if counts:
        text = text.replace("say: bye", "say: options")
        words.add(language, "options", "So and so")
        changed.add(language, "options", "So and otherwise")
    differs = compiled(tmp_path, text, words).version != compiled(tmp_path, text, changed).version
    assert differs is counts


def test_a_recording_makes_a_new_version_that_is_made_again_with_it(tmp_path: Path) -> None:
    words = wording()
    spoken = compiled(tmp_path, HEAD + STEPS, words)
    words.recordings["es", "hello"] = Recording("ab" * 32, tmp_path / "hello.mp3")
    recorded = compiled(tmp_path, HEAD + STEPS, words)
    assert recorded.version != spoken.version
    again = compiled_again(recorded.content)
    assert again.version == recorded.version
    (piece,) = again.segments("es", "hello")
    assert isinstance(piece, str)
    assert again.wording.recordings == {("es", piece): Recording("ab" * 32)}
    assert again.wording.sound("es", piece) == words.sound("es", "hello")


def test_a_compiled_set_cannot_be_changed(tmp_path: Path) -> None:
    found = compiled(tmp_path, HEAD + STEPS)
    with pytest.raises(TypeError):
        found.steps["start"] = found.steps["end"]  # type: ignore[index]
    with pytest.raises(ValueError, match="frozen"):
        setattr(found.steps["start"], "prompt", "other")  # noqa: B010 - the checker knows that it is frozen
