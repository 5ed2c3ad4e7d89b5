"""`centralita call`: acts in conversations, supervisors who come in, calls that are begun."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

import typer

from centralita.commands.asking import Http, ask
from centralita.commands.parameters import DEFAULT_STATE, By, Json, State, login, print_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

app = typer.Typer(
    help="Conversations: transfer, consult, confer, hold, lead into a form; calls that are begun.",
    no_args_is_help=True,
)

Contact = Annotated[str, typer.Argument(help="The contact's id: centralita contacts.")]
Target = Annotated[str, typer.Argument(help="What the agent would dial: phone, queue, menu, number.")]
Supervisor = Annotated[str, typer.Argument(help="The account of the supervisor's phone, which is called.")]
Mode = Annotated[str, typer.Option(help="listen, whisper or barge.")]


_TARGETED = {
    "transfer": "Let the caller talk with somebody else; the agent leaves once that one answers.",
    "consult": "Let the agent talk with somebody while the caller waits.",
}
_PLAIN = {
    "supervisor": "Let the agent talk with a supervisor while the caller waits.",
    "complete": "Let the agent leave the others together.",
    "toggle": "Let the agent change between the caller and who is consulted.",
    "conference": "Let all hear each other.",
    "cancel": "Break off a transfer, a consultation or a secure capture.",
    "hold": "Let the caller hear music.",
    "resume": "Let the agent talk with the caller again.",
    "capture": "Let the caller key secrets into the client company's form, unheard by the agent.",
    "pause-recording": "Record nothing of what follows.",
    "resume-recording": "Record again.",
    "hand-back": "Give the caller back to the queue, for another agent.",
    "end": "Let everybody go.",
}
"""The acts by their names in the API (console.conversations), and what `--help` says of each."""


def _offer_targeted(act: str, told: str) -> None:
    @app.command(act, help=told)
    def run(
        contact: Contact,
        target: Target,
        by: By = "",
        state: State = DEFAULT_STATE,
        http: Http = None,
        as_json: Json = False,
    ) -> None:
        said = _post(state, http, contact, act, {"by": by or login(), "target": target})
        _show(said, f"{contact}: {act} {target}", as_json=as_json)


def _offer_plain(act: str, told: str) -> None:
    @app.command(act, help=told)
    def run(
        contact: Contact,
        by: By = "",
        state: State = DEFAULT_STATE,
        http: Http = None,
        as_json: Json = False,
    ) -> None:
        said = _post(state, http, contact, act, {"by": by or login()})
        _show(said, f"{contact}: {act}", as_json=as_json)


for _name, _told in _TARGETED.items():
    _offer_targeted(_name, _told)
for _name, _told in _PLAIN.items():
    _offer_plain(_name, _told)


@app.command()
def monitor(
    contact: Contact,
    supervisor: Supervisor,
    mode: Mode = "listen",
    by: By = "",
    state: State = DEFAULT_STATE,
    http: Http = None,
    as_json: Json = False,
) -> None:
    """Call a supervisor's phone into a conversation."""
    body = {"by": by or login(), "supervisor": supervisor, "mode": mode}
    said = _post(state, http, contact, "monitor", body)
    _show(said, f"{supervisor} is called, in contact {said['call']}", as_json=as_json)


@app.command("take-over")
def take_over(
    contact: Contact,
    supervisor: Supervisor,
    by: By = "",
    state: State = DEFAULT_STATE,
    http: Http = None,
    as_json: Json = False,
) -> None:
    """Call a supervisor's phone, who goes on with the caller in the agent's place."""
    said = _post(state, http, contact, "take-over", {"by": by or login(), "supervisor": supervisor})
    _show(said, f"{supervisor} is called, in contact {said['call']}", as_json=as_json)


@app.command()
def place(
    agent: Annotated[str, typer.Argument(help="Whose phone rings first.")],
    to: Annotated[str, typer.Argument(help="What the agent would dial.")],
    client: Annotated[
        str | None, typer.Option(help="In whose name; its number is shown.", show_default="nobody's")
    ] = None,
    by: By = "",
    state: State = DEFAULT_STATE,
    http: Http = None,
    as_json: Json = False,
) -> None:
    """Call a number for an agent, whose phone rings first."""
    body = {"by": by or login(), "agent": agent, "to": to, "client": client}
    said = ask(state, http, "POST", "/api/v1/calls", body)
    _show(said, f"{agent} is called, in contact {said['contact']}", as_json=as_json)


@app.command()
def customer(
    number: Annotated[str, typer.Argument(help='The customer, "+34911222333".')],
    client: Annotated[str, typer.Option(help="The client company in whose name we call.")],
    menu: Annotated[str | None, typer.Option(help="Whoever answers is led to this menu set.")] = None,
    queue: Annotated[str | None, typer.Option(help="Whoever answers waits in this queue.")] = None,
    language: Annotated[str | None, typer.Option(help="The customer's language, such as es.")] = None,
    by: By = "",
    state: State = DEFAULT_STATE,
    http: Http = None,
    as_json: Json = False,
) -> None:
    """Call a customer by the rules of callbacks, who is led to a menu or a queue."""
    to = {"menu": menu, "queue": queue}
    body = {"by": by or login(), "number": number, "client": client, "to": to, "language": language}
    said = ask(state, http, "POST", "/api/v1/calls/originate", body)
    _show(said, f"{number} is called, in contact {said['contact']}", as_json=as_json)


def _post(state: Path, http: str | None, contact: str, act: str, body: Mapping[str, str]) -> dict[str, Any]:
    return ask(state, http, "POST", f"/api/v1/contacts/{quote(contact, safe='')}/{act}", body)


def _show(said: Mapping[str, object], words: str, *, as_json: bool) -> None:
    if as_json:
        print_json(said)
    else:
        typer.echo(words)
