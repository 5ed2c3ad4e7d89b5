"""All that reads what administrators and client companies write: every fault is told, nothing else is raised.

A menu set that is taken without a fault is walked by a silent caller and by one who presses keys at random: both come
to an end.
"""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from base.document import errors
from ivr.actions import ACTIONS
from ivr.answers import QUERY, read_answer
from ivr.authoring.cases import load_case_file
from ivr.load import load_menu
from ivr.modules import load_modules
from media import catalogue
from routing.clients import load_clients
from routing.hours.load import load_hours
from tests.ivr.caller import QUEUES, Caller, wording

if TYPE_CHECKING:
    from collections.abc import Callable

    from base.document import Fault
    from ivr.compiled import CompiledMenus

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "tests" / "data"
PATIENCE = 4 * 3600.0
"""Seconds of virtual time after which a call should have ended."""
WORDS = wording()


class Trapped(AssertionError):
    """A caller does not come out of menus that were found good."""


class Readers:
    """The readers with a folder of their own; in memory where the machine has one."""

    def __init__(self) -> None:
        """Make the folder."""
        self._held = tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None)
        self._folder = Path(self._held.name)
        faults: list[Fault] = []
        good = DATA / "menus" / "good"
        loaded = [
            load_menu(path, WORDS, faults, queues=QUEUES, menus={"other"})
            for path in sorted(good.glob("*.yaml"))
        ]
        self._menus = {each.name: each for each in loaded if each is not None}
        self.kinds: tuple[tuple[str, Callable[[bytes, int], None], list[Path]], ...] = (
            ("menus", self.menus, [*good.glob("*.yaml"), *(DATA / "menus" / "bad").glob("*.yaml")]),
            ("modules", self.modules, list((ROOT / "config/menus/modules").glob("*.yaml"))),
            ("cases", self.cases, list((good / "cases").glob("*.yaml"))),
            ("hours", self.hours, list((DATA / "hours").rglob("*.yaml"))),
            ("prompts", self.prompts, list((ROOT / "prompts").glob("*.yaml"))),
            ("clients", self.clients, list((ROOT / "config/clients").glob("*.yaml"))),
            ("answers", self.answers, []),
        )

    def menus(self, data: bytes, chance: int) -> None:
        """A menu set; a good one lets every caller out."""
        faults: list[Fault] = []
        path = self._write("set_a.yaml", data)
        found = load_menu(path, WORDS, faults, queues=QUEUES, menus={"other"})
        assert all(str(each) for each in faults)
        if found is None:
            assert errors(faults), "refused without a word"
            return
        silent = Caller(found)
        silent.wait(PATIENCE)
        if not silent.session.finished:
            raise Trapped(f"a silent caller stays in step {silent.session.step}")
        _walk_at_random(found, random.Random(chance))

    def modules(self, data: bytes, chance: int) -> None:
        """A fragment that menus include."""
        del chance
        faults: list[Fault] = []
        load_modules(self._write("part.yaml", data).parent, faults, lambda source: [])

    def cases(self, data: bytes, chance: int) -> None:
        """Cases beside menus."""
        del chance
        faults: list[Fault] = []
        for name in self._menus:
            load_case_file(self._write(f"{name}.yaml", data), self._menus, faults)

    def hours(self, data: bytes, chance: int) -> None:
        """Opening hours."""
        del chance
        faults: list[Fault] = []
        load_hours(self._write("hours.yaml", data), faults)

    def prompts(self, data: bytes, chance: int) -> None:
        """Wording."""
        del chance
        faults: list[Fault] = []
        catalogue.load([self._write("xx.yaml", data).parent], faults)

    def clients(self, data: bytes, chance: int) -> None:
        """A client company."""
        del chance
        faults: list[Fault] = []
        load_clients(self._write("bank.yaml", data).parent, faults)

    def answers(self, data: bytes, chance: int) -> None:
        """What a client company's system answers."""
        actions = (*ACTIONS, QUERY)
        read_answer(actions[chance % len(actions)], data)

    def _write(self, name: str, data: bytes) -> Path:
        folder = self._folder / name.partition(".")[0]
        folder.mkdir(exist_ok=True)
        path = folder / name
        path.write_bytes(data)
        return path


def _walk_at_random(menus: CompiledMenus, chance: random.Random) -> None:
    """A caller who does anything, with a system that answers anything, until they give up; then silence."""
    caller = Caller(menus, language=chance.choice([None, "en", "es", "pl"]))
    for _ in range(chance.randrange(30)):
        if caller.session.finished:
            return
        match chance.randrange(5):
            case 0 | 1:
                caller.press("".join(chance.choices("0123456789*#", k=chance.randint(1, 17))))
            case 2:
                caller.listen()
            case 3 if caller.call.awaits_answer and caller.asked is not None:
                caller.reply(chance.choice([*ACTIONS[caller.asked.action].results, "nonsense"]))
            case _:
                caller.wait(chance.random() * 20)
    caller.wait(PATIENCE)
    if not caller.session.finished:
        raise Trapped(f"a caller stays in step {caller.session.step}")
