"""The command line: `centralita COMMAND`; `centralita --help` lists them."""

from __future__ import annotations

from centralita.commands import app


def main() -> None:
    """Run the command line."""
    app()
