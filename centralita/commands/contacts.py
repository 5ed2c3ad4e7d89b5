"""`centralita contacts`, `centralita contact ID` and `centralita why ID`: what the ledger knows."""

from __future__ import annotations

import dataclasses
from pathlib import Path  # noqa: TC003 - read by typer
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from centralita.commands.ledger import open_ledger
from centralita.commands.moments import Since, Until, span
from centralita.commands.naming import refuse_unknown_names
from centralita.commands.parameters import (
    DEFAULT_CONFIG,
    DEFAULT_STATE,
    Client,
    Config,
    Json,
    Limit,
    State,
    fail,
    print_json,
)

if TYPE_CHECKING:
    from records.reader import ContactTimeline

_Id = Annotated[str, typer.Argument(metavar="ID", help="The contact's id, or the beginning of it.")]


def contacts(
    config: Config = DEFAULT_CONFIG,
    state: State = DEFAULT_STATE,
    limit: Limit = 20,
    client: Client = None,
    queue: Annotated[str | None, typer.Option(help="Only those that waited in this queue.")] = None,
    agent: Annotated[str | None, typer.Option(help="Only those for which this agent's phone rang.")] = None,
    number: Annotated[
        str | None, typer.Option(help="Only those of, or to, this number, or one that begins so.")
    ] = None,
    outcome: Annotated[str | None, typer.Option(help="Only those that ended so, as answered.")] = None,
    since: Since = None,
    until: Until = None,
    as_json: Json = False,
) -> None:
    """List contacts, the newest first."""
    from records.views.search import Wanted

    begins, ends = span(since, until)
    wanted = Wanted(
        clients=None if client is None else (client,),
        queue=queue,
        agent=agent,
        number=number,
        outcome=outcome,
        since=begins,
        until=ends,
    )
    ledger = open_ledger(state)
    refuse_unknown_names(config, ledger.database, client=client, queue=queue, agent=agent)
    rows = ledger.search(wanted, limit=limit)
    if as_json:
        print_json([dataclasses.asdict(row) for row in rows])
        return
    from centralita.contact_tables import print_contacts

    if rows:
        print_contacts(rows)
    else:
        typer.echo("no contacts")


def contact(
    contact_id: _Id,
    state: State = DEFAULT_STATE,
    as_json: Json = False,
    record: Annotated[
        bool, typer.Option("--record", help="Print the contact record, as other systems take it: JSON.")
    ] = False,
    messages: Annotated[bool, typer.Option("--messages", help="Print the SIP messages in full.")] = False,
    pcap: Annotated[
        Path | None, typer.Option(help="Write the SIP messages into this file, for Wireshark or sngrep.")
    ] = None,
) -> None:
    """Print one contact's timeline, its segments with their sums, and its SIP ladder."""
    if sum((as_json or record, messages, pcap is not None)) > 1:
        raise typer.BadParameter("give one of --json or --record, --messages, --pcap")
    found = _found(contact_id, state)
    if as_json or record:
        from records.views.contact_record import contact_record

        told = contact_record(open_ledger(state).whole(found.contact.id))
        timeline = dataclasses.asdict(found) | {name: told[name] for name in ("segments", "sums")}
        print_json(told if record else timeline)
        return
    if messages or pcap is not None:
        _show_messages(found, pcap)
        return
    from centralita.contact_tables import print_ladder, print_timeline
    from centralita.segment_table import print_segments

    terminal = Console()
    print_timeline(terminal, found)
    print_segments(terminal, open_ledger(state).whole(found.contact.id))
    print_ladder(terminal, found)


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
    return open_ledger(state).contact(contact_id)


def _show_messages(found: ContactTimeline, pcap: Path | None) -> None:
    """The messages as text, or as a capture; they are kept only while centre.yaml says so."""
    from centralita.messages import as_capture, as_text
    from records.timeline.wording import counted

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
    typer.echo(f"{counted(len(kept), 'message')} written to {pcap}")
