"""`centralita menu graph`: a menu set as a picture."""

from __future__ import annotations

import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from centralita.commands.menu.drafts import Language, Set, draft, language_of
from centralita.commands.parameters import DEFAULT_CONFIG, Config, fail

PATIENCE = 60.0
"""Seconds for a picture."""


class Form(StrEnum):
    """What the picture is written as."""

    SVG = "svg"
    DOT = "dot"
    MERMAID = "mermaid"


Out = Annotated[
    Path | None, typer.Option("--out", "-o", help="Write into this file.", show_default="standard output")
]


def graph(
    menu_set: Set,
    config: Config = DEFAULT_CONFIG,
    out: Out = None,
    language: Language = None,
    form: Annotated[Form, typer.Option("--format", help="svg needs Graphviz.")] = Form.SVG,
) -> None:
    """Draw the steps and where each key and answer leads; point at a box to read all that is said there."""
    from ivr.authoring import graph as drawing

    menus = draft(config, menu_set)
    drawn = drawing.graph(menus, language_of(menus, language))
    if form is Form.MERMAID:
        write(drawing.mermaid(drawn), out)
        return
    text = drawing.dot(drawn)
    write(text if form is Form.DOT else picture(text), out)


def picture(text: str) -> str:
    """The SVG of a graph in dot; the command fails where Graphviz is missing."""
    try:
        made = subprocess.run(
            ["dot", "-Tsvg"], input=text.encode(), capture_output=True, timeout=PATIENCE, check=True
        )
    except FileNotFoundError:
        fail("a picture needs the program dot; apt-get install graphviz, or ask for --format mermaid")
    except subprocess.TimeoutExpired:
        fail(f"dot drew for {PATIENCE:g} s without end; ask for --format mermaid")
    except subprocess.CalledProcessError as error:
        fail(f"dot failed: {error.stderr.decode(errors='replace').strip()[:300]}")
    return made.stdout.decode()


def write(text: str, out: Path | None) -> None:
    """Into a file, or to standard output."""
    if out is None:
        sys.stdout.write(text)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        fail(f"{out}: {error.strerror}")
    typer.echo(f"written to {out}", err=True)
