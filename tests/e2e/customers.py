"""Customers who serve themselves: a foreign phone, keys in its way, what they hear, what the ledger says of them."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from ivr.wording import load_wording
from media.prompts import piece_of
from tests.e2e.centre import TRUNK
from tests.e2e.ledger import contacts, read
from tests.e2e.telephones import all_heard
from tests.kit.foreign_pjsua2 import PjsuaPhone
from tests.kit.foreign_pyvoip import PyVoipCaller
from tests.kit.keys import pressed_as_tones
from tests.kit.ports import free_port, free_ports
from tests.kit.server import ROOT, SOUNDS, wait_until
from tests.kit.tone import likeness, read_wav, write_wav

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from base.document import Fault
    from tests.e2e.ledger import Seen
    from tests.kit.server import Server

Digits = Literal["events", "tones"]

TONES_TRUNK = "127.0.0.7"
"""A carrier whose keys are tones, whatever it offers."""
PATIENCE = 30.0
LIKE = 0.6
"""How much of a prompt's sound must be found again in what was heard; other prompts come to two fifths of it."""


@dataclass(slots=True)
class Customer:
    """One caller, one call. `user` is the number they call from, by which their contact is found."""

    server: Server
    phone: PyVoipCaller | PjsuaPhone
    user: str
    digits: Digits
    folder: Path
    _contact: str = ""
    _next: int = 0
    _sound: bytes = b""
    keyed: list[str] = field(default_factory=list)

    def dial(self, number: str) -> None:
        """Call until the menus are heard, so that keys are not lost before they are, and find the contact."""
        self.phone.dial(number)
        self.phone.wait_for_sound()

        def there() -> bool:
            mine = [row["id"] for row in contacts(self.server) if row["ani"].endswith(self.user)]
            self._contact = mine[0] if mine else ""
            return bool(mine)

        wait_until(there, f"a contact of {self.user}", within=10)

    def key(self, keys: str) -> None:
        """Press keys, one after the other."""
        self.keyed.append(keys)
        if self.digits == "events":
            self.phone.press(keys)
            return
        file = self.folder / f"{self.user}-{len(self.keyed)}.wav"
        self.phone.say(write_wav(file, bytes(1600) + pressed_as_tones(keys) + bytes(1600)))
        time.sleep(0.2 + 0.16 * len(keys))  # a second sound would be heard over the first

    def wait(
        self, kind: str, *, within: float = PATIENCE, ever: bool = False, **match: object
    ) -> dict[str, Any]:
        """The next event of this kind, after those that were waited for before; or one at whatever time it came."""
        limit = time.monotonic() + within
        while time.monotonic() < limit:
            events = self.seen().events
            for at in range(0 if ever else self._next, len(events)):
                data = events[at]["data"]
                if events[at]["type"] == kind and all(data.get(key) == match[key] for key in match):
                    self._next = at + 1
                    return dict(data)
            time.sleep(0.1)
        types = [(each["type"], each["data"]) for each in events[-12:]]
        said = self.server.output()[-2000:]
        raise AssertionError(
            f"{self.user}: no {kind} {match} within {within} s; the last were {types}\n{said}"
        )

    def seen(self) -> Seen:
        """The contact as the ledger has it."""
        return read(self.server, self._contact)

    def wait_for_hang_up(self, *, within: float = PATIENCE) -> None:
        """Until the server has ended the call; what was heard is kept."""
        if isinstance(self.phone, PjsuaPhone):
            self.phone.wait_for_state("DISCONNECTED", within=within)
            self._sound = all_heard(self.phone)
        else:
            self.phone.wait_for_hang_up(within=within)
            self._sound = self.phone.heard_in_all()

    def heard(self, prompt: str, language: str) -> float:
        """How much of the prompt's sound is found again in what was heard, from 0 to 1."""
        return likeness(self._sound, sound_of(prompt, language))

    def hang_up(self) -> None:
        """End the call."""
        self.phone.hang_up()


@contextmanager
def customer(
    server: Server, folder: Path, user: str, *, phone: str = "pyvoip", digits: Digits = "events"
) -> Iterator[Customer]:
    """A customer at a phone. Tones: pjsua2 does not offer events; pyVoIP does, on a trunk that wants none."""
    mine = folder / user
    mine.mkdir()
    if phone == "pyvoip":
        address = TONES_TRUNK if digits == "tones" else TRUNK
        made: PyVoipCaller | PjsuaPhone = PyVoipCaller(
            server=server.sip,
            local=(address, free_port(address=address)),
            rtp_port=free_port(address=address),
            user=user,
            log=mine / "pyvoip.log",
        )
    else:
        made = PjsuaPhone(
            server=server.sip,
            local=(TRUNK, free_port(address=TRUNK)),
            rtp_port=free_ports(6, address=TRUNK)[0],
            user=user,
            folder=mine,
            has_events=digits == "events",
        )
    with made:
        yield Customer(server, made, user, digits, mine)


def add_tones_trunk(server: Server) -> None:
    """Let the carrier in that sends keys as tones."""
    trunks = server.folder / "sip_profiles" / "external.yaml"
    trunk = f"  - {{name: tones, addresses: [{TONES_TRUNK}], may_call: [numbers], dtmf: inband}}\n"
    trunks.write_text(trunks.read_text() + trunk)


def set_client(server: Server, client: str, key: str, value: str) -> None:
    """Give a client company's file this line in place of its own of the same key."""
    file = server.config / "clients" / f"{client}.yaml"
    lines = [line for line in file.read_text().splitlines() if not line.startswith(f"{key}:")]
    file.write_text("\n".join([*lines, f"{key}: {value}", ""]))


def sound_of(prompt: str, language: str) -> bytes:
    """The longest piece of a prompt that is the same in every call."""
    faults: list[Fault] = []
    catalogue = load_wording([ROOT / "prompts"], faults)
    pieces = [each for each in catalogue.of(language, prompt) if isinstance(each, str)]
    return max((read_wav(piece_of(catalogue, language, each).file(SOUNDS)) for each in pieces), key=len)
