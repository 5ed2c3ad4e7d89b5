"""`centralita agent`: agents and their status on a running node, and the passwords of their phones."""

from __future__ import annotations

import sys
from typing import Annotated
from urllib.parse import quote

import typer

from base.errors import CentralitaError
from centralita.commands.asking import Http, ask
from centralita.commands.ledger import open_ledger
from centralita.commands.parameters import (
    DEFAULT_CONFIG,
    DEFAULT_STATE,
    Config,
    Json,
    State,
    fail,
    print_json,
)
from centralita.state import CREDENTIALS_FILE

app = typer.Typer(help="Agents: list them, set a status, give a phone its password.", no_args_is_help=True)

Agent = Annotated[str, typer.Argument(help="The agent's id.")]


@app.command("list")
def list_agents(state: State = DEFAULT_STATE, http: Http = None, as_json: Json = False) -> None:
    """Show all agents of a running node."""
    agents = ask(state, http, "GET", "/api/v1/agents")["agents"]
    if as_json:
        print_json(agents)
    else:
        from centralita.agent_table import print_agents

        print_agents(agents)


@app.command()
def available(agent: Agent, state: State = DEFAULT_STATE, http: Http = None) -> None:
    """Make an agent available (logs in as well)."""
    _set_status(state, http, agent, "available", None)


@app.command("not-ready")
def not_ready(
    agent: Agent,
    reason: Annotated[str, typer.Option(help="Why, e.g. break, lunch, training.")] = "break",
    state: State = DEFAULT_STATE,
    http: Http = None,
) -> None:
    """Make an agent not ready."""
    _set_status(state, http, agent, "not_ready", reason)


@app.command("logout")
def log_out(agent: Agent, state: State = DEFAULT_STATE, http: Http = None) -> None:
    """Log an agent out."""
    _set_status(state, http, agent, "logged_out", None)


@app.command("wrap-up-over")
def wrap_up_over(agent: Agent, state: State = DEFAULT_STATE, http: Http = None) -> None:
    """End an agent's wrap-up."""
    _show(ask(state, http, "DELETE", _path(agent, "wrap-up")))


@app.command()
def history(
    agent: Agent,
    state: State = DEFAULT_STATE,
    limit: Annotated[int, typer.Option(min=1, help="How many, newest first.")] = 30,
) -> None:
    """Show what an agent's status and state were, from the ledger; the node may be stopped."""
    from datetime import UTC, datetime

    from records.facts import Facts
    from records.sentences import sentence

    for event in open_ledger(state).agent_events(agent, limit):
        when = datetime.fromtimestamp(event.ts, UTC).strftime("%Y-%m-%d %H:%M:%S")
        typer.echo(f"{when} UTC  {sentence(event.type, Facts(event.data))}")


@app.command()
def password(
    account: Annotated[str, typer.Argument(help="The SIP account of the phone.")],
    config: Config = DEFAULT_CONFIG,
    state: State = DEFAULT_STATE,
    stdin: Annotated[bool, typer.Option("--stdin", help="Read the password from standard input.")] = False,
) -> None:
    """Give a phone's account a new password: a strong one is made and shown once; only a hash is kept."""
    from base.document import suggest
    from base.io.ids import SystemIds
    from centralita.configuration import load_configuration
    from sip.digest.credentials import make_password
    from sip.io.credentials_file import load_credentials, save_credentials

    try:
        phones = load_configuration(config).profiles.internal
        if account not in phones.accounts:
            fail(f'no phone account is called "{account}"; {suggest(account, phones.accounts)}')
        chosen = sys.stdin.readline().rstrip("\r\n") if stdin else make_password(SystemIds())
        secrets = load_credentials(state / CREDENTIALS_FILE)
        secrets.set_password(account, phones.realm, chosen)
        save_credentials(state / CREDENTIALS_FILE, secrets)
    except CentralitaError as error:
        fail(str(error))
    if not stdin:
        typer.echo(chosen)
    typer.echo("A running node takes it with its next SIGHUP.", err=True)


def _set_status(state: State, http: str | None, agent: str, status: str, reason: str | None) -> None:
    body = {"status": status, "reason": reason}
    _show(ask(state, http, "PUT", _path(agent, "status"), body))


def _path(agent: str, part: str) -> str:
    return f"/api/v1/agents/{quote(agent, safe='')}/{part}"


def _show(agent: dict[str, object]) -> None:
    reason = f" ({agent['reason']})" if agent["reason"] else ""
    typer.echo(f"{agent['id']}: {agent['status']}{reason}, {agent['state']}")
