"""Everything that is kept of one person, as a file to hand over: JSON for programs, a page for people, sound."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import os
import zipfile
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

from records.exports.cells import safe
from records.moments import utc
from records.retention.person import contacts_of
from records.retention.sounds import sounds_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from records.reader import ContactTimeline, Reader
    from records.retention.person import Person
    from records.retention.sounds import Sound

_COLUMNS = (
    "id",
    "client",
    "started_at",
    "answered_at",
    "ended_at",
    "ani",
    "dnis",
    "language",
    "outcome",
    "queue",
)
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC


@dataclass(slots=True)
class Exported:
    """What is in the file."""

    number: str
    contacts: int = 0
    recordings: int = 0
    left_out: list[str] = field(default_factory=list)
    """Recordings that no key at hand opens; they are in the file as they lie."""
    other: dict[str, int] = field(default_factory=dict)


def export_person(
    reader: Reader,
    recordings: Path,
    who: Person,
    to: Path,
    *,
    now: float,
    client: str | None = None,
    other: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    opened: Callable[[Path], bytes | None] = lambda path: None,
) -> Exported:
    """Write the file, for its owner only. `other` is what else is kept, by where; `opened` unseals a recording.

    Blocks. Raises OSError, FileExistsError among them, and StoreUnavailable; nothing is left half done.
    """
    made = contacts_of(reader.database, who, client=client)
    timelines = [reader.contact(each.id) for each in made]
    sounds = sounds_of(reader.database, recordings, [each.id for each in made])
    exported = Exported(who.number, len(made), len(sounds))
    exported.other = {name: len(rows) for name, rows in (other or {}).items()}
    descriptor = os.open(to, _NEW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            names = [_add_sound(archive, each, opened, exported) for each in sounds]
            document = {
                "number": who.number,
                "client": client,
                "exported_at": utc(now),
                "contacts": [_contact(each) for each in timelines],
                "recordings": names,
                **(other or {}),
            }
            archive.writestr("person.json", json.dumps(document, ensure_ascii=False, indent=1, default=str))
            archive.writestr("contacts.csv", _table(timelines))
            archive.writestr("index.html", _page(who, timelines, names, other or {}, now))
    except BaseException:
        to.unlink(missing_ok=True)
        raise
    return exported


def _add_sound(
    archive: zipfile.ZipFile, sound: Sound, opened: Callable[[Path], bytes | None], exported: Exported
) -> dict[str, object]:
    name = f"recordings/{sound.name}"
    if sound.name.endswith(".sealed"):
        plain = opened(sound.path)
        if plain is None:
            exported.left_out.append(sound.name)
            archive.write(sound.path, name)
        else:
            name = name.removesuffix(".sealed")
            archive.writestr(name, plain)
    else:
        archive.write(sound.path, name)
    return {"file": name, "contact": sound.contact, "kind": sound.kind}


def _contact(timeline: ContactTimeline) -> dict[str, object]:
    return {
        "contact": dataclasses.asdict(timeline.contact),
        "legs": [dataclasses.asdict(each) for each in timeline.legs],
        "events": [
            {
                "n": each.n,
                "at": utc(each.ts),
                "leg": each.leg,
                "type": each.type,
                "data": dict(each.data),
            }
            for each in timeline.events
        ],
    }


def _table(timelines: Sequence[ContactTimeline]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for each in timelines:
        row = dataclasses.asdict(each.contact)
        writer.writerow([_cell(name, row[name]) for name in _COLUMNS])
    return out.getvalue()


def _cell(name: str, value: object) -> str:
    if value is None:
        return ""
    return utc(float(str(value))) if name.endswith("_at") else safe(str(value))


def _page(
    who: Person,
    timelines: Sequence[ContactTimeline],
    sounds: Sequence[Mapping[str, object]],
    other: Mapping[str, Sequence[Mapping[str, Any]]],
    now: float,
) -> str:
    parts = [
        '<!doctype html><html lang="en"><meta charset="utf-8">',
        f"<title>What is kept of {escape(who.number)}</title>",
        "<style>body{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}"
        "table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #ccc;padding:.2em .6em;"
        "text-align:left;"
        "vertical-align:top;overflow-wrap:anywhere}summary{cursor:pointer}</style>",
        f"<h1>What is kept of {escape(who.number)}</h1><p>As of {utc(now)}. All times are UTC.</p>",
        f"<h2>Calls: {len(timelines)}</h2>",
    ]
    for each in timelines:
        row = each.contact
        rows = "".join(
            f"<tr><td>{utc(event.ts)}<td>{escape(event.type)}<td>{escape(_words(event.data))}"
            for event in each.events
        )
        parts.append(
            f"<details><summary>{utc(row.started_at)} {escape(row.client or '')} "
            f"{escape(row.ani or '')} → {escape(row.dnis or '')}, {escape(row.outcome or 'in progress')}</summary>"
            f"<p>{escape(row.id)}</p><table><tr><th>when<th>what<th>details{rows}</table></details>"
        )
    parts.append(f"<h2>Recordings: {len(sounds)}</h2><ul>")
    parts += [
        f'<li><a href="{escape(str(each["file"]))}">{escape(str(each["file"]))}</a>, '
        f"{escape(str(each['kind']))} of {escape(str(each['contact']))}"
        for each in sounds
    ]
    parts.append("</ul>")
    for name, found in other.items():
        rows = "".join(f"<tr><td>{escape(_words(each))}" for each in found)
        parts.append(f"<h2>{escape(name.capitalize())}: {len(found)}</h2><table>{rows}</table>")
    return "\n".join(parts) + "\n</html>\n"


def _words(data: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in data.items() if value is not None)
