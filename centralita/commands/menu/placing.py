"""How publish and rollback bring their wish about: by the running node, or in the store where none runs."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path  # noqa: TC003 - read by typer
from typing import TYPE_CHECKING, Annotated, Any

import typer

from centralita.client import NodeClient, NodeRefused, NodeUnreachable
from centralita.commands.noting import deed_of, write
from centralita.commands.parameters import fail, login
from centralita.state import MENUS_FILE, StateInUse, alone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from centralita.configuration import Configuration
    from ivr.compiled import CompiledMenus
    from ivr.io.versions import Versions
    from ivr.publication import Wish

PATIENCE = 300.0
"""Seconds for the node to make the sounds of a version."""


Who = Annotated[
    str,
    typer.Option("--by", "--who", help="Who does it.", default_factory=login, show_default="your login"),
]
Note = Annotated[str, typer.Option(help="Why, for the history.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def versions_of(state: Path) -> Versions:
    """The store of a state folder; there may be none yet."""
    from ivr.io.versions import Versions

    return Versions(state / MENUS_FILE)


def zone_of(configuration: Configuration, menu_set: str) -> ZoneInfo:
    """Whose clock a menu set goes by: that of the company whose number leads there, else the centre's."""
    from calls.destination import Menu

    clients = [
        each.client
        for each in configuration.routing.numbers
        if isinstance(each.destination, Menu) and each.destination.menu == menu_set
    ]
    return configuration.zone(clients[0] if clients else None)


def moment(text: str, zone: ZoneInfo) -> float:
    """`2026-12-01 08:00` by the clocks of a zone, or ISO 8601 with its own, as Unix time; the command fails else."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        fail(f'--at "{text}" is no moment; write it as "2026-12-01 08:00" or 2026-12-01T08:00+01:00')
    if not 2000 <= found.year < 2200:  # clocks overflow at both ends of the calendar
        fail(f"--at {text} is too far away")
    given = found if found.tzinfo is not None else found.replace(tzinfo=zone)
    if given.astimezone(UTC).astimezone(given.tzinfo).replace(fold=0) != given.replace(fold=0):
        fail(f"--at {text} is left out by the clocks of {zone.key} that night")
    if given.timestamp() <= time.time():
        fail(f"--at {text} is over; leave --at out to publish at once")
    return given.timestamp()


def at(seconds: float, zone: ZoneInfo) -> str:
    """A moment by the clocks of a zone."""
    return datetime.fromtimestamp(seconds, zone).strftime("%Y-%m-%d %H:%M %Z")


def confirm(question: str, *, yes: bool) -> None:
    """Ask at a terminal; elsewhere only --yes will do."""
    if yes:
        return
    if not sys.stdin.isatty():
        fail("nobody is there to ask; add --yes to do it")
    if not typer.confirm(question):
        raise typer.Exit(1)


def put(
    wish: Wish,
    menus: CompiledMenus,
    configuration: Configuration,
    *,
    state: Path,
    config: Path,
    http: str | None,
) -> dict[str, Any]:
    """Bring it about and say what came of it; the command fails where it is refused."""
    body = {
        "kind": wish.kind,
        "version": wish.version,
        "instead_of": wish.instead_of,
        "by": wish.who,
        "note": wish.note,
        "effective_at": wish.effective_at,
    }
    path = f"/api/v1/menus/{wish.menu_set}/publications"
    try:
        with without_node(state) as alone:
            if alone and http is None:
                return _put_alone(wish, menus, configuration, state, config)
        return NodeClient(state, http).ask("POST", path, body, timeout=PATIENCE)
    except NodeRefused as error:
        fail(str(error))
    except NodeUnreachable as error:
        fail(f"a node runs on {state}, but {error}")


def _put_alone(
    wish: Wish, menus: CompiledMenus, configuration: Configuration, state: Path, config: Path
) -> dict[str, Any]:
    from centralita.menus.publishing import refuse_misfit, sources_of
    from centralita.menus.view import shown

    refuse_misfit(menus, configuration, config)
    sources = sources_of(config, wish.menu_set) if wish.kind == "publish" else {}
    done, replaced = versions_of(state).publish(wish, menus.content, sources, now=time.time())
    about = {"menu": wish.menu_set, "version": wish.version}
    write(state, deed_of(f"menu {wish.kind}", about, by=wish.who))
    told = shown(done, None if done.is_pending else done)
    return {**told, "replaced": shown(replaced, None) if replaced is not None else None, "alone": True}


@contextmanager
def without_node(state: Path) -> Iterator[bool]:
    """Whether no node runs on a state folder; while this lasts none can start there."""
    try:
        with alone(state):
            yield True
    except StateInUse:
        yield False
