"""`centralita menu try`: a call through a menu set at the terminal, with keys for a voice and text for sound."""

from __future__ import annotations

import sys
import termios
from contextlib import contextmanager
from pathlib import Path  # noqa: TC003 - read by typer
from typing import TYPE_CHECKING, Annotated

import typer

from centralita.commands.menu.drafts import Set, checked, chosen
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
    from collections.abc import Iterator

    from centralita.configuration import Configuration
    from centralita.menus.screen import Screen
    from centralita.outside.attempts import Attempts
    from ivr.authoring.dialogue import Dialogue
    from ivr.authoring.simulation import Simulation
    from ivr.compiled import CompiledMenus

LIVE = "live"
NOT_OVER = 3
"""The exit status of a call by --keys that has come to no end."""


def attempt(
    menu_set: Set,
    language: Annotated[
        str | None, typer.Option(help="What the number dialled tells; without it the caller is asked.")
    ] = None,
    keys: Annotated[
        str | None,
        typer.Option(
            help="Press these and end, without asking anything; a comma waits until what is said is over: "
            "1,4111111111111111#; a dot between commas stays silent. Ends with 3 when the call has come to no end."
        ),
    ] = None,
    replies: Annotated[
        list[str] | None,
        typer.Option("--reply", help="With --keys: the back end's answers in order, 'ok last4=1111'."),
    ] = None,
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="Let the sandbox with its test cards answer.")
    ] = False,
    at: Annotated[
        str | None,
        typer.Option(
            help="When the call comes, by the centre's clock: '2026-12-24 10:00'.", show_default="now"
        ),
    ] = None,
    caller: Annotated[str | None, typer.Option("--from", help="The number of the caller.")] = None,
    dialled: Annotated[
        str | None, typer.Option("--dialled", help="The number that was dialled; it may tell the language.")
    ] = None,
    hours: Annotated[
        str | None,
        typer.Option(
            help="All opening hours are open, closed, holiday or emergency.", show_default="the files'"
        ),
    ] = None,
    announcements: Annotated[
        list[str] | None,
        typer.Option(
            "--announcement", metavar="PLACE=PROMPT", help="What a supervisor has switched on, and where."
        ),
    ] = None,
    version: Annotated[
        str | None,
        typer.Option(
            help="live, or the beginning of a version that was published.", show_default="the files"
        ),
    ] = None,
    start: Annotated[str | None, typer.Option(help="Begin at this step.")] = None,
    sound: Annotated[
        Path | None, typer.Option("--sound", metavar="FILE.wav", help="Keep what the caller hears, as sound.")
    ] = None,
    as_json: Json = False,
    config: Config = DEFAULT_CONFIG,
    state: State = DEFAULT_STATE,
) -> None:
    """Call a menu set of the files: keys in, what is said as text out, on a clock that nobody waits for.

    Digits of secure forms are dots in what is shown, and at a terminal they are not echoed. ? explains the lines.
    """
    from centralita.menus.tried_sound import TriedSound
    from centralita.outside.attempts import Attempts, Wishes

    if (replies or as_json) and keys is None:
        fail("--reply and --json belong to --keys")
    if sound is not None and not sound.parent.is_dir():
        fail(f"--sound {sound}: there is no folder {sound.parent}")
    configuration = checked(config)
    menus = chosen(configuration, menu_set)
    if version is not None:
        menus = _version(configuration, state, menu_set, version)
    wishes = Wishes(language, at, caller, dialled, hours, tuple(announcements or ()), start)
    voice = TriedSound(menus.wording, state / PROMPTS_FOLDER) if sound is not None else None
    try:
        with Attempts(configuration, menus, wishes, voice=voice, sandbox=sandbox) as calls:
            call = (
                _by_keys(calls, keys, replies or [], as_json=as_json)
                if keys is not None
                else _by_lines(calls)
            )
        if voice is not None and sound is not None:
            voice.write(sound, call.transcript, call.now)
    except OSError as error:
        fail(f"{error.filename or sound}: {error.strerror}")
    if keys is not None and not call.finished:
        raise typer.Exit(NOT_OVER)


def _version(configuration: Configuration, state: Path, menu_set: str, which: str) -> CompiledMenus:
    from centralita.commands.menu.placing import versions_of
    from centralita.menus.publishing import read_version
    from centralita.menus.trying import with_words

    versions = versions_of(state)
    live = versions.live().get(menu_set) if which == LIVE else None
    if which == LIVE and live is None:
        fail(f"nothing of {menu_set} is live in {state} yet; leave --version out to try the files")
    version = live.version if live is not None else versions.find(menu_set, which)
    return with_words(read_version(versions, version), configuration.catalogue)


def _by_keys(calls: Attempts, keys: str, replies: list[str], *, as_json: bool) -> Simulation:
    """Without asking anything; a question that no reply is left for is met with silence."""
    from centralita.menus.screen import Screen
    from ivr.authoring.dialogue import Dialogue
    from ivr.authoring.transcript import as_json as entry_as_json
    from ivr.authoring.transcript import merged

    dialogue = Dialogue(calls.begin)
    waiting = list(replies)
    for part in filter(None, map(str.strip, keys.split(","))):
        if dialogue.expects == "nothing":
            typer.echo("the call was over before the last of the keys", err=True)
            break
        dialogue.enter(part)
        while dialogue.expects == "answer":
            dialogue.enter(waiting.pop(0) if waiting else ".")
    call = dialogue.call
    dialogue.close()
    if as_json:
        entries = [entry_as_json(each) for each in merged(call.transcript)]
        document = {"menu_set": call.menus.name, "over": call.finished, "transcript": entries}
        print_json(document)
    else:
        Screen().show(call.transcript)
    return call


def _by_lines(calls: Attempts) -> Simulation:
    """Line by line, until the caller leaves or the lines end."""
    from centralita.menus.screen import Screen
    from ivr.authoring.dialogue import HELP, Dialogue
    from ivr.errors import Misunderstood

    screen, dialogue = Screen(), Dialogue(calls.begin)
    screen.say("? explains what can be typed")
    screen.show(dialogue.call.transcript)
    try:
        while (line := _line(screen, dialogue)) is not None:
            if line in ("?", "help"):
                screen.say(HELP)
                continue
            before = dialogue.call
            try:
                dialogue.enter(line)
            except Misunderstood as error:
                screen.say(str(error))
                continue
            if dialogue.call is not before:
                screen.go_back(dialogue)
            else:
                screen.show(dialogue.call.transcript)
    except KeyboardInterrupt:
        screen.say("")
    finally:
        dialogue.close()
    return dialogue.call


def _line(screen: Screen, dialogue: Dialogue) -> str | None:
    """The next line; None at their end."""
    with _unseen(hidden=dialogue.call.is_secure and dialogue.expects == "keys"):
        screen.prompt(dialogue)
        line = sys.stdin.readline()
    if not sys.stdin.isatty() or not line:
        typer.echo("")  # nobody else ended the line of the prompt
    line = line.strip() if line else "q"
    return None if line in ("q", "quit", "exit") else line


@contextmanager
def _unseen(*, hidden: bool) -> Iterator[None]:
    """At a terminal, what is typed is not echoed."""
    if not (hidden and sys.stdin.isatty()):
        yield
        return
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    silent = termios.tcgetattr(descriptor)
    silent[3] &= ~termios.ECHO
    silent[3] |= termios.ECHONL
    try:
        termios.tcsetattr(descriptor, termios.TCSANOW, silent)
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
