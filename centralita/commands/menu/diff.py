"""`centralita menu diff`: what changed, in words."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import typer

from centralita.commands.menu.drafts import Set  # noqa: TC001 - read by typer
from centralita.commands.menu.placing import versions_of
from centralita.commands.parameters import (
    DEFAULT_CONFIG,
    DEFAULT_STATE,
    Config,
    Json,
    State,
    print_json,
)


def diff(
    menu_set: Set,
    before: Annotated[str, typer.Argument(help="live, draft, or the beginning of a version.")] = "live",
    after: Annotated[str, typer.Argument(help="The same.")] = "draft",
    config: Config = DEFAULT_CONFIG,
    state: State = DEFAULT_STATE,
    as_json: Json = False,
) -> None:
    """Say in words what changes from one version to another; unless told, from what is live to the draft."""
    from centralita.menus.view import changes as changes_of

    changes = changes_of(versions_of(state), config, menu_set, before, after)
    if as_json:
        print_json([dataclasses.asdict(each) for each in changes])
        return
    for each in changes:
        typer.echo(str(each))
    if not changes:
        typer.echo(f"{menu_set}: no difference between {before} and {after}.")
