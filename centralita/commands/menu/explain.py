"""`centralita menu explain`: every value in force, and where it comes from."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated

import typer

from base.document import suggest
from centralita.commands.menu.drafts import Language, Set, draft, language_of
from centralita.commands.parameters import DEFAULT_CONFIG, Config, Json, fail, print_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ivr.authoring.explain import Row


def explain(
    menu_set: Set,
    config: Config = DEFAULT_CONFIG,
    step: Annotated[str | None, typer.Option(help="Only this step.")] = None,
    language: Language = None,
    as_json: Json = False,
) -> None:
    """Show each step with every value in force: `own` is written there, `defaults` and `built-in` are taken over."""
    from ivr.authoring.explain import explain as rows_of

    menus = draft(config, menu_set)
    if step is not None and step not in menus.steps:
        fail(f'{menu_set} has no step "{step}"; {suggest(step, menus.steps)}')
    rows = rows_of(menus, language_of(menus, language), step=step)
    if as_json:
        print_json([dataclasses.asdict(row) for row in rows])
    else:
        _show(rows)


def _show(rows: Iterable[Row]) -> None:
    from centralita.menus.tables import print_table

    shown, step = [], ""
    for row in rows:
        if row.step != step and step:
            shown.append(("", "", "", ""))
        words = f"{row.value}: {row.words}" if row.words else row.value
        shown.append((row.step if row.step != step else "", row.part, words, row.source))
        step = row.step
    print_table(("step", "what", "value", "from"), shown, folded="value")
