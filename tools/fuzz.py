"""Feeds hostile bytes to the parts of the media plane that strangers reach, under AddressSanitizer.

Each target of media/plane/fuzz runs for some seconds; what it found interesting is kept in media/plane/fuzz/corpus for
the next time, what broke it in media/plane/fuzz/artifacts. Needs only the stable compiler.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLANE = ROOT / "media/plane"
FUZZ = PLANE / "fuzz"
TARGETS = tuple(sorted(path.stem for path in (FUZZ / "targets").glob("*.rs")))
SANITIZER = ("-Zsanitizer=address", "-Cdebug-assertions", "-Coverflow-checks")
# What libFuzzer needs to see which ways a program takes.
COVERAGE = (
    "--cfg=fuzzing",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Ccodegen-units=1",
)


def main() -> int:
    """Build, run each target, and say what broke; 0 when nothing did."""
    parser = argparse.ArgumentParser(prog="tools/fuzz.py", description=__doc__)
    parser.add_argument("--seconds", type=int, default=8, help="for each target")
    parser.add_argument("targets", nargs="*", default=TARGETS, help=f"of {', '.join(TARGETS)}")
    options = parser.parse_args()
    machine = _host()
    command = ("cargo", "build", "--quiet", "--release", "--locked", "--target", machine)
    subprocess.run(command, cwd=FUZZ, env=_environment(*SANITIZER, *COVERAGE), check=True)
    broken = [each for each in options.targets if not _holds(each, machine, options.seconds)]
    if broken:
        print(f"broken: {', '.join(broken)}; see media/plane/fuzz/artifacts", file=sys.stderr)
    return 1 if broken else 0


def _host() -> str:
    """The machine's own target; the sanitizer wants it named."""
    told = subprocess.run(("rustc", "-vV"), capture_output=True, text=True, check=True).stdout
    return next(line.removeprefix("host: ") for line in told.splitlines() if line.startswith("host: "))


def _environment(*flags: str) -> dict[str, str]:
    # Sanitizers are behind a switch of the stable compiler that its makers call by this name.
    return {**os.environ, "RUSTC_BOOTSTRAP": "1", "RUSTFLAGS": " ".join(flags)}


def _holds(target: str, machine: str, seconds: int) -> bool:
    corpus, artifacts = FUZZ / "corpus" / target, FUZZ / "artifacts" / target
    for folder in (corpus, artifacts):
        folder.mkdir(parents=True, exist_ok=True)
    program = FUZZ / "target" / machine / "release" / target
    limits = (f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=1024", "-verbosity=0")
    command = (str(program), str(corpus), *limits, "-print_final_stats=1", f"-artifact_prefix={artifacts}/")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    runs = [line.split()[-1] for line in done.stderr.splitlines() if "number_of_executed_units" in line]
    print(f"{target:16} {runs[0] if runs else '?':>12} runs  {'well' if done.returncode == 0 else 'BROKEN'}")
    if done.returncode:
        print(done.stderr[-4000:], file=sys.stderr)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
