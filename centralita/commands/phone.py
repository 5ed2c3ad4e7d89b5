"""`centralita phone`: a scriptable softphone, to demonstrate and to try menus with."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from base.errors import CentralitaError
from base.secret import Secret
from centralita.commands.parameters import address, fail, ports
from centralita.options import PHONE_PASSWORD
from centralita.phone.script import read_script

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from base.address import Address
    from calls.events import LegEnded
    from centralita.phone.script import Step
    from centralita.phone.softphone import Softphone
    from sip.digest.login import Login

app = typer.Typer(
    help="A scriptable softphone. Steps of a script: answer; refuse 486; until answered|ringing|held|resumed|ended; "
    "wait 2s; keys 12#; play FILE.wav; record FILE.wav; record off; hold; resume; hang up.",
    no_args_is_help=True,
)


Server = Annotated[str, typer.Option("--server", help="ADDR:PORT of the node.")]
Account = Annotated[
    str | None,
    typer.Option(
        "--account", help=f"Account to register or call as; password in {PHONE_PASSWORD} or --password-file."
    ),
]
PasswordFile = Annotated[Path | None, typer.Option(help="File whose first line is the password.")]
Bind = Annotated[str, typer.Option(help="ADDR:PORT to call from; port 0 is any.")]
RtpPorts = Annotated[str, typer.Option(help="LOW-HIGH for sound.")]
Script = Annotated[str | None, typer.Option(help="What to do, step by step.")]
ScriptFile = Annotated[Path | None, typer.Option(help="File with the script, a step a line.")]
Longest = Annotated[float, typer.Option("--max", help="Seconds after which the phone gives up.")]

_DIALLED = "until answered; until ended"
_ANSWERED = "wait 1s; answer; until ended"


@app.command()
def dial(
    number: Annotated[str, typer.Argument(help="What to dial.")],
    server: Server = "127.0.0.1:5060",
    caller: Annotated[
        str, typer.Option("--from", help="Our number, where no account is used.")
    ] = "+34600000000",
    account: Account = None,
    password_file: PasswordFile = None,
    bind: Bind = "127.0.0.1:0",
    rtp_ports: RtpPorts = "30000-30999",
    script: Script = None,
    script_file: ScriptFile = None,
    longest: Longest = 120.0,
) -> None:
    """Place a call. Ends with 0 when it was answered and ended well, with 1 otherwise."""
    steps, at, login = _steps(script, script_file, _DIALLED), address(server), _login(account, password_file)

    async def call() -> LegEnded:
        async with _phone(bind, rtp_ports) as phone:
            return await phone.dial(number, at, account or caller, login, steps)

    _finish(_run(call(), longest))


@app.command()
def answer(
    account: Account = None,
    password_file: PasswordFile = None,
    server: Server = "127.0.0.1:5060",
    bind: Bind = "127.0.0.1:0",
    rtp_ports: RtpPorts = "31000-31999",
    script: Script = None,
    script_file: ScriptFile = None,
    calls: Annotated[int, typer.Option(help="How many calls to take before ending.")] = 1,
    longest: Longest = 600.0,
) -> None:
    """Register (where an account is given), wait for calls and carry the script out on each."""
    steps, at, login = _steps(script, script_file, _ANSWERED), address(server), _login(account, password_file)

    async def wait() -> LegEnded | None:
        ending = None
        async with _phone(bind, rtp_ports) as phone:
            if account is not None and login is not None:
                await phone.register(account, at, login)
            for _ in range(calls):
                ending = await phone.answer(steps)
        return ending

    _finish(_run(wait(), longest))


def _phone(bind: str, rtp_ports: str) -> Softphone:
    from centralita.listening import refuse_wildcard
    from centralita.phone.softphone import Softphone

    here: Address = address(bind)
    refuse_wildcard(here, "--bind")
    low, high = ports(rtp_ports)
    return Softphone((here.host, here.port), range(low, high + 1), lambda text: typer.echo(text))


def _steps(script: str | None, file: Path | None, default: str) -> list[Step]:
    try:
        return read_script(file.read_text(encoding="utf-8") if file is not None else script or default)
    except (CentralitaError, OSError) as error:
        fail(str(error))


def _login(account: str | None, file: Path | None) -> Login | None:
    from sip.digest.login import Login

    if account is None:
        return None
    try:
        password = (
            file.read_text(encoding="utf-8").splitlines()[0]
            if file is not None
            else os.environ.get(PHONE_PASSWORD, "")
        )
    except (OSError, IndexError) as error:
        fail(f"no password in {file}: {error}")
    if not password:
        fail(f"account {account} needs its password in {PHONE_PASSWORD} or --password-file")
    return Login(account, Secret(password))


def _run(work: Coroutine[None, None, LegEnded | None], longest: float) -> LegEnded | None:
    import uvloop

    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(asyncio.wait_for(work, longest))
    except TimeoutError:
        fail(f"nothing more happened within {longest:g} s")
    except (CentralitaError, OSError) as error:
        fail(str(error))


def _finish(ending: LegEnded | None) -> None:
    if ending is None or ending.status >= 300:
        raise typer.Exit(1)
