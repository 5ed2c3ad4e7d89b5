"""The menu sets of the configuration's files, as commands take them."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - read by typer
from typing import TYPE_CHECKING, Annotated

import typer

from base.document import suggest
from centralita.commands.parameters import fail

if TYPE_CHECKING:
    from centralita.configuration import Configuration
    from ivr.compiled import CompiledMenus

Set = Annotated[
    str, typer.Argument(metavar="SET", help="The menu set: its file in config/menus/ without .yaml.")
]
Language = Annotated[
    str | None, typer.Option(help="The language of prompts.", show_default="the set's first")
]


def checked(config: Path) -> Configuration:
    """The files; the command fails with every fault."""
    from centralita.configuration import load_configuration

    return load_configuration(config)


def draft(config: Path, name: str) -> CompiledMenus:
    """One menu set as its files have it; the command fails with the faults of all files, or when there is none."""
    return chosen(checked(config), name)


def chosen(configuration: Configuration, name: str) -> CompiledMenus:
    """One of the menu sets; the command fails when there is none of that name."""
    found = configuration.menus.get(name)
    if found is None:
        fail(f'no menu set is called "{name}"; {suggest(name, configuration.menus)}')
    return found


def language_of(menus: CompiledMenus, language: str | None) -> str:
    """The language asked for, which the set must speak; its first unless one is."""
    if language is not None and language not in menus.languages:
        fail(f"{menus.name} does not speak {language}; {suggest(language, menus.languages)}")
    return language or menus.languages[0]
