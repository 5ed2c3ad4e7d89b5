"""How prompts are shown by the API, and recordings of them brought in; files are read and written on threads."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from centralita.menus.bringing_in import bring_in
from centralita.menus.speakers import load_speech
from media.prompt_list import prompt_list

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from centralita.menus.bringing_in import BroughtIn


class PromptView:
    """The prompts of a node."""

    def __init__(self, config: Path, made: Path) -> None:
        """`config` is the folder of what administrators edit, `made` that of sounds."""
        self._config = config
        self._made = made
        self._writing = asyncio.Lock()

    async def listed(self) -> Sequence[Mapping[str, object]]:
        """Every prompt: who says it in which language. Raises DocumentError."""
        return await asyncio.to_thread(self._listed)

    async def bring_in(
        self, content: bytes, language: str, prompt: str, *, replace: bool
    ) -> Mapping[str, object]:
        """Keep a recording of one. Raises UnknownPrompt, PromptThere, BadRecording and DocumentError."""
        async with self._writing:
            kept = await asyncio.to_thread(bring_in, self._config, content, language, prompt, replace=replace)
        return _shown(kept, language, prompt)

    def _listed(self) -> list[dict[str, Any]]:
        return [asdict(row) for row in prompt_list(load_speech(self._config).catalogue, self._made)]


def _shown(kept: BroughtIn, language: str, prompt: str) -> dict[str, object]:
    found = kept.found
    return {
        "prompt": prompt,
        "language": language,
        "file": kept.path.name,
        "kind": found.kind,
        "rate": found.rate,
        "channels": found.channels,
        "seconds": round(found.seconds, 2),
        "heard": round(kept.heard, 2),
        "peak": round(found.peak, 1),
        "loudness": round(found.loudness, 1),
        "warnings": list(kept.warnings),
    }
