"""`centralita check`: find every fault in what administrators edit."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - read by typer
from typing import TYPE_CHECKING, Annotated

import typer

from base.document import errors
from centralita.commands.parameters import DEFAULT_CONFIG, DEFAULT_STATE, Config, Json, print_json
from centralita.state import MENUS_FILE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from base.document import Fault
    from ivr.compiled import CompiledMenus


def check(
    config: Config = DEFAULT_CONFIG,
    strict: Annotated[bool, typer.Option("--strict", help="Let warnings count as errors.")] = False,
    state: Annotated[
        Path | None,
        typer.Option(
            help="The node's folder: what is live must fit, too; weak passwords at carriers are told.",
            envvar="CENTRALITA_STATE",
            show_default="state, for the usual config",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check config, sip_profiles and prompts; name file, line, fault and mend. `serve` refuses the errors.

    The cases of menus are played too; `serve` starts without them.
    """
    from centralita.configuration import check_configuration, edited_files
    from centralita.menus.publishing import differing, misfits
    from centralita.menus.trying import failing
    from centralita.state_check import state_faults

    place = DEFAULT_STATE if state is None and config == DEFAULT_CONFIG else state
    live = _live(place)
    found, listed = check_configuration(config, live)
    failed = failing(found, config) if found is not None else []
    served = {name: live[name] for name in live if found is not None and name in found.menus}
    if found is not None:
        failed += misfits(served.values(), found, config)
    advice = state_faults(place, found) if place is not None and place.exists() else ()
    faults = sorted({*listed, *failed, *advice})
    wrong, files = len(errors(faults)), len(edited_files(config))
    if as_json:
        _print_json(faults, files)
    else:
        for fault in faults:
            typer.echo(str(fault))
        if found is not None and not failed:
            routing = found.routing
            typer.echo(
                f"{config}: {found.centre.name} is well. {len(routing.numbers)} numbers, "
                f"{len(found.menus)} menu sets, {len(routing.queues)} queues, {len(routing.agents)} agents."
            )
        for each in differing(found, served) if found is not None else ():
            typer.echo(each)
        typer.echo(f"{_summary(wrong, len(faults) - wrong)} in {files} files", err=bool(wrong))
    if wrong or (strict and faults):
        raise typer.Exit(1)


def _live(state: Path | None) -> dict[str, CompiledMenus]:
    """What callers get now, where a node has ever run."""
    from centralita.menus.publishing import live_versions
    from ivr.io.versions import Versions

    if state is None or not (state / MENUS_FILE).exists():
        return {}
    return live_versions(Versions(state / MENUS_FILE))


def _summary(wrong: int, advice: int) -> str:
    return ", ".join(
        f"{count} {word if count == 1 else word + 's'}"
        for count, word in ((wrong, "error"), (advice, "warning"))
    )


def _print_json(faults: Sequence[Fault], files: int) -> None:
    listed = [
        {
            "file": each.file,
            "line": each.line,
            "severity": "warning" if each.is_warning else "error",
            "what": each.what,
            "mend": each.mend,
        }
        for each in faults
    ]
    wrong = len(errors(faults))
    print_json({"files": files, "errors": wrong, "warnings": len(faults) - wrong, "faults": listed})
