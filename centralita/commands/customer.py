"""`centralita customer`: whose customers call, by number and by the client company's own reference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

import typer

from base.errors import CentralitaError
from centralita.commands.asking import Http, ask
from centralita.commands.ledger import open_database
from centralita.commands.naming import refuse_unknown_names
from centralita.commands.parameters import (
    DEFAULT_CONFIG,
    DEFAULT_STATE,
    By,
    Client,
    Config,
    Json,
    State,
    login,
    print_json,
)

if TYPE_CHECKING:
    from pathlib import Path

    from records.cases.customers import Customers

app = typer.Typer(
    help="Customers of client companies: find, show, merge two that are one.", no_args_is_help=True
)


@app.command()
def find(
    wanted: Annotated[
        str,
        typer.Argument(help="A number, also as it is dialled at home, a reference or an id."),
    ],
    client: Client = None,
    config: Config = DEFAULT_CONFIG,
    state: State = DEFAULT_STATE,
    as_json: Json = False,
) -> None:
    """Find customers by number, as people write it, by reference or id."""
    from console.cases.shown import customer_shown

    refuse_unknown_names(config, open_database(state), client=client)
    clients, customers = None if client is None else {client}, _customers(state)
    found = customers.find(wanted, clients=clients)
    if not found and (number := _in_e164(wanted, config)) is not None:
        found = customers.find(number, clients=clients)
    if as_json:
        print_json([customer_shown(each) for each in found])
        return
    from centralita.cases.table import print_customers

    if found:
        print_customers(found)
    else:
        typer.echo(f"no customer has {wanted}")


@app.command()
def show(
    customer: Annotated[str, typer.Argument(help="The customer's id.")],
    state: State = DEFAULT_STATE,
    as_json: Json = False,
) -> None:
    """Show a customer with contacts, cases, notes and what was done."""
    from console.cases.shown import customer_file_shown
    from records.cases.finding import CaseFinder

    found = _customers(state).get(customer)
    notes = CaseFinder(open_database(state)).notes(customer=found.customer.id)
    if as_json:
        print_json(customer_file_shown(found, notes))
        return
    from centralita.cases.table import print_customer

    print_customer(found, notes)


@app.command()
def merge(
    kept: Annotated[str, typer.Argument(help="The customer who stays, and gets all that both had.")],
    gone: Annotated[str, typer.Argument(help="The customer who becomes another name for the first.")],
    by: By = "",
    state: State = DEFAULT_STATE,
    http: Http = None,
    as_json: Json = False,
) -> None:
    """Make one of two customers who are one."""
    body = {"gone": gone, "by": by or login()}
    found = ask(state, http, "POST", f"/api/v1/customers/{quote(kept, safe='')}/merge", body)
    if as_json:
        print_json(found)
    else:
        typer.echo(f"{gone} is now {found['id']}: {' '.join(found['numbers']) or 'without a number'}")


def _in_e164(number: str, config: Path) -> str | None:
    """None for what is no number, or where no configuration says whose country it is written in."""
    from routing.config import read_config
    from routing.numbers.outbound import in_e164

    try:
        country = read_config(config).centre.country
    except CentralitaError:
        country = None
    return in_e164(number, country)


def _customers(state: State) -> Customers:
    """Read only: nothing is added here."""
    from time import time

    from base.io.ids import SystemIds
    from records.cases.customers import Customers

    return Customers(open_database(state), SystemIds(), time)
