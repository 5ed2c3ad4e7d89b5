"""`centralita records verify`, `seals` and `rebuild`: whether the ledger is whole, and what follows from it anew."""

from __future__ import annotations

import json
from pathlib import Path  # noqa: TC003 - typer reads it at run time
from typing import TYPE_CHECKING, Annotated

import typer

from centralita.commands.noting import deed_of, note
from centralita.commands.parameters import DEFAULT_STATE, Json, State, fail, print_json
from centralita.commands.progress import progress
from centralita.commands.verdict import Found, Verdict, date_of, day_of, public_key_of, seals_of
from centralita.state import RECORDINGS_FOLDER, database_of, master_key_of

if TYPE_CHECKING:
    from records.sound_check import SoundFault
    from records.views.difference import Difference


def verify_chain(
    state: State = DEFAULT_STATE,
    since: Annotated[
        str | None,
        typer.Option(
            "--from",
            "--first",
            "--since",
            help="The first day (UTC), as 2026-11-23.",
            show_default="the first",
        ),
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", "--last", "--until", help="The last day.", show_default="today")
    ] = None,
    seals: Annotated[
        Path | None, typer.Option(help="Seals that were handed out before, as `records seals` prints them.")
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(
            help="The public key that seals are checked by, 64 digits.", show_default="the node's own"
        ),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="The chain and its seals only, not what is derived from it.")
    ] = False,
    recordings: Annotated[
        bool, typer.Option("--recordings", help="Each recording's file too: all of them are read.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Prove the ledger: no event was changed, added, taken away or moved. Exit code 1 when one was.

    Every link of the chain is computed anew, day by day; days that are over are compared with their seals. Then all
    that is derived, and the keys of what is sealed, are compared with what the events say, unless days are chosen. The
    node may go on. Recordings are those of this state folder's node.
    """
    from records.ledger.heads import FOLDER, all_notes
    from records.ledger.verify import event_count, verify
    from records.sound_check import check_sounds, sound_count
    from records.views.compare import compare

    first, last = day_of(since, "--from"), day_of(until, "--to")
    if first is not None and last is not None and first > last:
        raise typer.BadParameter(f"{until} is before {since}", param_hint="--to")
    handed_out = seals_of(seals)
    public_key = public_key_of(key)
    differences: Found[Difference] | None = None
    sounds: Found[SoundFault] | None = None
    try:
        database = database_of(state)
        master = master_key_of(state, database)
        if public_key is None and master is not None:
            public_key = master.public_key
        noted = all_notes(state / FOLDER)
        count = event_count(database)
        with progress("events", count) as tell:
            proof = verify(
                database,
                since=first,
                until=last,
                public_key=public_key,
                seals=handed_out,
                noted=noted,
                tell=tell,
            )
            days = list(proof)
        if not quick and first is None and last is None:
            with progress("what is derived", count) as tell:
                differences = Found.of(compare(database, master, tell))
        if recordings:
            nodes = {each.node for each in noted}
            with progress("recordings", sound_count(database)) as tell:
                sounds = Found.of(
                    check_sounds(
                        database, state / RECORDINGS_FOLDER, nodes=nodes, since=first, until=last, tell=tell
                    )
                )
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}")
    verdict = Verdict(days, differences, sounds)
    if as_json:
        print_json(verdict.told)
    else:
        verdict.show()
    if not verdict.is_whole:
        raise typer.Exit(1)


def show_seals(state: State = DEFAULT_STATE, as_json: Json = False) -> None:
    """Print the seals of all days that are over, one JSON object a line, and the key that they are checked by.

    Keep them where nobody can change them: `records verify --seals FILE` shows later that nothing has changed since.
    """
    from records.ledger.verify import stored_seals

    database = database_of(state)
    master = master_key_of(state, database)
    found = [each.told | {"date": date_of(each.day)} for each in stored_seals(database)]
    public_key = None if master is None else master.public_key.hex()
    if as_json:
        print_json({"public_key": public_key, "seals": found})
        return
    for each in found:
        typer.echo(json.dumps(each))
    if public_key is not None:
        typer.echo(f"checked by the public key {public_key}", err=True)


def rebuild_tables(
    state: State = DEFAULT_STATE,
    node: Annotated[str, typer.Option(help="The node's name in centre.yaml.")] = "main",
    as_json: Json = False,
) -> None:
    """Make contacts, legs, segments and all else that is derived anew from the events. The node must be stopped."""
    from records.errors import LedgerInUse
    from records.ledger.verify import event_count
    from records.views.rebuild import rebuild

    database = database_of(state)
    with progress("events", event_count(database)) as tell:
        try:
            count = rebuild(database, node, master_key_of(state, database), tell)
        except LedgerInUse as error:
            fail(
                f"{error}. Stop it (SIGTERM, or Ctrl-C where it runs), rebuild, start it again; all else may be read "
                "meanwhile: contacts, figures, records verify and export"
            )
    note(state, deed_of("records rebuild", {"node": node}))
    if as_json:
        print_json({"events": count})
    else:
        typer.echo(f"all that is derived was made anew from {count:,} events")
