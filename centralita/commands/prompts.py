"""`centralita prompts`: make the sound of all prompts, bring recordings in, list, try a voice."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path  # noqa: TC003 - read by typer
from typing import TYPE_CHECKING, Annotated

import typer

from base.document import suggest
from centralita.commands.parameters import (
    DEFAULT_CONFIG,
    DEFAULT_STATE,
    Config,
    Json,
    State,
    fail,
    print_json,
)
from centralita.state import PROMPTS_FOLDER

if TYPE_CHECKING:
    from centralita.menus.speakers import Speech
    from media.voice import VoicePart

app = typer.Typer(help="Prompts: their recordings, their voices, their sound.", no_args_is_help=True)

Language = Annotated[str, typer.Option("--language", help="Such as es, pl or en; any for music.")]


@app.command()
def build(config: Config = DEFAULT_CONFIG, state: State = DEFAULT_STATE) -> None:
    """Make what is missing: a recording where there is one, else the local voice. `serve` does it too at its start."""
    from centralita.configuration import load_configuration
    from media.prompts import build_prompts

    catalogue = load_configuration(config).catalogue
    made = build_prompts(catalogue, state / PROMPTS_FOLDER, _progress)
    typer.echo(f"prompts: {made} made in {state / PROMPTS_FOLDER}")


def _progress(done: int, of: int, what: str) -> None:
    if done == of or done % 50 == 0:
        typer.echo(f"prompts: {done} of {of} ({what})", err=True)


@app.command("import")
def bring_in(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="wav, mp3, ogg, flac or m4a.", exists=True, dir_okay=False)
    ],
    language: Language,
    prompt: Annotated[str, typer.Option("--id", help="The prompt; with slots ID.1, ID.2 for its parts.")],
    replace: Annotated[bool, typer.Option("--replace", help="Take the place of an earlier one.")] = False,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Check a recording and keep it in prompts/recordings; calls hear it from the next start or reload (SIGHUP)."""
    from centralita.menus.bringing_in import bring_in as keep
    from media.importing import BadRecording

    try:
        kept = keep(config, file.read_bytes(), language, prompt, replace=replace)
    except BadRecording as error:
        fail(f"{file}: {error}")
    except OSError as error:
        fail(f"{error.filename or file}: {error.strerror}")
    found = kept.found
    channels = "1 channel" if found.channels == 1 else f"{found.channels} channels"
    typer.echo(
        f"{kept.path}: {found.kind}, {found.rate} Hz, {channels}, {found.seconds:.1f} s "
        f"({kept.heard:.1f} s without silence), peak {found.peak:.0f} dB, words at {found.loudness:.0f} dB"
    )
    for warning in kept.warnings:
        typer.echo(f"warning: {warning}", err=True)


@app.command("list")
def list_prompts(
    language: Annotated[str | None, typer.Option("--language", help="Only this one.")] = None,
    missing: Annotated[
        bool, typer.Option("--missing", help="Only prompts that some language lacks.")
    ] = False,
    as_json: Json = False,
    config: Config = DEFAULT_CONFIG,
    state: State = DEFAULT_STATE,
) -> None:
    """List the prompts: who says each in which language, and for how many seconds (~: not made yet)."""
    from media.prompt_list import prompt_list

    speech = _speech(config)
    if language is not None and language not in speech.catalogue.segments:
        fail(f"there are no prompts in {language} ({suggest(language, speech.catalogue.segments)})")
    rows = list(prompt_list(speech.catalogue, state / PROMPTS_FOLDER))
    if language is not None:
        rows = [row for row in rows if language in (*row.said, *row.missing)]
    if missing:
        rows = [row for row in rows if (language in row.missing if language else row.missing)]
    if as_json:
        print_json([asdict(row) for row in rows])
    else:
        from centralita.menus.prompt_table import print_prompts

        print_prompts(rows, [language] if language else speech.catalogue.languages())
    for fault in sorted(set(speech.faults)):
        typer.echo(str(fault), err=True)


@app.command()
def say(
    text: Annotated[str, typer.Argument(help="What is to be said.")],
    language: Language,
    out: Annotated[Path, typer.Option("--out", help="The WAV file to write.", dir_okay=False)],
    voice: Annotated[
        str | None, typer.Option("--voice", help="espeak or piper; that of centre.yaml unless given.")
    ] = None,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Write a text into a file as callers would hear it."""
    from media import sound
    from media import voice as voices

    try:
        part = _voice(voice) if voice is not None else _speech(config).catalogue.voice(language)
        if wrong := voices.open_voice(part).fault(language):
            fail(f"{wrong[0]} ({wrong[1]})")
        said = voices.say(part, text, language).narrow
        sound.write_wav(out, said)
    except OSError as error:
        fail(f"{error.filename or out}: {error.strerror}")
    typer.echo(f"{out}: {len(said) / sound.RATE:.1f} s")


def _voice(name: str) -> VoicePart:
    from media.voice import by_name

    try:
        return by_name(name)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--voice") from None


def _speech(config: Path) -> Speech:
    from centralita.menus.speakers import load_speech

    return load_speech(config)
