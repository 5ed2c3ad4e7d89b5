"""`centralita simulate`: the distributor itself in virtual time."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - read by typer
from typing import TYPE_CHECKING, Annotated

import typer

from base.document import suggest
from centralita.commands import planning
from centralita.commands.parameters import Json, print_json

if TYPE_CHECKING:
    from centralita.staffing.scenarios import Play, Wish
    from routing.simulation.figures import Figures


def simulate(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="CSV of calls (time, queue, handle ...), or a forecast (start, calls, handle ...)."
        ),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option("--config", help="Take queues and agents of this folder; else plain ones are made."),
    ] = None,
    agents: Annotated[
        int | None,
        typer.Option("--agents", min=1, max=100_000, help="How many agents, whatever the folder has."),
    ] = None,
    calls: planning.Calls = None,
    aht: planning.HandleTime = None,
    opened: Annotated[str, typer.Option("--open", help="When --calls come.")] = "08:00-20:00",
    days: Annotated[
        int, typer.Option("--days", min=1, max=100_000, help="How often each day is played.")
    ] = 1,
    promise: Annotated[
        str | None,
        typer.Option(
            "--target",
            help="Per cent of callers to be answered within seconds, as 80/20.",
            show_default="what each queue has promised",
        ),
    ] = None,
    patience: planning.Patience = None,
    variation: planning.Variation = 1.0,
    ring: planning.Ring = "0s",
    strategy: Annotated[
        str, typer.Option("--strategy", help="Of the queues that are made without --config.")
    ] = "longest-idle",
    seed: planning.Seed = 1,
    jobs: planning.Jobs = None,
    as_json: Json = False,
) -> None:
    """Play calls to the distributor that serves real ones, in virtual time, and say what callers and agents met.

    Days are played apart, each begins with nobody waiting. Handle times hold the wrap-up: that of queues is left aside.
    """
    wish = _wish(config, agents, strategy, promise, seed, aht, variation, patience, ring, days)
    if file is not None and calls is None:
        to_play = wish.of_file(file)
    elif file is None and calls is not None and aht is not None:
        to_play = wish.of_rate(calls, *_hours(opened))
    else:
        raise typer.BadParameter("give a file, or --calls and --aht, as --calls 100 --aht 4m")
    figures = _play(to_play, jobs)
    if as_json:
        from centralita.staffing.simulation_table import as_data

        print_json(as_data(figures, to_play.centre))
    else:
        from centralita.staffing.simulation_table import print_figures

        promised = wish.promise
        queues = to_play.centre.queues
        shares = {name: (promised or each.service_level).share for name, each in queues.items()}
        print_figures(figures, to_play.centre, shares)


def _wish(
    config: Path | None,
    agents: int | None,
    strategy: str,
    promise: str | None,
    seed: int,
    aht: str | None,
    variation: float,
    patience: str | None,
    ring: str,
    days: int,
) -> Wish:
    from centralita.staffing.scenarios import Wish
    from routing.settings import ServiceLevel
    from routing.strategies import STRATEGIES, canonical

    name = canonical(strategy)
    if name is None:
        raise typer.BadParameter(f'no strategy is called "{strategy}"; {suggest(strategy, STRATEGIES)}')
    target = None if promise is None else planning.target(promise)
    return Wish(
        config,
        agents,
        name,
        None if target is None else ServiceLevel(target.within, target.share),
        seed,
        None if aht is None else planning.handle(aht),
        variation,
        planning.patience(patience),
        planning.duration(ring, "--ring"),
        days,
    )


def _hours(text: str) -> tuple[float, float]:
    """Read `08:00-20:00`."""
    from routing.staffing.forecast import DAY, moment

    opening, dash, closing = text.partition("-")
    try:
        start, end = moment(opening).at, DAY if closing in ("24:00", "00:00") else moment(closing).at
    except ValueError:
        start, end = 0.0, 0.0
    if not dash or end <= start:
        raise typer.BadParameter(f"--open: {text!r} are no hours of one day; write 08:00-20:00")
    return start, end


def _play(to_play: Play, jobs: int | None) -> Figures:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from centralita.staffing.simulating import Players
    from routing.simulation.figures import Figures

    columns = (
        TextColumn("playing"),
        BarColumn(),
        TextColumn("{task.completed:.0f} calls"),
        TimeRemainingColumn(),
    )
    figures = Figures()
    with (
        Players(jobs) as players,
        Progress(*columns, console=Console(stderr=True), transient=True) as progress,
    ):
        task = progress.add_task("", total=to_play.calls)
        for played in players.play(to_play.days):
            figures.add(played.figures)
            progress.advance(task, played.figures.whole().offered)
    return figures
