"""Names that are asked by: one that nothing has is an error, where empty lists and zeros would be taken for answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from base.errors import CentralitaError
from centralita.commands.parameters import fail

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    from records.database import Database


def refuse_unknown_names(
    config: Path, database: Database, *, without: Collection[str] = (), **asked: str | None
) -> None:
    """End with 2 for a client, queue, agent, team, language or reason that neither config nor the records have.

    An empty name is wrong too, unless it stands in `without`: there it asks for those that have none.
    """
    given = {kind: name for kind, name in asked.items() if name is not None}
    for kind in (kind for kind, name in given.items() if not name and kind not in without):
        fail(f"--{kind} names nothing; leave it out", code=2)
    if not any(given.values()):
        return
    from records.errors import NameUnknown
    from records.views.naming import refuse_unknown

    try:
        refuse_unknown(database, given, _configured(config))
    except NameUnknown as error:
        fail(str(error), code=2)


def refuse_unknown_clients(config: Path, clients: Iterable[str]) -> None:
    """End with 2 for a client company without a file in the configuration; where there are none nothing is said."""
    from base.document import suggest

    known = [file.stem for file in (config / "clients").glob("*.yaml")]
    for each in clients if known else ():
        if each not in known:
            fail(f"no client company is called {each!r}; {suggest(each, known)}", code=2)


def _configured(config: Path) -> Mapping[str, Collection[str]]:
    """Nothing where there is no configuration that can be read: the records know what they have all the same."""
    from routing.clients import load_clients
    from routing.config import read_config
    from routing.names import names_in

    try:
        return names_in(read_config(config).routing, load_clients(config / "clients", []))
    except CentralitaError:
        return {}
