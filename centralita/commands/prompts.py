"""`centralita prompts`: make the sound of all prompts."""

from __future__ import annotations

import typer

from base.errors import CentralitaError
from centralita.commands.parameters import DEFAULT_CONFIG, DEFAULT_STATE, Config, State, fail
from centralita.state import PROMPTS_FOLDER

app = typer.Typer(help="Prompts: make their sound ahead of time.", no_args_is_help=True)


@app.command()
def build(config: Config = DEFAULT_CONFIG, state: State = DEFAULT_STATE) -> None:
    """Make what is missing: a recording where there is one, else the local voice. `serve` does it too at its start."""
    from centralita.configuration import load_configuration
    from media.prompts import build_prompts

    try:
        catalogue = load_configuration(config).catalogue
        made = build_prompts(catalogue, state / PROMPTS_FOLDER, _progress)
    except CentralitaError as error:
        fail(str(error))
    typer.echo(f"prompts: {made} made in {state / PROMPTS_FOLDER}")


def _progress(done: int, of: int, what: str) -> None:
    if done == of or done % 50 == 0:
        typer.echo(f"prompts: {done} of {of} ({what})", err=True)
