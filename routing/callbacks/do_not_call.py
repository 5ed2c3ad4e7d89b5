"""Who must not be called: config/do_not_call.yaml, and what people add on a running node; for all or for one client."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, Field

from base.document import Part, load, suggest
from routing.callbacks.numbers import read_number

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from pathlib import Path

    from base.document import Fault

FILE = "do_not_call.yaml"
ALL = ""
"""In place of a client company: none of them."""


def _quoted(value: object) -> object:
    if isinstance(value, int):
        raise ValueError('quote it: "+34600111222"')
    return value


_Number = Annotated[str, BeforeValidator(_quoted)]


class DoNotCallFile(Part):
    """do_not_call.yaml."""

    schema_: Literal["do-not-call/1"] = Field(alias="schema")
    all: tuple[_Number, ...] = ()
    """Called by nobody."""
    clients: dict[str, tuple[_Number, ...]] = Field(default_factory=dict)
    """Client company -> whom it may not call."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One number that people put on the list of a running node. `since` is Unix time."""

    number: str
    client: str
    """ALL: for every client company."""
    by: str
    since: float
    reason: str = ""


class DoNotCall:
    """Both lists together, asked before each promise and before each call."""

    __slots__ = ("_added", "_hashed", "_written")

    def __init__(
        self,
        written: Mapping[str, Collection[str]] = MappingProxyType({}),
        added: Iterable[Listed] = (),
        *,
        hashed: Callable[[str], str] | None = None,
    ) -> None:
        """`written` by client; what was `added` is kept in the state folder.

        `hashed` gives what stands in place of the number of a person who was erased: not to be called is all that is
        still known of him or her.
        """
        self._hashed = hashed
        self._written = {client: frozenset(numbers) for client, numbers in written.items()}
        self._added = {(each.client, each.number): each for each in added}

    def holds(self, number: str, client: str) -> bool:
        """Whether this client company may not call this number (E.164)."""
        names = self.names(number)
        return any(
            number in self._written.get(whose, ()) or any((whose, each) in self._added for each in names)
            for whose in (ALL, client)
        )

    def rewrite(self, written: Mapping[str, Collection[str]]) -> None:
        """The file is another one now."""
        self._written = {client: frozenset(numbers) for client, numbers in written.items()}

    def add(self, listed: Listed) -> None:
        """From now on."""
        self._added[listed.client, listed.number] = listed

    def remove(self, number: str, client: str) -> Listed | None:
        """What was added; None where nothing was: what the file says, the file must take back."""
        found = (self._added.pop((client, each), None) for each in self.names(number))
        return next((each for each in found if each is not None), None)

    def erase(self, numbers: Collection[str], client: str | None) -> list[tuple[Listed, Listed]]:
        """Keep keyed hashes of these numbers in their places: what stood there, and what stands there now."""
        if self._hashed is None:
            return []
        changed = []
        for each in self.added():
            if each.number in numbers and (client is None or each.client == client):
                after = replace(each, number=self._hashed(each.number))
                del self._added[each.client, each.number]
                self.add(after)
                changed.append((each, after))
        return changed

    def names(self, number: str) -> tuple[str, ...]:
        """Under what a number may be listed: itself, or its hash."""
        return (number,) if self._hashed is None or not self._added else (number, self._hashed(number))

    def added(self) -> tuple[Listed, ...]:
        """What people have put there, the latest first."""
        return tuple(sorted(self._added.values(), key=lambda each: -each.since))

    def written(self) -> Mapping[str, frozenset[str]]:
        """What the file says."""
        return self._written


def load_do_not_call(
    path: Path, faults: list[Fault], *, home: str | None = None, clients: Collection[str] | None = None
) -> Mapping[str, frozenset[str]]:
    """The numbers by client in E.164, none where there is no such file; faults are appended."""
    if not path.exists():
        return {}
    file, document = load(DoNotCallFile, path, faults)
    if file is None:
        return {}
    found: dict[str, frozenset[str]] = {}
    for client, texts in ((ALL, file.all), *file.clients.items()):
        at = ("all",) if client == ALL else ("clients", client)
        if client != ALL and clients is not None and client not in clients:
            mend = suggest(client, clients) or "there is no client yet"
            faults.append(document.fault(at, f'no client is called "{client}"', mend))
        numbers = set()
        for index, text in enumerate(texts):
            number = read_number(text, home)
            if number is None:
                what = f"{text} is no telephone number"
                faults.append(document.fault((*at, index), what, 'write it as "+34600111222"'))
            else:
                numbers.add(number.number)
        found[client] = frozenset(numbers)
    return found
