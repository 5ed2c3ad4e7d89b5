"""Names that are asked by: one that nothing has is an error, where empty lists and zeros would be taken for answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from base.errors import CentralitaError
from centralita.commands.parameters import fail

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from records.database import Database


def refuse_unknown_names(config: Path, database: Database, **asked: str | None) -> None:
    """End with 2 for a client, queue, agent, team, language or reason that neither config nor the records have."""
    if not any(asked.values()):
        return
    from records.errors import NameUnknown
    from records.views.naming import refuse_unknown

    try:
        refuse_unknown(database, asked, _configured(config))
    except NameUnknown as error:
        fail(str(error), code=2)


def _configured(config: Path) -> Mapping[str, Collection[str]]:
    """Nothing where there is no configuration that can be read: the records know what they have all the same."""
    from routing.clients import load_clients
    from routing.config import read_config
    from routing.names import names_in

    try:
        return names_in(read_config(config).routing, load_clients(config / "clients", []))
    except CentralitaError:
        return {}
