"""The centre these tests call: the demonstration centre with numbers, queues and agents of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from string import Template

from tests.kit.ports import free_port
from tests.kit.server import ROOT, Server

TRUNK = "127.0.0.2"  # the demonstration carrier's address in sip_profiles/external.yaml
CARRIER_SENDS = "600100200"
PASSWORD = "blue-Kettle-47-harbour"  # of telephones that exist for one test
CALLER_TONES = frozenset({500, 870})
AGENT_TONES = frozenset({1210, 1650})

PROMPT_TONES = {
    "tone_main": frozenset({620, 1040}),
    "tone_first": frozenset({700, 1300}),
    "tone_leave": frozenset({760, 1480}),
    "tone_no_input": frozenset({560, 1150}),
    "tone_no_match": frozenset({590, 1270}),
    "tone_comfort": frozenset({660, 1400}),
    "tone_whisper": frozenset({800, 1560}),
}
_LONG = {"tone_comfort": 20.0}
"""Seconds of tones that are to be cut."""


@dataclass(frozen=True, slots=True)
class Card:
    """What a caller of the sandbox card system knows."""

    card: str
    birth: str = ""
    wrong_birth: str = "24031961"
    expiry: str = ""
    cvv: str = ""
    amount: str = "2345"


ACTIVATION = Card(card="4111111111111111", birth="01021980")
PAYMENT = Card(card="5555555555554444", expiry="1240", cvv="907")
AGENTS = {"ana": "1001", "piotr": "1002", "john": "1003"}

CREDENTIALS = "credentials.yaml"

_HERE = Path(__file__).parent
_credentials: list[bytes] = []  # made by the command line for the first server; all others get a copy


def make_centre(
    folder: Path,
    *,
    far_end: int | None = None,
    third: int | None = None,
    digest: str = "SHA-256, MD5",
    address: str = "127.0.0.1",
) -> Server:
    """A server, not yet started; the numbers `far` and `third` lead to these ports of the loopback address."""
    server = Server(folder, centre=ROOT, address=address)
    values = {"far_end": str(far_end or free_port()), "third": str(third or free_port())}
    for file in sorted((_HERE / "centre_files").rglob("*.yaml")):
        text = Template(file.read_text()).substitute(values)
        (server.config / file.relative_to(_HERE / "centre_files")).write_text(text)
    client = (
        server.config / "clients" / "banco_sol.yaml"
    )  # its numbers here lead to menus and queues made for tests
    client.write_text(re.sub(r"^(presets|notice):.*\n", "", client.read_text(), flags=re.MULTILINE))
    sounds = folder / "prompts" / "sounds.yaml"
    sounds.write_text(
        sounds.read_text() + "".join(_prompt(name, tones) for name, tones in PROMPT_TONES.items())
    )
    phones = folder / "sip_profiles" / "internal.yaml"
    phones.write_text(phones.read_text().replace("[SHA-256, MD5]", f"[{digest}]"))
    if not _credentials:
        for account in AGENTS.values():
            server.set_password(account, PASSWORD)
        _credentials.append((server.state / CREDENTIALS).read_bytes())
    own = server.state / CREDENTIALS
    own.touch(mode=0o600)
    own.write_bytes(_credentials[0])
    return server


def _prompt(name: str, tones: frozenset[int]) -> str:
    return f"  {name}: {{tone: {sorted(tones)}, seconds: {_LONG.get(name, 0.8)}}}\n"
