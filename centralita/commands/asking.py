"""Commands that ask a running node by its API."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - read by typer
from typing import Annotated, Any

import typer

from centralita.client import NodeClient
from centralita.commands.parameters import fail

Http = Annotated[
    str | None,
    typer.Option("--http", help="ADDR:PORT of the node's API.", show_default="from the state folder"),
]


def ask(
    state: Path, http: str | None, method: str, path: str, body: object = None, *, timeout: float = 10.0
) -> dict[str, Any]:
    """The node's answer; the command fails with its words where it refuses, or is not there."""
    if "//" in path or path.partition("?")[0].endswith("/"):  # the node would speak of its addresses
        fail("an empty text names nothing", code=2)
    return NodeClient(state, http).ask(method, path, body, timeout=timeout)


def ask_all(state: Path, http: str | None, path: str) -> dict[str, Any]:
    """A whole list, in `items`; the command fails as with `ask`."""
    return NodeClient(state, http).every(path)
