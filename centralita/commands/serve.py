"""`centralita serve`: run a node until it is told to stop."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from centralita.commands.parameters import DEFAULT_CONFIG, DEFAULT_STATE, Config, State, address, fail, ports
from centralita.options import LOG_LEVELS, Options
from centralita.state import PROMPTS_FOLDER


def serve(
    config: Config = DEFAULT_CONFIG,
    state: State = DEFAULT_STATE,
    sip: Annotated[
        str | None, typer.Option(help="ADDR:PORT to take calls on.", show_default="from centre.yaml")
    ] = None,
    http: Annotated[
        str | None, typer.Option(help="ADDR:PORT of the API.", show_default="from centre.yaml")
    ] = None,
    rtp_ports: Annotated[
        str | None, typer.Option(help="LOW-HIGH for sound.", show_default="from centre.yaml")
    ] = None,
    drain_limit: Annotated[
        float | None,
        typer.Option(
            min=0.0, help="Seconds that calls may go on after SIGTERM.", show_default="from centre.yaml"
        ),
    ] = None,
    log_level: Annotated[str, typer.Option(help=f"One of {', '.join(LOG_LEVELS)}.")] = "info",
    demo: Annotated[
        bool,
        typer.Option(
            "--demo", help="Place a demonstration call, show it, print accounts and numbers, stay up."
        ),
    ] = False,
) -> None:
    """Take calls. SIGTERM drains (no new calls, those in progress end by themselves), SIGHUP reloads config."""
    import uvloop

    from centralita import logs
    from centralita.run import run

    if log_level not in LOG_LEVELS:
        raise typer.BadParameter(
            f"{log_level!r} is not one of {', '.join(LOG_LEVELS)}", param_hint="--log-level"
        )
    logs.set_up("warning" if demo and log_level == "info" else log_level)
    if demo and not (state / PROMPTS_FOLDER).exists():
        typer.echo(
            "First start: the sound of all prompts is made now, in three languages; half a minute or so."
        )
    options = Options(
        config=config,
        state=state,
        sip=address(sip) if sip else None,
        http=address(http) if http else None,
        rtp_ports=ports(rtp_ports) if rtp_ports else None,
        drain_limit=drain_limit,
        demo=demo,
    )
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(run(options))
    except OSError as error:
        if error.filename is None or not Path(error.filename).is_relative_to(state):
            raise
        fail(f"{error.filename}: {error.strerror}; --state names a folder that this user may write")
