"""The command line: `centralita serve | check | contacts | contact | phone | agent | bans | prompts`."""

from __future__ import annotations

from centralita.commands import app


def main() -> None:
    """Run the command line."""
    app()
