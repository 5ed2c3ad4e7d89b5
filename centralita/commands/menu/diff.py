"""`centralita menu diff`: what changed, in words."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated

import typer

from base.errors import CentralitaError
from centralita.commands.menu.drafts import Set, draft
from centralita.commands.menu.placing import versions_of
from centralita.commands.parameters import (
    DEFAULT_CONFIG,
    DEFAULT_STATE,
    Config,
    Json,
    State,
    fail,
    print_json,
)

if TYPE_CHECKING:
    from pathlib import Path

LIVE, DRAFT = "live", "draft"


def diff(
    menu_set: Set,
    before: Annotated[str, typer.Argument(help="live, draft, or the beginning of a version.")] = LIVE,
    after: Annotated[str, typer.Argument(help="The same.")] = DRAFT,
    config: Config = DEFAULT_CONFIG,
    state: State = DEFAULT_STATE,
    as_json: Json = False,
) -> None:
    """Say in words what changes from one version to another; unless told, from what is live to the draft."""
    from ivr.authoring.diff import diff as changes_of

    try:
        changes = changes_of(
            _content(menu_set, before, config, state), _content(menu_set, after, config, state)
        )
    except CentralitaError as error:
        fail(str(error))
    if as_json:
        print_json([dataclasses.asdict(each) for each in changes])
        return
    for each in changes:
        typer.echo(str(each))
    if not changes:
        typer.echo(f"{menu_set}: no difference between {before} and {after}.")


def _content(menu_set: str, which: str, config: Path, state: Path) -> str:
    if which == DRAFT:
        return draft(config, menu_set).content
    versions = versions_of(state)
    if which != LIVE:
        return versions.content(versions.find(menu_set, which))
    live = versions.live().get(menu_set)
    if live is None:
        fail(f"nothing of {menu_set} is live in {state} yet; the first start of a node publishes the draft")
    return versions.content(live.version)
