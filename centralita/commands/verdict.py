"""What `centralita records verify` is asked by, and what it says."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import typer

from centralita.commands.moments import read_day

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from typing import Self

    from records.ledger.seal import Seal
    from records.ledger.verify import DayVerdict
    from records.sound_check import SoundFault
    from records.views.difference import Difference

_FIRST = date(1970, 1, 1).toordinal()
_KEY = 32
"""Bytes of a public key."""
_KEPT = 1_000
"""Findings that are kept and told one by one; of more there is the number."""
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Found(Generic[_T]):
    """Findings, of which there may be very many."""

    first: list[_T]
    count: int

    @classmethod
    def of(cls, findings: Iterable[_T]) -> Self:
        """All of these."""
        first, count = [], 0
        for count, each in enumerate(findings, 1):
            if count <= _KEPT:
                first.append(each)
        return cls(first, count)


@dataclass(frozen=True, slots=True)
class Verdict:
    """All that was found; None of what was not looked at."""

    days: list[DayVerdict]
    differences: Found[Difference] | None
    sounds: Found[SoundFault] | None

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        found = [each for each in (self.differences, self.sounds) if each is not None]
        return all(each.is_whole for each in self.days) and not any(each.count for each in found)

    @property
    def told(self) -> dict[str, Any]:
        """As JSON."""
        differences, sounds = self.differences, self.sounds
        return {
            "whole": self.is_whole,
            "days": [_day(each) for each in self.days],
            "differences": None if differences is None else [each._asdict() for each in differences.first],
            "difference_count": None if differences is None else differences.count,
            "recordings": None if sounds is None else [each._asdict() for each in sounds.first],
            "recording_count": None if sounds is None else sounds.count,
        }

    def show(self) -> None:
        """As tables."""
        from rich.console import Console
        from rich.markup import escape
        from rich.table import Table

        console = Console()
        table = Table("day (UTC)", "node", "events", "sealed", "verdict")
        for each in self.days:
            verdict = "[green]whole[/]" if each.is_whole else f"[red]{escape('; '.join(each.problems))}[/]"
            sealed = "yes" if each.is_sealed else "not yet"
            table.add_row(date_of(each.day), each.node, f"{each.events:,}", sealed, verdict)
        console.print(table)
        if self.differences is not None and self.differences.count:
            rows = Table("table", "row", "column", "what is wrong", "what mends it")
            for found in self.differences.first:
                rows.add_row(*(escape(each or "") for each in found))
            console.print(rows)
        if self.sounds is not None and self.sounds.count:
            files = Table("recording", "contact", "what is wrong")
            for fault in self.sounds.first:
                files.add_row(*(escape(each or "") for each in fault))
            console.print(files)
        for line in self._lines():
            console.print(line)

    def _lines(self) -> list[str]:
        from records.timeline.wording import counted

        events = sum(each.events for each in self.days)
        broken = sum(not each.is_whole for each in self.days)
        lines = [
            f"[red]{broken} of {len(self.days)} days are not as they were written[/]"
            if broken
            else f"[green]whole[/]: {events:,} events of {counted(len(self.days), 'day')} are as they were written"
        ]
        if self.differences is None:
            lines.append("what is derived from them was not looked at")
        elif count := self.differences.count:
            more = "" if count <= _KEPT else f"; the first {_KEPT:,} are shown"
            lines.append(f"[red]{count:,} differences[/] from what the events say{more}")
        else:
            lines.append("[green]whole[/]: all that is derived, and every key, is as the events say")
        if self.sounds is not None:
            count = self.sounds.count
            lines.append(
                f"[red]{count:,} recordings[/] are not as the ledger says"
                if count
                else "[green]whole[/]: the recordings are as the ledger says"
            )
        return lines


def date_of(day: int) -> str:
    """A day since 1970 as people write it."""
    return datetime.fromtimestamp(day * 86_400, UTC).date().isoformat()


def day_of(text: str | None, name: str) -> int | None:
    """A day in days since 1970. Raises BadParameter."""
    return None if text is None else read_day(text, name).toordinal() - _FIRST


def public_key_of(text: str | None) -> bytes | None:
    """What seals are checked by. Raises BadParameter."""
    if text is None:
        return None
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != _KEY:
        raise typer.BadParameter(
            f"{text!r} is no public key: write the {2 * _KEY} hexadecimal digits that `centralita records seals` "
            "prints",
            param_hint="--key",
        )
    return key


def seals_of(file: Path | None) -> list[Seal]:
    """The seals of a file. Raises BadParameter."""
    from records.ledger.seal import Seal

    if file is None:
        return []
    found = []
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise typer.BadParameter(f"{file}: {error.strerror}", param_hint="--seals") from None
    except UnicodeDecodeError:
        raise typer.BadParameter(f"{file} is no text; {_SEALS}", param_hint="--seals") from None
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                found.append(Seal.read(json.loads(line)))
            except ValueError:
                raise typer.BadParameter(
                    f"{file}, line {number} is no seal; {_SEALS}", param_hint="--seals"
                ) from None
    if not found:
        raise typer.BadParameter(f"{file} holds no seal; {_SEALS}", param_hint="--seals")
    return found


_SEALS = "give what `centralita records seals > FILE` wrote"


def _day(each: DayVerdict) -> dict[str, object]:
    return {
        "node": each.node,
        "date": date_of(each.day),
        "events": each.events,
        "head": each.head,
        "sealed": each.is_sealed,
        "problems": list(each.problems),
    }
