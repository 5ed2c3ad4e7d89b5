"""`centralita recordings`: list what was recorded, check it, and make sealed recordings playable."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from base.errors import CentralitaError
from centralita.commands.naming import refuse_unknown_clients
from centralita.commands.parameters import (
    DEFAULT_CONFIG,
    DEFAULT_STATE,
    Client,
    Config,
    Json,
    State,
    fail,
    print_json,
)
from centralita.state import RECORDINGS_FOLDER

if TYPE_CHECKING:
    from collections.abc import Mapping

app = typer.Typer(help="Recordings: list, check, open.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(metavar="FILE", help="A recording.", exists=True, dir_okay=False)]
Key = Annotated[
    list[Path] | None,
    typer.Option(
        "--key",
        exists=True,
        dir_okay=False,
        help="A key's file besides those of the configuration, e.g. an older one.",
    ),
]


@app.callback()
def recordings() -> None:
    """Recordings: list, check, open."""


@app.command("list")
def list_recordings(
    config: Config = DEFAULT_CONFIG,
    state: State = DEFAULT_STATE,
    client: Client = None,
    as_json: Json = False,
) -> None:
    """List the recordings of a node, the oldest first: file and bytes."""
    if not state.is_dir():
        fail(f"there is no folder {state}; name the node's with --state")
    folder = state / RECORDINGS_FOLDER
    if client is not None and not (folder / client).is_dir():
        refuse_unknown_clients(config, [client])
    found = sorted(folder.glob(f"{client or '*'}/*/*"), key=lambda path: (path.parent.name, path.name))
    if as_json:
        print_json([{"file": str(path), "bytes": path.stat().st_size} for path in found])
        return
    if not found:
        typer.echo("there are no recordings", err=True)
    for path in found:
        typer.echo(f"{path}  {path.stat().st_size}")


@app.command("verify")
def verify(file: File, config: Config = DEFAULT_CONFIG, key: Key = None) -> None:
    """Check that a sealed recording is whole and as it was written."""
    from media.sealed import SealedFile

    try:
        with file.open("rb") as opened:
            sealed = SealedFile(opened)
            length = sum(map(len, sealed.chunks(_key_of(sealed.key_number, _keys(config, key)))))
    except (CentralitaError, OSError) as error:
        fail(f"{file}: {error}")
    if not sealed.is_whole:
        fail(f"{file}: truncated: as it was written up to {length} bytes of sound, then cut off", code=3)
    typer.echo(f"{file}: whole, {length} bytes, key {sealed.key_number}")


@app.command("decrypt")
def decrypt(
    file: File,
    to: Annotated[
        Path | None, typer.Option("--to", help="The file to write; beside the sealed one unless said.")
    ] = None,
    config: Config = DEFAULT_CONFIG,
    key: Key = None,
) -> None:
    """Write a sealed recording as a file that anybody can play. Who may read that is your care."""
    from centralita.archive import SEALED
    from media.sealed import SealedFile, unseal

    target = to or file.with_name(file.name.removesuffix(SEALED))
    if target == file and to is None:
        fail(f"{file}: its name does not end with {SEALED}, as those of sealed recordings do")
    if target.exists():
        fail(f"{target} is there already; name another file with --to")
    try:
        with file.open("rb") as opened:
            number = SealedFile(opened).key_number
        is_whole = unseal(file, target, _key_of(number, _keys(config, key)))
    except (CentralitaError, OSError) as error:
        target.unlink(missing_ok=True)
        fail(f"{file}: {error}")
    typer.echo(str(target))
    if not is_whole:
        fail(f"{file}: truncated: all that is there is in {target}", code=3)


def _keys(config: Path, more: list[Path] | None) -> Mapping[str, bytes]:
    """All keys at hand, by number."""
    from media.sealed import key_number, read_key
    from routing.clients import load_clients

    named = [
        part.key for client in load_clients(config / "clients", []).values() if (part := client.recording)
    ]
    found = [read_key(path) for path in [*named, *(more or [])] if path is not None and path.exists()]
    return {key_number(each): each for each in found}


def _key_of(number: str, keys: Mapping[str, bytes]) -> bytes:
    if number not in keys:
        fail(f"the key {number} is not at hand; name its file with --key")
    return keys[number]
