"""`centralita menu history`: who published what, and when."""

from __future__ import annotations

from centralita.commands.menu.drafts import Set  # noqa: TC001 - read by typer
from centralita.commands.menu.placing import versions_of
from centralita.commands.parameters import DEFAULT_STATE, Json, State, fail, print_json


def history(menu_set: Set, state: State = DEFAULT_STATE, as_json: Json = False) -> None:
    """List every publication and rollback of a menu set, the newest first; times are UTC."""
    from centralita.menus.view import shown_history

    found = shown_history(versions_of(state), menu_set)
    if as_json:
        print_json(found)
        return
    if not found:
        fail(f"nothing of {menu_set} was ever published in {state}")
    from centralita.menus.tables import print_history

    print_history(found)
