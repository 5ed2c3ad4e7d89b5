"""What `staff` and `simulate` read from the command line in the same way."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from routing.staffing.plan import Target

Calls = Annotated[
    float | None, typer.Option("--calls", min=0.0, help="Calls in half an hour, in place of a file.")
]
HandleTime = Annotated[
    str | None, typer.Option("--aht", help="Mean handle time, talk and wrap-up, as 4m or 240.")
]
Promise = Annotated[
    str, typer.Option("--target", help="Per cent of callers to be answered within seconds, as 80/20.")
]
Patience = Annotated[
    str | None,
    typer.Option(
        "--patience", help="Mean time after which callers hang up, as 90s.", show_default="for ever"
    ),
]
Variation = Annotated[
    float,
    typer.Option(
        "--variation",
        min=0.0,
        max=10.0,
        help="Deviation of handle times by their mean; 1: exponential, else lognormal.",
    ),
]
Ring = Annotated[str, typer.Option("--ring", help="How long agents let it ring before they answer.")]
Seed = Annotated[
    int, typer.Option("--seed", help="Where chance begins; the same seed gives the same figures.")
]
Jobs = Annotated[
    int | None, typer.Option("--jobs", min=1, max=256, help="Processes.", show_default="one for each core")
]


def target(promise: str, *, occupancy: str = "100%", shrinkage: str = "0%") -> Target:
    """Read what is promised. Raises BadParameter."""
    from routing.staffing.plan import Target

    per_cent, slash, seconds = promise.partition("/")
    if not slash:
        raise typer.BadParameter(f"{promise!r} is not a target; write it as 80/20: 80 % within 20 seconds")
    kept = share(per_cent if per_cent.endswith("%") else f"{per_cent}%", "--target")
    if not 0.0 < kept < 1.0:
        raise typer.BadParameter("--target: write a share between 0 and 100, as in 80/20")
    busy, away = share(occupancy, "--max-occupancy"), share(shrinkage, "--shrinkage")
    if busy <= 0.0:
        raise typer.BadParameter("--max-occupancy must be more than 0%")
    if away >= 1.0:
        raise typer.BadParameter("--shrinkage must be less than 100%")
    return Target(kept, duration(seconds, "--target"), busy, away)


def share(text: str, option: str) -> float:
    """Read `30%` or `0.3`. Raises BadParameter."""
    body, scale = (text[:-1], 100.0) if text.endswith("%") else (text, 1.0)
    try:
        found = float(body) / scale
    except ValueError:
        found = -1.0
    if not 0.0 <= found <= 1.0:
        raise typer.BadParameter(f"{option}: {text!r} is not a share; write 30% or 0.3")
    return found


def duration(text: str, option: str) -> float:
    """Read `90s`, `3m` or seconds. Raises BadParameter."""
    from base.durations import seconds

    try:
        return seconds(text)
    except ValueError as error:
        raise typer.BadParameter(f"{option}: {error}") from None


def ring(text: str) -> float:
    """Read how long it rings at plain agents."""
    from routing.settings import QueueSettings

    found, longest = duration(text, "--ring"), QueueSettings("").ring_timeout
    if found >= longest:
        raise typer.BadParameter(f"--ring must be less than {longest:g}s, or nobody would ever answer")
    return found


def patience(text: str | None) -> float:
    """Read how long callers hold; for ever unless given."""
    found = inf if text is None else duration(text, "--patience")
    if found <= 0.0:
        raise typer.BadParameter("--patience must be more than 0s")
    return found


def handle(text: str) -> float:
    """Read a handle time."""
    found = duration(text, "--aht")
    if found <= 0.0:
        raise typer.BadParameter("--aht must be more than 0s")
    return found
