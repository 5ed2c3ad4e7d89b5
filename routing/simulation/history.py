"""A forecast from calls that came: each half-hour of the day as it was on average over the days of a file."""

from __future__ import annotations

from collections import defaultdict
from math import inf, isnan, nan
from typing import TYPE_CHECKING

from base.document import Fault, refuse
from routing.simulation.calls_file import CallsFile
from routing.staffing.forecast import HALF_HOUR, HalfHour, Moment

if TYPE_CHECKING:
    from pathlib import Path


def read_history(path: Path, *, handle: float | None = None, patience: float | None = None) -> list[HalfHour]:
    """Read a file of calls. Raises DocumentError.

    `handle` where the calls of a queue have none. Patience is what the waits of all callers tell, the patient ones
    with the others (the mean of an exponential time that is often cut short), unless `patience` is given.
    """
    file = CallsFile(path, handle=lambda: nan)
    file.look()
    days, hung_up = 0, 0
    counts: dict[tuple[str, float], int] = defaultdict(int)
    handled: dict[tuple[str, float | None], list[float]] = defaultdict(list)
    for _, calls in file.days():
        days += 1
        for call in calls:
            slot = call.at // HALF_HOUR * HALF_HOUR
            counts[call.queue, slot] += 1
            hung_up += call.patience < inf
            if not isnan(call.handle):
                handled[call.queue, slot].append(call.handle)
                handled[call.queue, None].append(call.handle)
    if patience is None:
        patience = file.waited / hung_up if hung_up and file.waited else inf
    found = []
    for (queue, slot), count in sorted(counts.items(), key=lambda each: (each[0][1], each[0][0])):
        times = handled.get((queue, slot)) or handled.get((queue, None)) or ([handle] if handle else [])
        if not times:
            refuse([Fault(str(path), 1, f"no call of the queue {queue} has a handle time", "say --aht")])
        mean = sum(times) / len(times)
        found.append(HalfHour(Moment("", slot), HALF_HOUR, count / days, mean, patience, queue))
    return found
