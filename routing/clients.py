"""Client companies, config/clients/<id>.yaml: whose calls we take, and what an agent's phone shows for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from base.document import Part, load
from routing.recording import RecordingPart, key_faults

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from base.document import Fault


class Client(Part):
    """One client company."""

    schema_: Literal["client/1"] = Field(alias="schema")
    name: Annotated[str, Field(min_length=1)]
    """Shown on the agent's phone with each call: `Banco Sol`."""
    hours: str | None = None
    """Its usual hours, by id of hours.yaml."""
    recording: RecordingPart = RecordingPart()


def load_clients(folder: Path, faults: list[Fault]) -> Mapping[str, Client]:
    """All client companies by id; faults are appended."""
    clients = {}
    for path in sorted(folder.glob("*.yaml")):
        client, document = load(Client, path, faults)
        if client is None:
            continue
        part = client.recording
        if part.key is not None:
            # Beside the file that names it, wherever the node was started.
            part = part.model_copy(update={"key": folder / part.key})
            faults.extend(key_faults(path, document.line(("recording", "key")), part))
        clients[path.stem] = client.model_copy(update={"recording": part})
    return clients
