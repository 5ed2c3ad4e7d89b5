"""`centralita menu publish` and `rollback`: what new calls get from now on, or from a moment on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

import typer

from base.errors import CentralitaError
from centralita.commands.asking import Http, ask
from centralita.commands.menu.drafts import Set, checked, chosen
from centralita.commands.menu.placing import (
    Note,
    Who,
    Yes,
    at,
    confirm,
    moment,
    put,
    versions_of,
    without_node,
    zone_of,
)
from centralita.commands.noting import deed_of, write
from centralita.commands.parameters import DEFAULT_CONFIG, DEFAULT_STATE, Config, State, fail

if TYPE_CHECKING:
    from centralita.configuration import Configuration
    from ivr.compiled import CompiledMenus
    from ivr.io.versions import Versions

Sets = Annotated[list[str], typer.Argument(metavar="SET...", help="Menu sets.")]


def publish(
    menu_sets: Sets,
    who: Who,
    config: Config = DEFAULT_CONFIG,
    state: State = DEFAULT_STATE,
    http: Http = None,
    at_time: Annotated[
        str | None,
        typer.Option(
            "--at", help='From when: "2026-12-01 08:00" by the company\'s clock, or ISO 8601 with a zone.'
        ),
    ] = None,
    note: Note = "",
    yes: Yes = False,
    cancel: Annotated[bool, typer.Option("--cancel", help="Take back what waits for its time.")] = False,
) -> None:
    """Make drafts live for new calls. Calls in progress keep what they have.

    Everything is checked first, the cases are played, and what changes is shown in words.
    """
    if cancel:
        for name in menu_sets:
            _cancel(name, who, state, http)
        return
    from centralita.menus.publishing import checked_draft

    versions = versions_of(state)
    configuration = _advised(config, versions, menu_sets)
    for name in dict.fromkeys(menu_sets):
        chosen(configuration, name)
    ready = []
    for name in dict.fromkeys(menu_sets):
        menus = checked_draft(config, name)
        live = _live(versions, name)
        effective_at = moment(at_time, zone_of(configuration, name)) if at_time is not None else None
        if live == menus.version and effective_at is None and versions.is_whole(live):
            typer.echo(f"{name}: the draft is live already, version {_short(live)}.")
            continue
        _show_change(versions, menus, live)
        ready.append((menus, live, effective_at))
    if not ready:
        return
    when = "at once" if at_time is None else f"at {at_time}"
    confirm(f"Publish {', '.join(menus.name for menus, _, _ in ready)} {when}?", yes=yes)
    from ivr.publication import Wish

    for menus, live, effective_at in ready:
        wish = Wish(menus.name, menus.version, "publish", who, note, effective_at, live)
        _tell(put(wish, menus, configuration, state=state, config=config, http=http), configuration)
        _tell_waiting(versions, menus.name, configuration)


def rollback(
    menu_set: Set,
    who: Who,
    version: Annotated[
        str | None,
        typer.Argument(
            help="The beginning of its name, as `history` shows it.", show_default="the one before"
        ),
    ] = None,
    config: Config = DEFAULT_CONFIG,
    state: State = DEFAULT_STATE,
    http: Http = None,
    note: Note = "",
    yes: Yes = False,
) -> None:
    """Make an earlier version live again for new calls; the draft stays as it is."""
    from centralita.menus.publishing import read_version
    from ivr.publication import Wish

    configuration, versions = checked(config), versions_of(state)
    chosen(configuration, menu_set)
    live = _live(versions, menu_set)
    found = versions.find(menu_set, version) if version else versions.before(menu_set)
    if found is None:
        fail(f"no other version of {menu_set} was ever live")
    if found == live:
        fail(f"version {_short(found)} of {menu_set} is live already")
    menus = read_version(versions, found)
    _show_change(versions, menus, live)
    confirm(f"Roll {menu_set} back to version {_short(found)}?", yes=yes)
    wish = Wish(menu_set, found, "rollback", who, note, None, live)
    _tell(put(wish, menus, configuration, state=state, config=config, http=http), configuration)
    _tell_waiting(versions, menu_set, configuration)


def _advised(config: Path, versions: Versions, menu_sets: list[str]) -> Configuration:
    """The files; errors end the command, what else is to be said of these menu sets is said."""
    from base.document import errors, refuse
    from centralita.configuration import check_configuration
    from centralita.menus.publishing import live_versions

    try:
        live = live_versions(versions)
    except (
        CentralitaError
    ):  # the present version cannot be read by this program: the more so it shall be replaced
        live = {}
    found, faults = check_configuration(config, live)
    refuse(faults)
    for each in sorted(set(faults) - set(errors(faults))):
        if Path(each.file).stem in menu_sets:
            typer.echo(str(each), err=True)
    if found is None:
        raise AssertionError("files without errors are a configuration")
    return found


def _live(versions: Versions, name: str) -> str | None:
    found = versions.live().get(name)
    return found.version if found is not None else None


def _show_change(versions: Versions, menus: CompiledMenus, live: str | None) -> None:
    from ivr.authoring.diff import diff

    if live is None:
        typer.echo(f"{menus.name}: nothing is live yet; this is the first version, {_short(menus.version)}.")
        return
    if not versions.is_whole(live):
        typer.echo(f"{menus.name}: what is live, {_short(live)}, is not kept as it was; it is replaced.")
        return
    changes = diff(versions.content(live), menus.content)
    typer.echo(f"{menus.name}: {_short(live)} (live) -> {_short(menus.version)}")
    for each in changes:
        typer.echo(f"  {each}")


def _cancel(name: str, who: str, state: Path, http: str | None) -> None:
    with without_node(state) as alone:
        if alone and http is None:
            cancelled = versions_of(state).cancel(name).version
            write(state, deed_of("menu publish --cancel", {"menu": name, "version": cancelled}, by=who))
    if not alone or http is not None:
        path = f"/api/v1/menus/{name}/publications/pending?{urlencode({'by': who})}"
        cancelled = ask(state, http, "DELETE", path)["version"]
    typer.echo(f"{name}: version {_short(cancelled)} will not be published.")


def _tell(done: dict[str, Any], configuration: Configuration) -> None:
    name, version = done["menu"], _short(done["version"])
    zone = zone_of(configuration, name)
    replaced = done.get("replaced")
    if done["state"] == "pending":
        typer.echo(f"{name}: version {version} goes live at {at(done['effective_at'], zone)}.")
    elif done.get("alone"):
        typer.echo(f"{name}: version {version} is live; no node runs now, the next one takes it.")
    else:
        typer.echo(f"{name}: version {version} is live for new calls.")
    if replaced is not None:
        when = at(replaced["effective_at"], zone)
        typer.echo(f"{name}: version {_short(replaced['version'])}, due at {when}, was replaced by this.")


def _tell_waiting(versions: Versions, name: str, configuration: Configuration) -> None:
    """What went live at once does not take back what is still to come."""
    waiting = versions.pending().get(name)
    live = versions.live().get(name)
    if waiting is not None and live is not None and waiting.id < live.id:
        when = at(waiting.effective_at, zone_of(configuration, name))
        typer.echo(
            f"{name}: version {_short(waiting.version)} is still due at {when}; "
            f"centralita menu publish {name} --cancel takes it back."
        )


def _short(version: str) -> str:
    from ivr.content import SHOWN

    return version[:SHOWN]
