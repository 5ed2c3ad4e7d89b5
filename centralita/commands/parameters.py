"""Parameters that several commands share, who gives them, how they print JSON and how they fail."""

from __future__ import annotations

import getpass
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from centralita.options import CONFIG, STATE

if TYPE_CHECKING:
    from base.address import Address

Config = Annotated[
    Path, typer.Option("--config", help="Folder of what administrators edit.", envvar="CENTRALITA_CONFIG")
]
State = Annotated[
    Path, typer.Option("--state", help="Folder of what the node keeps.", envvar="CENTRALITA_STATE")
]
By = Annotated[str, typer.Option("--by", help="Who does it.", show_default="your login")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Client = Annotated[str | None, typer.Option(help="Only this client company's.")]
Queue = Annotated[str | None, typer.Option(help="Only this queue's.")]
Agent = Annotated[str | None, typer.Option(help="Only this agent's.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=100_000, help="How many, newest first.")]

DEFAULT_CONFIG = CONFIG
DEFAULT_STATE = STATE


def login() -> str:
    """Whose hand is at the terminal, as far as the system tells."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"


def print_json(document: object) -> None:
    """What `--json` prints."""
    typer.echo(json.dumps(document, ensure_ascii=False, indent=1))


def fail(message: str, *, code: int = 1) -> NoReturn:
    """Say what is wrong on standard error and end."""
    typer.echo(f"centralita: {message}", err=True)
    raise typer.Exit(code)


def address(value: str) -> Address:
    """Read ADDR:PORT from the command line."""
    from base import address as reader

    try:
        return reader.address(value)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def ports(value: str) -> tuple[int, int]:
    """Read LOW-HIGH from the command line."""
    from routing import centre

    try:
        return centre.ports(value)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
