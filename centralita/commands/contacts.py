"""`centralita contacts`, `centralita contact ID` and `centralita why ID`: what the ledger knows."""

from __future__ import annotations

import dataclasses
from pathlib import Path  # noqa: TC003 - read by typer
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from base.errors import CentralitaError
from centralita.commands.ledger import open_ledger
from centralita.commands.parameters import DEFAULT_STATE, Json, State, fail, print_json

if TYPE_CHECKING:
    from records.reader import ContactTimeline

_Id = Annotated[str, typer.Argument(metavar="ID", help="The contact's id, or the beginning of it.")]


def contacts(
    state: State = DEFAULT_STATE,
    limit: Annotated[int, typer.Option(min=1, help="How many, newest first.")] = 20,
    client: Annotated[str | None, typer.Option(help="Only this client company's.")] = None,
    as_json: Json = False,
) -> None:
    """List contacts, the newest first."""
    rows = open_ledger(state).contacts(limit=limit, client=client)
    if as_json:
        print_json([dataclasses.asdict(row) for row in rows])
        return
    from centralita.tables import print_contacts

    print_contacts(rows)


def contact(
    contact_id: _Id,
    state: State = DEFAULT_STATE,
    as_json: Json = False,
    messages: Annotated[bool, typer.Option("--messages", help="Print the SIP messages in full.")] = False,
    pcap: Annotated[
        Path | None, typer.Option(help="Write the SIP messages into this file, for Wireshark or sngrep.")
    ] = None,
) -> None:
    """Print one contact's timeline and its SIP ladder."""
    found = _found(contact_id, state)
    if as_json:
        print_json(dataclasses.asdict(found))
        return
    if messages or pcap is not None:
        _show_messages(found, pcap)
        return
    from centralita.tables import print_timeline

    print_timeline(Console(), found)


def why(contact_id: _Id, state: State = DEFAULT_STATE, as_json: Json = False) -> None:
    """Print why a contact got its agents, or none: who was passed over in each decision, and why."""
    from records.timeline.decisions import stays

    found = _found(contact_id, state)
    told = stays(found)
    if as_json:
        print_json({"contact": found.contact.id, "stays": [dataclasses.asdict(stay) for stay in told]})
        return
    if not told:
        typer.echo(f"contact {found.contact.id} was in no queue")
        return
    from centralita.queues.why_table import print_stays

    typer.echo(f"contact {found.contact.id}")
    print_stays(Console(), told)


def _found(contact_id: str, state: Path) -> ContactTimeline:
    try:
        return open_ledger(state).contact(contact_id)
    except CentralitaError as error:
        fail(str(error))


def _show_messages(found: ContactTimeline, pcap: Path | None) -> None:
    """The messages as text, or as a capture; they are kept only while centre.yaml says so."""
    from centralita.messages import as_capture, as_text

    kept = [message for message in found.messages if "text" in message.data]
    if not kept:
        fail(
            f"no message of {found.contact.id} was kept in full; set tracing: {{messages: full}} in centre.yaml"
        )
    if pcap is None:
        typer.echo(as_text(kept), nl=False)
        return
    try:
        pcap.write_bytes(as_capture(kept))
    except OSError as error:
        fail(f"{pcap}: {error.strerror}")
    typer.echo(f"{len(kept)} messages written to {pcap}")
