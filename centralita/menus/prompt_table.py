"""The table of prompts for people at a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from media.catalogue import ANY

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from media.prompt_list import PromptRow

_COLUMN = 26  # columns of a terminal for a language or an id


def print_prompts(rows: Iterable[PromptRow], languages: Sequence[str]) -> None:
    """A prompt a line, a column for each language."""
    terminal = Console()
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("prompt", *languages):
        table.add_column(name, no_wrap=True)
    for row in rows:
        table.add_row(row.id, *(_cell(row, language) for language in languages))
    Console(width=max(terminal.width, _COLUMN * (len(languages) + 2)), highlight=False).print(table)


def _cell(row: PromptRow, language: str) -> str:
    said = row.said.get(language) or row.said.get(ANY)
    if said is None:
        return "missing"
    return f"{said.source} {'~' if said.is_estimate else ''}{said.seconds:.1f} s"
