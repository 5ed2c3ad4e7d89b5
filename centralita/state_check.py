"""What `centralita check` finds in the state folder: weak passwords at carriers, people whose limits name nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from base.document import Fault
from base.errors import CentralitaError
from base.weak_passwords import weakness
from centralita.state import TRUNK_PASSWORDS_FILE, database_of
from records.migrate import stored_version, versions
from records.people.directory import Directory
from records.people.person import unknown
from sip.io.trunk_passwords import load_trunk_passwords

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from centralita.configuration import Configuration

_CHOOSE = "choose a longer one at the carrier, then: centralita trunk password {}"


def state_faults(state: Path, configuration: Configuration | None) -> Iterator[Fault]:
    """Warnings only: a node starts all the same."""
    yield from _weak_trunks(state / TRUNK_PASSWORDS_FILE, configuration)
    if configuration is not None:
        yield from _lost_people(state, configuration)


def _weak_trunks(file: Path, configuration: Configuration | None) -> Iterator[Fault]:
    trunks = configuration.profiles.external.trunks if configuration is not None else ()
    logins = {each.name: each.login or "" for each in trunks}
    try:
        passwords = load_trunk_passwords(file)
    except CentralitaError as error:
        yield Fault(str(file), 1, str(error).partition(": ")[2] or str(error), is_warning=True)
        return
    for trunk, password in sorted(passwords.items()):
        fault = weakness(password.reveal(), (trunk, logins.get(trunk, "")))
        if fault is not None:
            yield Fault(str(file), 1, f"{trunk}: {fault}", _CHOOSE.format(trunk), is_warning=True)


def _lost_people(state: Path, configuration: Configuration) -> Iterator[Fault]:
    """Of those who are let in, the ones whose record names what is not, or no longer, in the files."""
    routing = configuration.routing
    companies = {*configuration.clients, *(each.client for each in routing.numbers)}
    teams = {each.team for each in routing.agents.values() if each.team is not None}
    try:
        database = database_of(state)
        if stored_version(database) != versions()[-1]:
            return
        people = Directory(database).all()
        database.close()
    except CentralitaError as error:
        yield Fault(str(state), 1, f"people could not be read: {error}", is_warning=True)
        return
    for person in people:
        for each in unknown(person, agents=routing.agents, clients=companies, teams=teams):
            if person.is_active:
                mend = f"centralita people edit {person.id}"
                yield Fault(str(state), 1, f"person {person.id}: {each}", mend, is_warning=True)
