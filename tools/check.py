"""Runs every check of the project, each under a heading with its duration, and the tests last.

It stops at nothing: all that is wrong is shown in one run, and the exit code tells whether anything was.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv/bin"
CLIPPY = ("--quiet", "--", "-D", "warnings")
CRATE = ("--manifest-path", "media/plane/Cargo.toml")
PYTHON = str(BIN / "python")

CHECKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Python format", (str(BIN / "ruff"), "format", "--check", ".")),
    ("Python lint", (str(BIN / "ruff"), "check", ".")),
    ("Python types", (str(BIN / "mypy"),)),
    ("import walls", (str(BIN / "lint-imports"), "--no-cache")),
    ("generated pages", (PYTHON, "-m", "tools.docs", "--check")),
    ("Rust format", ("cargo", "fmt", *CRATE, "--check")),
    ("Rust lint", ("cargo", "clippy", *CRATE, "--all-targets", "--locked", *CLIPPY)),
    ("Rust tests", ("cargo", "test", *CRATE, "--no-default-features", "--locked", "--quiet")),
)
UNIT_TESTS = ("unit tests", (PYTHON, "-m", "pytest", "--ignore=tests/e2e"))
HOSTILE = ("hostile bytes to the media plane", (PYTHON, "tools/fuzz.py", "--seconds", "5"))
ALL_TESTS = ("unit tests and calls by foreign phones", (PYTHON, "-m", "pytest"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the checks, then the tests; 0 when all is well."""
    parser = argparse.ArgumentParser(prog="tools/check.py", description=__doc__)
    parser.add_argument("--all", action="store_true", help="also the end-to-end tests with foreign phones")
    parser.add_argument("pytest", nargs="*", help="arguments handed to pytest")
    options = parser.parse_args(arguments)
    title, tests = ALL_TESTS if options.all else UNIT_TESTS
    hostile = (HOSTILE,) if options.all else ()
    phases = (*CHECKS, *hostile, (title, (*tests, *options.pytest)))
    failed = [name for name, command in phases if not _passes(name, command)]
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _passes(title: str, command: Sequence[str]) -> bool:
    print(f"==> {title}", flush=True)
    began = time.monotonic()
    # pyo3 looks for an interpreter while it compiles: give it the one that will load the extension.
    environment = {**os.environ, "PYO3_PYTHON": PYTHON}
    done = subprocess.run(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, check=False)
    if "pytest" not in command:  # which closes with a line of its own, to be the last
        verdict = "well" if done.returncode == 0 else "FAILED"
        print(f"<== {title}: {verdict}, {time.monotonic() - began:.1f} s\n", flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
