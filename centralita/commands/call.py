"""`centralita call`: what the agent of a conversation could do by keys, and supervisors who come in."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

import typer

from centralita.commands.asking import Http, ask
from centralita.commands.hours import By  # noqa: TC001 - read by typer
from centralita.commands.parameters import DEFAULT_STATE, State, login

app = typer.Typer(
    help="Conversations: transfer, consult, confer, hold, lead into a form; as the agent could by keys.",
    no_args_is_help=True,
)

Contact = Annotated[str, typer.Argument(help="The contact's id: centralita contacts.")]
Target = Annotated[str, typer.Argument(help="What the agent would dial: phone, queue, menu, number.")]
Supervisor = Annotated[str, typer.Argument(help="The account of the supervisor's phone, which is called.")]
Mode = Annotated[str, typer.Option(help="listen, whisper or barge.")]


@app.command()
def transfer(
    contact: Contact, target: Target, by: By = "", state: State = DEFAULT_STATE, http: Http = None
) -> None:
    """Let the caller talk with somebody else; the agent leaves once that one answers."""
    _act(state, http, contact, "transfer", by, target)


@app.command()
def consult(
    contact: Contact, target: Target, by: By = "", state: State = DEFAULT_STATE, http: Http = None
) -> None:
    """Let the agent talk with somebody while the caller waits."""
    _act(state, http, contact, "consult", by, target)


@app.command()
def supervisor(contact: Contact, by: By = "", state: State = DEFAULT_STATE, http: Http = None) -> None:
    """Let the agent talk with a supervisor while the caller waits."""
    _act(state, http, contact, "supervisor", by)


@app.command()
def complete(contact: Contact, by: By = "", state: State = DEFAULT_STATE, http: Http = None) -> None:
    """Let the agent leave the others together."""
    _act(state, http, contact, "complete", by)


@app.command()
def toggle(contact: Contact, by: By = "", state: State = DEFAULT_STATE, http: Http = None) -> None:
    """Let the agent change between the caller and who is consulted."""
    _act(state, http, contact, "toggle", by)


@app.command()
def conference(contact: Contact, by: By = "", state: State = DEFAULT_STATE, http: Http = None) -> None:
    """Let all hear each other."""
    _act(state, http, contact, "conference", by)


@app.command()
def cancel(contact: Contact, by: By = "", state: State = DEFAULT_STATE, http: Http = None) -> None:
    """Break off a transfer, a consultation or a secure capture."""
    _act(state, http, contact, "cancel", by)


@app.command()
def hold(contact: Contact, by: By = "", state: State = DEFAULT_STATE, http: Http = None) -> None:
    """Let the caller hear music."""
    _act(state, http, contact, "hold", by)


@app.command()
def resume(contact: Contact, by: By = "", state: State = DEFAULT_STATE, http: Http = None) -> None:
    """Let the agent talk with the caller again."""
    _act(state, http, contact, "resume", by)


@app.command()
def capture(contact: Contact, by: By = "", state: State = DEFAULT_STATE, http: Http = None) -> None:
    """Let the caller key secrets into the client company's form, unheard by the agent."""
    _act(state, http, contact, "capture", by)


@app.command("pause-recording")
def pause_recording(contact: Contact, by: By = "", state: State = DEFAULT_STATE, http: Http = None) -> None:
    """Record nothing of what follows."""
    _act(state, http, contact, "pause-recording", by)


@app.command("resume-recording")
def resume_recording(contact: Contact, by: By = "", state: State = DEFAULT_STATE, http: Http = None) -> None:
    """Record again."""
    _act(state, http, contact, "resume-recording", by)


@app.command("hand-back")
def hand_back(contact: Contact, by: By = "", state: State = DEFAULT_STATE, http: Http = None) -> None:
    """Give the caller back to the queue, for another agent."""
    _act(state, http, contact, "hand-back", by)


@app.command()
def end(contact: Contact, by: By = "", state: State = DEFAULT_STATE, http: Http = None) -> None:
    """Let everybody go."""
    _act(state, http, contact, "end", by)


@app.command()
def monitor(
    contact: Contact,
    supervisor: Supervisor,
    mode: Mode = "listen",
    by: By = "",
    state: State = DEFAULT_STATE,
    http: Http = None,
) -> None:
    """Call a supervisor's phone into a conversation."""
    body = {"by": by or login(), "supervisor": supervisor, "mode": mode}
    found = ask(state, http, "POST", _path(contact, "monitor"), body)
    typer.echo(f"{supervisor} is called, in contact {found['call']}")


@app.command("take-over")
def take_over(
    contact: Contact, supervisor: Supervisor, by: By = "", state: State = DEFAULT_STATE, http: Http = None
) -> None:
    """Call a supervisor's phone, who goes on with the caller in the agent's place."""
    body = {"by": by or login(), "supervisor": supervisor}
    found = ask(state, http, "POST", _path(contact, "take-over"), body)
    typer.echo(f"{supervisor} is called, in contact {found['call']}")


def _act(state: State, http: str | None, contact: str, act: str, by: str, target: str | None = None) -> None:
    body = {"by": by or login(), "target": target}
    ask(state, http, "POST", _path(contact, act), body)
    typer.echo(f"{contact}: {act}{f' {target}' if target is not None else ''}")


def _path(contact: str, part: str) -> str:
    return f"/api/v1/contacts/{quote(contact, safe='')}/{part}"
