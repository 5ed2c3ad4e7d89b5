"""CPU of a menu step in the interpreter, and a thousand callers at once who activate a card by keys. One JSON line.

A step is one that is entered or one answer that the caller gives, with every key it takes. First sessions alone, as
the loop feeds them; then a node with the centre of config/: all callers are in a form together, and none may be lost.
Needs two cores. `--callers 0` leaves the node out; the whole takes about a minute and a half.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import statistics
import sys
import time
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parent))

from load import cpu_seconds, resident
from node import ROOT, node
from typists import Typists

from ivr.commands import AskBackEnd, Leave, Play, Record
from ivr.events import BackEndReplied, DigitPressed, PlaybackFinished
from ivr.load import load_menus
from ivr.session import CallerFacts, MenuSession
from ivr.wording import load_wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from base.document import Fault
    from ivr.commands import Command
    from ivr.compiled import CompiledMenus
    from ivr.events import Event

QUEUES = {"banco_atencion", "banco_seguridad", "tienda_atencion"}
FACTS = CallerFacts("bench", "+34600000009", "910000001", "banco_sol", datetime(2026, 11, 21, tzinfo=UTC))
CARD, BIRTH = "4111111111111111", "01021980"
LISTEN = ""
ACTS: tuple[str | tuple[str, dict[str, str]], ...] = (
    LISTEN,
    "1",
    LISTEN,
    f"{CARD}#",
    LISTEN,
    BIRTH,
    ("ok", {"last4": "1111"}),
    LISTEN,
    "1",
    "2",
    LISTEN,
    "23*45#",
    "1",
    f"{CARD}#",
    "1240",
    "907#",
    "1",
    ("approved", {"last4": "1111", "reference": "000123"}),
    LISTEN,
    "2",
    LISTEN,
)
"""One call: keys, prompts heard to their end, the back end's answers."""
ANSWERED = ("menu.input", "field.captured")


class Walk:
    """One caller's events with their times, to be fed to as many sessions as one likes."""

    def __init__(self, menus: CompiledMenus) -> None:
        """Walk through the menus once."""
        self.menus = menus
        self.events: list[tuple[Event, float]] = []
        self.steps = self.keys = 0
        self._now = 0.0
        self._playing: int | None = None
        self._asked: int | None = None
        self._session = new_session(menus)
        self._take(self._session.start(now=0.0))
        for act in ACTS:
            self._do(act)
        if not self._session.finished:
            raise SystemExit(f"the walk ends in step {self._session.step}")

    def _do(self, act: str | tuple[str, dict[str, str]]) -> None:
        if isinstance(act, tuple):
            assert self._asked is not None
            self._feed(BackEndReplied(self._asked, *act))
        elif act != LISTEN:
            self.keys += len(act)
            for key in act:
                self._feed(DigitPressed(key))
            return
        while self._playing is not None and not self._session.finished:
            self._feed(PlaybackFinished(self._playing))

    def _feed(self, event: Event) -> None:
        self._now += 0.2
        self.events.append((event, self._now))
        if isinstance(event, PlaybackFinished):
            self._playing = None
        self._take(self._session.feed(event, now=self._now))

    def _take(self, commands: Sequence[Command]) -> None:
        for each in commands:
            match each:
                case Play():
                    self._playing = each.playback
                case AskBackEnd():
                    self._asked = each.request
                case Leave():
                    self._playing = None
                case Record(type=kind):
                    self.steps += kind == "menu.entered" or kind in ANSWERED
                case _:
                    pass

    def once(self) -> None:
        """One whole call, as the application drives it."""
        session = new_session(self.menus)
        session.start(now=0.0)
        for event, now in self.events:
            session.next_timeout()
            session.feed(event, now=now)


def new_session(menus: CompiledMenus) -> MenuSession:
    """A caller on the number of English customers."""
    return MenuSession(menus, start=None, language="en", caller=FACTS)


def measure(walk: Walk, rounds: int, calls: int) -> list[float]:
    """Microseconds of processor time for each step, by round."""
    taken = []
    walk.once()
    for _ in range(rounds):
        gc.collect()
        began = time.process_time()
        for _ in range(calls):
            walk.once()
        taken.append((time.process_time() - began) / calls / walk.steps * 1e6)
    return taken


def undisturbed(walk: Walk, rounds: int) -> float:
    """Microseconds for each step where nobody else was on the machine: the best of the rounds, event by event."""
    best = [float("inf")] * (len(walk.events) + 1)
    for _ in range(rounds):
        began = time.perf_counter()
        session = new_session(walk.menus)
        session.start(now=0.0)
        best[-1] = min(best[-1], time.perf_counter() - began)
        for at, (event, now) in enumerate(walk.events):
            began = time.perf_counter()
            session.next_timeout()
            session.feed(event, now=now)
            best[at] = min(best[at], time.perf_counter() - began)
    return sum(best) / walk.steps * 1e6


def standing(walk: Walk, callers: int) -> float:
    """Bytes of a session in the middle of a card number."""
    upto = next(
        at
        for at, (event, _) in enumerate(walk.events)
        if isinstance(event, DigitPressed) and event.digit == "#"
    )
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    held = []
    for _ in range(callers):
        session = new_session(walk.menus)
        session.start(now=0.0)
        for event, now in walk.events[:upto]:
            session.feed(event, now=now)
        held.append(session)
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return grown / callers


def at_once(callers: int, pause: float) -> dict[str, object]:
    """That many callers in a node, each in a form while all are there."""
    with node(config=ROOT / "config", rtp_ports="30000-59999") as (pid, address):
        Typists(address, "910000001", first=5000).type_all(20, rate=20, pause=0.2, look=int)  # warm
        time.sleep(1.0)
        idle, before = resident(pid), cpu_seconds(pid)
        told = Typists(address, "910000001").type_all(
            callers, rate=100, pause=pause, look=lambda: resident(pid) - idle
        )
        used = cpu_seconds(pid) - before
    return {
        "callers": callers,
        "most_at_once": told.most,
        "ended_well": told.ended,
        "lost": callers - told.ended,
        "keys": told.keys,
        "cpu_ms_per_call_with_prompts_and_rtp": round(used / callers * 1000, 2),
        "kB_per_caller_in_a_form": round(told.looked / max(told.most, 1) / 1000, 1),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--calls", type=int, default=300, help="calls of a round, sessions alone")
    parser.add_argument("--callers", type=int, default=1000, help="callers at once in a node; 0: none")
    parser.add_argument("--pause", type=float, default=1.0, help="seconds between two keys of a caller")
    options = parser.parse_args()
    faults: list[Fault] = []
    wording = load_wording([ROOT / "prompts"], faults)
    walk = Walk(load_menus(ROOT / "config/menus", wording, faults, queues=QUEUES)["banco_sol"])
    taken = measure(walk, options.rounds, options.calls)
    told: dict[str, object] = {
        "bench": "menus",
        "us_per_step": {
            "min": round(min(taken), 1),
            "median": round(statistics.median(taken), 1),
            "max": round(max(taken), 1),
        },
        "us_per_step_undisturbed": round(undisturbed(walk, 500), 1),
        "steps_per_call": walk.steps,
        "keys_per_call": walk.keys,
        "bytes_per_session_in_a_form": round(standing(walk, 1000)),
        "load": round(os.getloadavg()[0], 2),
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
    }
    if options.callers:
        told["at_once"] = at_once(options.callers, options.pause)
    print(json.dumps(told))


if __name__ == "__main__":
    main()
