"""Client companies, config/clients/<id>.yaml: whose calls we take, and what an agent's phone shows for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from base.document import Part, load

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from base.document import Fault


class Client(Part):
    """One client company."""

    schema_: Literal["client/1"] = Field(alias="schema")
    name: Annotated[str, Field(min_length=1)]
    """Shown on the agent's phone with each call: `Banco Sol`."""


def load_clients(folder: Path, faults: list[Fault]) -> Mapping[str, Client]:
    """All client companies by id; faults are appended."""
    loaded = {path.stem: load(Client, path, faults)[0] for path in sorted(folder.glob("*.yaml"))}
    return {name: client for name, client in loaded.items() if client is not None}
