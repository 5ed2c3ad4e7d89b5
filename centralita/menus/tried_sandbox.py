"""The sandbox for one tried call: the back ends' own rules with test cards, in a folder that is gone afterwards."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from base.errors import CentralitaError
from centralita.back_ends import back_end_settings
from ivr.authoring.simulation import Reply
from ivr.io.back_end.settings import SandboxSettings
from ivr.io.back_end.transactions import Transactions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ivr.commands import AskBackEnd
    from routing.clients import Client

CONTACT = "tried"


class TriedSandbox:
    """Answers each question of one call at once; close it."""

    def __init__(self, clients: Mapping[str, Client]) -> None:
        """By the limits and identities of the client companies, never by their own systems."""
        self._folder = TemporaryDirectory(prefix="centralita-try-")
        self._runner = asyncio.Runner()
        self._back_ends = Transactions(Path(self._folder.name), lambda contact, kind, data: None)
        settings = {
            name: replace(each, back_end=SandboxSettings(), payments=None)
            for name, each in back_end_settings(clients).items()
        }
        self._runner.run(self._back_ends.start(settings))

    def __call__(self, asked: AskBackEnd) -> Reply:
        """Ask."""
        if asked.action == "callback.promise":  # the node's own book, not a company's
            return Reply("ok", {"reference": "000123"})
        return self._runner.run(self._ask(asked))

    async def _ask(self, asked: AskBackEnd) -> Reply:
        fields = dict(asked.fields)
        client, caller = str(fields.pop("client", "")), str(fields.pop("caller", ""))
        try:
            answer = await self._back_ends.ask(
                asked.action, fields, client=client, contact=CONTACT, caller=caller, request=asked.request
            )
        except CentralitaError:
            return Reply("unavailable")
        return Reply(answer.result, answer.facts)

    def close(self) -> None:
        """Leave nothing behind."""
        try:
            self._runner.run(self._back_ends.close())
        finally:
            self._runner.close()
            self._folder.cleanup()
