"""Plays the demonstration: two phones in processes of their own call through the node over real SIP and RTP."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from rich.console import Console

from centralita.demo.accounts import demo_passwords
from centralita.demo.guide import guide
from centralita.demo.live import LiveTimeline
from centralita.options import PHONE_PASSWORD, STATE
from media.sound import write_wav
from media.voice import ESPEAK, say
from routing.agents.tables import Status
from sip.flow import written

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from centralita.node import Node

NUMBER = "+34910000001"
AGENT = "ana"
ACCOUNT = "1001"
CALLER = "+34600123456"
TRUNK = "127.0.0.2:0"
"""Where the demonstration's carrier sends from; see sip_profiles/external.yaml."""

# A published test number, and the birth date the sandbox has for it.
CALLER_SCRIPT = """
until answered
record {heard}
wait 7s
keys 1
wait 9s
keys 4111111111111111#
wait 5s
keys 01021980
wait 9s
keys 0
wait 9s
play {caller}
wait 5s
hang up
"""
AGENT_SCRIPT = "wait 2s; answer; wait 500ms; play {agent}; until ended"
WORDS = {
    "caller": "Buenos días. Mi tarjeta ya funciona. Muchas gracias.",
    "agent": "Banco Sol, le atiende Ana. ¿En qué puedo ayudarle?",
}
LONGEST = 120.0


class Demonstration:
    """One run on a started node."""

    def __init__(self, node: Node) -> None:
        """Print to standard output."""
        self._node = node
        self._console = Console(highlight=False, soft_wrap=True)

    async def run(self) -> None:
        """Call, show, explain; what goes wrong is said and leaves the node up."""
        parts = self._node.parts
        phones = parts.configuration.profiles.internal
        passwords = await asyncio.to_thread(
            demo_passwords, self._node.options.state, phones.realm, phones.accounts.keys()
        )
        await self._node.reload()  # the passwords just made
        if ACCOUNT in passwords and parts.configuration.routing.agents.get(AGENT) is not None:
            await self._call(passwords[ACCOUNT])
        self._console.print(guide(self._node, passwords))

    async def _call(self, password: str) -> None:
        parts = self._node.parts
        self._console.print(
            f"\n[bold]A demonstration call[/bold]: {CALLER} dials {NUMBER} (Banco Sol),\n"
            "activates a card by keypad, asks for a person, talks to Ana.\n"
            "Two phones in processes of their own, real SIP and RTP; it takes less than a minute.\n"
        )
        sounds = await asyncio.to_thread(_voices, self._node.options.state.resolve() / "demo")
        answering, calling = AGENT_SCRIPT.format(**sounds), CALLER_SCRIPT.format(**sounds)
        live = LiveTimeline(self._console)
        parts.journal.watch(live.show)
        agent = await self._phone("answer", "--account", ACCOUNT, "--script", answering, password=password)
        caller = None
        try:
            await self._registered()
            parts.distribution.choose_status(AGENT, Status.AVAILABLE)
            caller = await self._phone("dial", NUMBER, "--from", CALLER, "--bind", TRUNK, "--script", calling)
            code = await asyncio.wait_for(caller.wait(), LONGEST)
            await parts.ledger.flush()
            if code:
                self._console.print("[red]the demonstration call failed; see the timeline above[/red]")
        except TimeoutError:
            self._console.print("[red]the demonstration call did not end in time[/red]")
        finally:
            parts.journal.unwatch(live.show)
            for phone in filter(None, (agent, caller)):
                if phone.returncode is None:
                    with suppress(ProcessLookupError):
                        phone.send_signal(signal.SIGINT)  # at which it hangs up before it ends
                    await phone.wait()
        if live.contact is not None:
            self._console.print(f"\nWhat the caller heard: {sounds['heard']}")
            self._console.print(f"The same later, with the SIP ladder: {self._later(live.contact)}\n")

    def _later(self, contact: str) -> str:
        state = self._node.options.state
        return f".venv/bin/centralita contact {contact}" + ("" if state == STATE else f" --state {state}")

    async def _phone(self, *arguments: str, password: str = "") -> asyncio.subprocess.Process:
        server = written(self._node.parts.sip_address)
        environment: Mapping[str, str] = {**os.environ, **({PHONE_PASSWORD: password} if password else {})}
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "centralita", "phone", arguments[0], *arguments[1:], "--server", server),
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
        )

    async def _registered(self) -> None:
        """Wait until the agent's phone is there."""
        until = asyncio.get_running_loop().time() + 20
        core = self._node.parts.distribution.core
        while not core.agent(AGENT).reachable:
            if asyncio.get_running_loop().time() > until:
                raise TimeoutError
            await asyncio.sleep(0.1)


def _voices(folder: Path) -> Mapping[str, Path]:
    """What the two people say, spoken by the local voice; and where the caller keeps what is heard."""
    folder.mkdir(exist_ok=True)
    files = {name: folder / f"{name}.wav" for name in (*WORDS, "heard")}
    for name, words in WORDS.items():
        if not files[name].exists():
            write_wav(files[name], say(ESPEAK, words, "es").narrow)
    return files
