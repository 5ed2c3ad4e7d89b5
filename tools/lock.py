"""Renews requirements/run.txt and dev.txt from the .in files: exact versions with hashes, no index addresses.

The machine's own pip settings are left aside, so that the hashes are those of the public index.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OPTIONS = (
    *("--quiet", "--generate-hashes", "--allow-unsafe", "--strip-extras", "--no-header", "--no-annotate"),
    *("--no-emit-index-url", "--no-emit-find-links", "--no-emit-trusted-host", "--no-emit-options"),
)
LOCKS = {"run.txt": ("run.in", "build.in"), "dev.txt": ("dev.in",)}


def main() -> int:
    """Write both lock files; words given on the command line go to pip-compile (for one: --upgrade)."""
    environment = {name: value for name, value in os.environ.items() if name != "PIP_FIND_LINKS"}
    environment["PIP_CONFIG_FILE"] = os.devnull
    compiler = str(ROOT / ".venv/bin/pip-compile")
    for lock, sources in LOCKS.items():
        command = [compiler, *OPTIONS, *sys.argv[1:], "-o", lock, *sources]
        code = subprocess.run(command, cwd=ROOT / "requirements", env=environment, check=False).returncode
        if code:
            return code
        print(f"requirements/{lock} renewed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
