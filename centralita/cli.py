"""The command line: `centralita COMMAND`; `centralita --help` lists them."""

from __future__ import annotations

import sys

from base.errors import CentralitaError
from centralita.commands import app


def main() -> None:
    """Run the command line. A fault that a command itself did not tell is told in one line too."""
    try:
        app()
    except CentralitaError as error:
        sys.exit(f"centralita: {error}")
