"""Runs every bench/bench_*.py by itself and shows the JSON line that each prints (see bench/README.md)."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benches whose names hold one of the given words, or all of them."""
    parser = argparse.ArgumentParser(prog="tools/bench.py", description=__doc__)
    parser.add_argument("words", nargs="*", help="parts of the names to run")
    words = parser.parse_args(arguments).words
    found = sorted((ROOT / "bench").glob("bench_*.py"))
    scripts = [path for path in found if not words or any(word in path.stem for word in words)]
    if not scripts:
        print("no such bench; there are bench/bench_*.py", file=sys.stderr)
        return 1
    return 1 if [path for path in scripts if not _runs(path)] else 0


def _runs(path: Path) -> bool:
    print(f"==> {path.relative_to(ROOT)}", file=sys.stderr, flush=True)
    began = time.monotonic()
    command = [sys.executable, str(path)]
    code = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, check=False).returncode
    verdict = "" if code == 0 else f"FAILED with {code}, "
    print(f"<== {path.stem}: {verdict}{time.monotonic() - began:.1f} s", file=sys.stderr, flush=True)
    return code == 0


if __name__ == "__main__":
    sys.exit(main())
