"""Somebody at a terminal beside a node, which may have stopped."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from typer.testing import CliRunner, Result

from centralita.commands import app

if TYPE_CHECKING:
    from centralita.node import Node


class Terminal:
    """Gives commands with the node's state folder."""

    def __init__(self, node: Node) -> None:
        """Of this node."""
        self.node = node

    async def run(self, *words: str) -> Result:
        """Whatever comes of it."""
        line = [*words, "--state", str(self.node.options.state)]
        return await asyncio.to_thread(lambda: CliRunner().invoke(app, line))

    async def shown(self, *words: str) -> str:
        """What a command prints that succeeds."""
        done = await self.run(*words)
        assert done.exit_code == 0, done.output
        return done.output

    async def json(self, *words: str) -> Any:
        """The same for programs."""
        return json.loads(await self.shown(*words, "--json"))

    async def refused(self, *words: str, code: int = 1) -> str:
        """What is said of a command that fails."""
        done = await self.run(*words)
        assert done.exit_code == code, done.output
        assert "Traceback" not in done.output
        return done.output
