"""`centralita check`: find every fault in what administrators edit."""

from __future__ import annotations

import typer

from centralita.commands.parameters import DEFAULT_CONFIG, Config


def check(config: Config = DEFAULT_CONFIG) -> None:
    """Check config, sip_profiles and prompts; name file, line, fault and the likely mend. `serve` refuses the same."""
    from centralita.configuration import check_configuration

    found, faults = check_configuration(config)
    for fault in sorted(set(faults)):
        typer.echo(str(fault))
    if faults:
        count = len(set(faults))
        typer.echo(f"{count} {'fault' if count == 1 else 'faults'} in {config}", err=True)
        raise typer.Exit(1)
    if found is not None:
        routing = found.routing
        typer.echo(
            f"{config}: {found.centre.name} is well. {len(routing.numbers)} numbers, {len(found.menus)} menu sets, "
            f"{len(routing.queues)} queues, {len(routing.agents)} agents."
        )
