"""Runs every check of the project: first those that take a moment, then lanes beside each other.

In three lanes are the tests whose calls and sounds run in real time: they wait nine tenths of their time, and want the
machine when they do not. The last, which gives way, has the tests that only compute, and the Rust side. Nothing stops
at a fault: all that is wrong is shown in one run, and the exit code tells whether anything was. A few tests in real
time that failed are run once more when the machine is quiet (tools/second_chance.py).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from bisect import bisect
from pathlib import Path
from typing import TYPE_CHECKING

from tools.second_chance import Crowded, give
from tools.side_by_side import Check, Lane, Runner, summary

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv/bin"
CLIPPY = ("--quiet", "--", "-D", "warnings")
CRATE = ("--manifest-path", "media/plane/Cargo.toml")
PYTHON = str(BIN / "python")
PYTEST = (PYTHON, "-m", "pytest")

QUICK = (
    Check("Python format", (str(BIN / "ruff"), "format", "--check", ".")),
    Check("Python lint", (str(BIN / "ruff"), "check", ".")),
    Check("Python types", (str(BIN / "mypy"),)),
    Check("import walls", (str(BIN / "lint-imports"), "--no-cache")),
    Check("generated pages", (PYTHON, "-m", "tools.docs", "--check")),
    Check("Rust format", ("cargo", "fmt", *CRATE, "--check")),
)
RUST = (
    Check("Rust lint", ("cargo", "clippy", *CRATE, "--all-targets", "--locked", *CLIPPY)),
    Check("Rust tests", ("cargo", "test", *CRATE, "--no-default-features", "--locked", "--quiet")),
)
HOSTILE = Check("hostile bytes to the media plane", (PYTHON, "tools/fuzz.py", "--seconds", "5"))
IN_REAL_TIME = ("tests/media", "tests/calls")
BY_PHONE = "tests/e2e"
"""Calls by foreign phones."""
HALF = "test_ring"
"""Where the files of these are parted, by name, into two lanes that take equally long."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the checks and the tests; 0 when all is well."""
    parser = argparse.ArgumentParser(prog="python -m tools.check", description=__doc__)
    parser.add_argument("--all", action="store_true", help="also the end-to-end tests with foreign phones")
    parser.add_argument("pytest", nargs="*", help="arguments for one pytest, in place of all tests")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="centralita-check-") as notes:
        return _run(options, Path(notes))


def _run(options: argparse.Namespace, notes: Path) -> int:
    began = time.monotonic()
    quick = Lane("quick", QUICK)
    crowded = [] if options.pytest else _in_real_time(notes, is_whole=options.all)
    beside = _told(options.pytest, is_whole=options.all) if options.pytest else _rest(is_whole=options.all)
    # pyo3 looks for an interpreter while it compiles: give it the one that will load the extension.
    runner = Runner(ROOT, {"PYO3_PYTHON": PYTHON})
    runner.run([quick])
    lanes = [quick, *(each.lane for each in crowded), beside]
    runner.run(lanes[1:])
    unsteady = give(crowded, runner, PYTEST, notes / "alone")
    return _tell(lanes, unsteady, time.monotonic() - began)


def _tell(lanes: Sequence[Lane], unsteady: Sequence[str], seconds: float) -> int:
    for line in unsteady:
        print(f"unsteady: failed in the crowd, passed alone: {line}", flush=True)
    for line in (line for lane in lanes for line in lane.broken_tests):
        print(line, flush=True)
    failed = [title for lane in lanes for title in lane.failed]
    if failed:
        print(f"failed: {', '.join(failed)}", flush=True)
    print(summary(lanes, seconds), flush=True)
    return 1 if failed else 0


def _in_real_time(notes: Path, *, is_whole: bool) -> list[Crowded]:
    paths: dict[str, tuple[str, ...]] = {"calls": IN_REAL_TIME}
    if is_whole:
        files = sorted((ROOT / BY_PHONE).glob("test_*.py"))
        names = [str(each.relative_to(ROOT)) for each in files]
        at = bisect([each.name for each in files], HALF)
        paths |= {"phones": tuple(names[:at]), "desks": tuple(names[at:])}
    return [
        Crowded.of(name, f"tests in real time: {name}", (*PYTEST, *several), notes / name)
        for name, several in paths.items()
    ]


def _rest(*, is_whole: bool) -> Lane:
    ignored = [f"--ignore={each}" for each in (*IN_REAL_TIME, BY_PHONE)]
    tests = Check("all other tests", (*PYTEST, *ignored))
    # The compiler takes all the machine it gets: not while sounds are measured, which the first lane begins with.
    checks = (tests, *RUST, HOSTILE) if is_whole else (tests, *RUST)
    return Lane("rest", checks, is_patient=True)


def _told(arguments: Sequence[str], *, is_whole: bool) -> Lane:
    chosen = () if is_whole else (f"--ignore={BY_PHONE}",)
    return Lane("tests", [*RUST, Check("tests", (*PYTEST, *chosen, *arguments))])


if __name__ == "__main__":
    sys.exit(main())
