"""`centralita staff`: how many agents each half-hour needs."""

from __future__ import annotations

from math import inf
from pathlib import Path  # noqa: TC003 - read by typer
from typing import TYPE_CHECKING, Annotated

import typer

from centralita.commands import planning
from centralita.commands.parameters import Json, fail, print_json

if TYPE_CHECKING:
    from centralita.staffing.staffing import Need, Playing
    from routing.simulation.day import Day, Played
    from routing.staffing.forecast import HalfHour
    from routing.staffing.plan import Target


def staff(
    forecast: Annotated[
        Path | None,
        typer.Argument(
            help="CSV or YAML: start, calls, handle, and where known patience and queue; or calls that came (CSV)."
        ),
    ] = None,
    calls: planning.Calls = None,
    aht: planning.HandleTime = None,
    promise: planning.Promise = "80/20",
    patience: planning.Patience = None,
    max_occupancy: Annotated[
        str, typer.Option("--max-occupancy", help="The most of their time that agents may have a call.")
    ] = "100%",
    shrinkage: Annotated[
        str, typer.Option("--shrinkage", help="Share of paid time away: breaks, training, illness.")
    ] = "0%",
    simulation: Annotated[
        bool, typer.Option(help="Play each day besides, with what carries over between half-hours.")
    ] = True,
    days: Annotated[
        int | None,
        typer.Option(
            "--days", min=1, max=10_000, help="How often a day is played.", show_default="as needed"
        ),
    ] = None,
    variation: planning.Variation = 1.0,
    ring: planning.Ring = "0s",
    seed: planning.Seed = 1,
    plot: Annotated[Path | None, typer.Option("--plot", help="Draw it into this SVG file.")] = None,
    jobs: planning.Jobs = None,
    as_json: Json = False,
) -> None:
    """Say how many agents each half-hour needs: by Erlang C, by Erlang A and by simulation, side by side."""
    from centralita.staffing.staffing import Playing

    target = planning.target(promise, occupancy=max_occupancy, shrinkage=shrinkage)
    half_hours = _half_hours(forecast, calls, aht, planning.patience(patience))
    rings = planning.ring(ring)
    playing = Playing(str(seed), variation, rings, days) if simulation else None
    try:
        needs = _needs(half_hours, target, playing, jobs)
    except ValueError as error:
        fail(str(error))
    if plot is not None:
        _draw(needs, plot)
    if as_json:
        from centralita.staffing.table import as_data

        print_json({"half_hours": as_data(needs, target)})
    else:
        from centralita.staffing.table import print_needs

        print_needs(needs, target)


def _half_hours(
    forecast: Path | None, calls: float | None, aht: str | None, patience: float
) -> list[HalfHour]:
    from routing.simulation.calls_file import is_calls_file
    from routing.simulation.history import read_history
    from routing.staffing.forecast import HALF_HOUR, HalfHour, Moment, read_forecast

    if forecast is not None:
        if calls is not None:
            raise typer.BadParameter("give a file or --calls, not both")
        if is_calls_file(forecast):
            handle = None if aht is None else planning.handle(aht)
            return read_history(forecast, handle=handle, patience=patience if patience < inf else None)
        return read_forecast(forecast, patience=patience)
    if calls is None or aht is None:
        raise typer.BadParameter("give a file, or --calls and --aht, as --calls 100 --aht 4m")
    return [HalfHour(Moment("", 0.0), HALF_HOUR, calls, planning.handle(aht), patience)]


def _needs(
    half_hours: list[HalfHour], target: Target, playing: Playing | None, jobs: int | None
) -> list[Need]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    from centralita.staffing.simulating import Players
    from centralita.staffing.staffing import needs

    columns = (TextColumn("playing"), BarColumn(), TextColumn("{task.completed} days"))
    with (
        Players(jobs) as players,
        Progress(*columns, console=Console(stderr=True), transient=True) as progress,
    ):
        task = progress.add_task("", total=None, visible=playing is not None)

        def play(days: list[Day]) -> list[Played]:
            progress.update(task, total=len(days), completed=0)
            return list(players.play(days, done=lambda _: progress.advance(task)))

        return needs(half_hours, target, playing, play)


def _draw(needs: list[Need], path: Path) -> None:
    from centralita.staffing.plot import draw

    try:
        path.write_text(draw(needs), encoding="utf-8")
    except OSError as error:
        fail(f"{path} cannot be written: {error.strerror}")
    typer.echo(f"{path} drawn", err=True)
