"""`centralita agent`: agents and their status on a running node, and the passwords of their phones."""

from __future__ import annotations

import sys
from typing import Annotated
from urllib.parse import quote, urlencode

import typer

from centralita.commands.asking import Http, ask, ask_all
from centralita.commands.ledger import open_ledger
from centralita.commands.naming import refuse_unknown_names
from centralita.commands.noting import deed_of, note, refuse_unheard
from centralita.commands.parameters import (
    DEFAULT_CONFIG,
    DEFAULT_STATE,
    By,
    Config,
    Json,
    Limit,
    State,
    fail,
    login,
    print_json,
)
from centralita.state import CREDENTIALS_FILE

app = typer.Typer(
    help="One agent: set a status, queues and skills, give a phone its password; `agents` lists them.",
    no_args_is_help=True,
)

Agent = Annotated[str, typer.Argument(help="The agent's id.")]


def agents(state: State = DEFAULT_STATE, http: Http = None, as_json: Json = False) -> None:
    """Show all agents of a running node."""
    found = ask_all(state, http, "/api/v1/agents")["items"]
    if as_json:
        print_json(found)
    else:
        from centralita.agents.table import print_agents

        print_agents(found)


@app.command()
def show(agent: Agent, state: State = DEFAULT_STATE, http: Http = None, as_json: Json = False) -> None:
    """Show all that is known of one agent."""
    found = ask(state, http, "GET", _path(agent))
    if as_json:
        print_json(found)
        return
    from centralita.agents.table import print_agent

    print_agent(found)


@app.command()
def available(
    agent: Agent, by: By = "", state: State = DEFAULT_STATE, http: Http = None, as_json: Json = False
) -> None:
    """Make an agent available (logs in as well)."""
    body = {"status": "available", "by": by or login()}
    _show(ask(state, http, "PUT", _path(agent, "status"), body), as_json=as_json)


@app.command("not-ready")
def not_ready(
    agent: Agent,
    reason: Annotated[str, typer.Option(help="Why: an id of reasons.yaml.")] = "break",
    by: By = "",
    state: State = DEFAULT_STATE,
    http: Http = None,
    as_json: Json = False,
) -> None:
    """Make an agent not ready."""
    body = {"status": "not_ready", "reason": reason, "by": by or login()}
    _show(ask(state, http, "PUT", _path(agent, "status"), body), as_json=as_json)


@app.command("logout")
def log_out(
    agent: Agent, by: By = "", state: State = DEFAULT_STATE, http: Http = None, as_json: Json = False
) -> None:
    """Log an agent out."""
    body = {"status": "logged_out", "by": by or login()}
    _show(ask(state, http, "PUT", _path(agent, "status"), body), as_json=as_json)


@app.command("wrap-up-over")
def wrap_up_over(
    agent: Agent, by: By = "", state: State = DEFAULT_STATE, http: Http = None, as_json: Json = False
) -> None:
    """End an agent's wrap-up."""
    query = urlencode({"by": by or login()})
    _show(ask(state, http, "DELETE", f"{_path(agent, 'wrap-up')}?{query}"), as_json=as_json)


@app.command()
def extend(
    agent: Agent,
    seconds: Annotated[int | None, typer.Option(help="By how much; wrap_up.step of centre.yaml.")] = None,
    by: By = "",
    state: State = DEFAULT_STATE,
    http: Http = None,
    as_json: Json = False,
) -> None:
    """Make an agent's wrap-up longer."""
    body = {"seconds": seconds, "by": by or login()}
    _show(ask(state, http, "POST", _path(agent, "wrap-up"), body), as_json=as_json)


@app.command()
def disposition(
    agent: Agent,
    code: Annotated[str, typer.Argument(help="A code of dispositions: in the client company's file.")],
    by: By = "",
    state: State = DEFAULT_STATE,
    http: Http = None,
    as_json: Json = False,
) -> None:
    """Give an agent's last contact its result."""
    body = {"code": code, "by": by or login()}
    _show(ask(state, http, "PUT", _path(agent, "disposition"), body), as_json=as_json)


@app.command()
def assign(
    agent: Agent,
    queue: Annotated[list[str] | None, typer.Option(help="A queue; once for each.")] = None,
    skill: Annotated[list[str] | None, typer.Option(help="NAME=0..5; once for each.")] = None,
    by: By = "",
    state: State = DEFAULT_STATE,
    http: Http = None,
    as_json: Json = False,
) -> None:
    """Give an agent other queues or skills than agents.yaml does, until `unassign`."""
    body: dict[str, object] = {"by": by or login()}
    if queue:
        body["queues"] = queue
    if skill:
        body["skills"] = dict(_skill(each) for each in skill)
    _show(ask(state, http, "PUT", _path(agent, "assignment"), body), as_json=as_json)


@app.command()
def unassign(
    agent: Agent, by: By = "", state: State = DEFAULT_STATE, http: Http = None, as_json: Json = False
) -> None:
    """Let an agent have the queues and skills of agents.yaml again."""
    query = urlencode({"by": by or login()})
    _show(ask(state, http, "DELETE", f"{_path(agent, 'assignment')}?{query}"), as_json=as_json)


@app.command()
def reasons(state: State = DEFAULT_STATE, http: Http = None, as_json: Json = False) -> None:
    """Show the reasons for being not ready, and the digits after *12."""
    found = ask(state, http, "GET", "/api/v1/reasons")
    if as_json:
        print_json({"reasons": found["items"], "required": found["required"]})
        return
    from centralita.agents.table import print_reasons

    print_reasons(found["items"])


@app.command()
def history(
    agent: Agent,
    config: Config = DEFAULT_CONFIG,
    state: State = DEFAULT_STATE,
    limit: Limit = 30,
    as_json: Json = False,
) -> None:
    """Show what an agent's status and state were, from the ledger; the node may be stopped."""
    from dataclasses import asdict

    from records.moments import utc
    from records.timeline.facts import Facts
    from records.timeline.sentences import sentence

    ledger = open_ledger(state)
    refuse_unknown_names(config, ledger.database, agent=agent)
    found = ledger.agent_events(agent, limit)
    if as_json:
        print_json([asdict(each) for each in found])
        return
    for event in found:
        typer.echo(f"{utc(event.ts)} UTC  {sentence(event.type, Facts(event.data))}")


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

    phones = load_configuration(config).profiles.internal
    if account not in phones.accounts:
        fail(f'no phone account is called "{account}"; {suggest(account, phones.accounts)}')
    chosen = sys.stdin.readline().rstrip("\r\n") if stdin else make_password(SystemIds())
    secrets = load_credentials(state / CREDENTIALS_FILE)
    secrets.set_password(account, phones.realm, chosen)
    refuse_unheard(state)
    save_credentials(state / CREDENTIALS_FILE, secrets)
    note(state, deed_of("agent password", {"account": account}))
    if not stdin:
        typer.echo(chosen)
    typer.echo("A running node takes it with its next SIGHUP.", err=True)


def _path(agent: str, part: str = "") -> str:
    return f"/api/v1/agents/{quote(agent, safe='')}" + (f"/{part}" if part else "")


def _skill(text: str) -> tuple[str, int]:
    name, equals, level = text.partition("=")
    if not (name and equals and level.isdigit()):
        raise typer.BadParameter(f"{text!r} is not a skill and its proficiency; write it as cards=3")
    return name, int(level)


def _show(agent: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        print_json(agent)
        return
    reason = f" ({agent['reason']})" if agent["reason"] else ""
    typer.echo(f"{agent['id']}: {agent['status']}{reason}, {agent['state']}")
