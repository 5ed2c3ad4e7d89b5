"""What there is to be said, for people: each prompt, who says it in each language, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from media import sound
from media.catalogue import ANY, Silence
from media.prompts import piece_of
from media.voice import estimated_seconds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from media.catalogue import Catalogue
    from media.prompts import Piece

Source = Literal["recording", "voice", "recording+voice", "sound"]
_HEAD = 44  # bytes of a WAV file before its samples, as we write it


@dataclass(frozen=True, slots=True)
class Said:
    """A prompt in one language."""

    source: Source
    seconds: float
    """Of its fixed parts; what stands in slots comes on top."""
    is_estimate: bool
    """Whether some of it has not been made yet."""


@dataclass(frozen=True, slots=True)
class PromptRow:
    """A prompt in every language."""

    id: str
    said: Mapping[str, Said]
    missing: tuple[str, ...]
    """Languages with prompts that lack this one."""


def prompt_list(catalogue: Catalogue, folder: Path) -> Iterator[PromptRow]:
    """Every prompt by id; number words are left out."""
    languages = catalogue.languages()
    for prompt in sorted({each for prompts in catalogue.segments.values() for each in prompts}):
        there = [each for each in (*languages, ANY) if prompt in catalogue.segments.get(each, ())]
        lacking = () if ANY in there else tuple(each for each in languages if each not in there)
        yield PromptRow(prompt, {each: _said(catalogue, each, prompt, folder) for each in there}, lacking)


def _said(catalogue: Catalogue, language: str, prompt: str, folder: Path) -> Said:
    parts = [each for each in catalogue.segments[language][prompt] if isinstance(each, str)]
    pieces = [piece_of(catalogue, language, each) for each in parts]
    lengths = [_made_seconds(each, folder) for each in pieces]
    total = sum(
        length if length is not None else _guess(each) for each, length in zip(pieces, lengths, strict=True)
    )
    return Said(_source(pieces), total, None in lengths)


def _source(pieces: list[Piece]) -> Source:
    recorded = [each.recording is not None for each in pieces]
    if pieces and all(recorded):
        return "recording"
    if any(recorded):
        return "recording+voice"
    return "voice" if all(isinstance(each.sound, str) for each in pieces) else "sound"


def _made_seconds(piece: Piece, folder: Path) -> float | None:
    try:
        return (piece.file(folder).stat().st_size - _HEAD) / 2 / sound.RATE
    except FileNotFoundError:
        return None


def _guess(piece: Piece) -> float:
    if isinstance(piece.sound, str):
        return estimated_seconds(piece.sound, piece.language)
    return piece.sound.silence if isinstance(piece.sound, Silence) else piece.sound.seconds
