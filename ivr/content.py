"""What a version of menus is made of: its rules and its words as one JSON text, whose SHA-256 is the version's name.

A version is made again from this text alone. Its pieces of wording get names of their own (`main_long.1~5f0c3a9d21`),
so that two versions may say different words under one prompt at the same time.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from ivr.branch import id_of
from ivr.manners import WORDINGS
from ivr.model import MenuFile
from media.catalogue import ANY, Catalogue, Slot, Sound
from media.prompt_recordings import Recording

if TYPE_CHECKING:
    from media.catalogue import Segment

OWN = "~"
"""Stands between a prompt and the fingerprint of one of its pieces."""
SHOWN = 12
"""So much of a version's name is shown to people."""

_SOUND: TypeAdapter[Sound] = TypeAdapter(Sound)


def content_of(file: MenuFile, wording: Catalogue) -> str:
    """The content of a checked file; what is not spoken in it does not count."""
    spoken = sorted(_prompts(file))
    words = {
        language: {
            each: [_piece(wording, language, part) for part in wording.of(language, each)]
            for each in spoken
            if wording.has(language, each)
        }
        for language in file.languages
    }
    # Values that a later program may take for granted in another way stand in it, too.
    menus = file.model_dump(mode="json", exclude_none=True)
    return _json({"menus": menus, "words": words})


def name_of(content: str) -> str:
    """The version: the same rules and the same words give the same, whatever the layout or the order of keys."""
    return hashlib.sha256(content.encode()).hexdigest()


def restored(content: str) -> tuple[MenuFile, Catalogue]:
    """The rules and the words of a content. Raises ValueError (pydantic's) for one that this program cannot read."""
    found = json.loads(content)
    wording = Catalogue()
    for language, prompts in found["words"].items():
        for prompt, pieces in prompts.items():
            _put(wording, language, prompt, pieces)
    return MenuFile.model_validate(found["menus"]), wording


def text_of(pieces: list[dict[str, Any]]) -> str:
    """A prompt of a content as people read it."""
    return " ".join(_shown(each) for each in pieces)


def _prompts(file: MenuFile) -> set[str]:
    """The prompts a file can speak."""
    branches = [file.defaults.on_max_timeouts, file.defaults.on_max_failures]
    branches += [branch for step in file.steps.values() for _, branch in step.exits()]
    named = {prompt for branch in branches if branch is not None for prompt in map(id_of, branch.say)}
    named.update(prompt for step in file.steps.values() for _, prompt in step.says())
    return named.union(id_of(each) for name in WORDINGS for each in getattr(file.defaults, name) or ())


def _piece(wording: Catalogue, language: str, part: Segment) -> dict[str, Any]:
    if isinstance(part, Slot):
        return {"slot": part.kind, "of": part.name}
    sound = wording.sound(language, part)
    made: dict[str, Any] = {"text": sound} if isinstance(sound, str) else sound.model_dump(mode="json")
    recording = wording.recording(language, part)
    return made if recording is None else {**made, "recording": recording.digest}


def _put(wording: Catalogue, language: str, prompt: str, pieces: list[dict[str, Any]]) -> None:
    parts: list[Segment] = []
    for at, each in enumerate(pieces, start=1):
        if "slot" in each:
            parts.append(Slot(each["slot"], each["of"]))
            continue
        sound = _sound(each)
        mark = hashlib.sha256(_json(each).encode()).hexdigest()[:10]
        name = f"{prompt}.{at}{OWN}{mark}"
        # A tone or music is the same in every language, and made once.
        spoken_in = language if isinstance(sound, str) or "recording" in each else ANY
        wording.sounds.setdefault(spoken_in, {})[name] = sound
        if "recording" in each:
            wording.recordings[spoken_in, name] = Recording(each["recording"])
        parts.append(name)
    wording.segments.setdefault(language, {})[prompt] = tuple(parts)


def _sound(piece: dict[str, Any]) -> Sound:
    kept = {key: value for key, value in piece.items() if key != "recording"}
    made: Sound = _SOUND.validate_python(kept.get("text", kept))
    return made


def _shown(piece: dict[str, Any]) -> str:
    if "slot" in piece:
        return f"{{{piece['slot']}:{piece['of']}}}"
    if "text" in piece:
        return str(piece["text"])
    kind = next(each for each in ("tone", "music", "silence", "sound") if each in piece or each == "sound")
    return f"[{kind}]"


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
