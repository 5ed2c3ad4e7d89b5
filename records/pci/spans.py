"""Secure spans, and whether each recording of the call was masked from their first moment to their last.

Two witnesses must agree: the moments at which the recording was told to mask, and the spans that the recorder itself
says are masked in the file. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

KINDS = (
    "secure.began",
    "secure.ended",
    "capture.began",
    "capture.ended",
    "recording.started",
    "recording.masked",
    "recording.unmasked",
    "recording.paused",
    "recording.resumed",
    "recording.finished",
    "recording.failed",
    "contact.closed",
)
"""The events that tell."""
TOLERANCE = 0.25
"""Seconds by which a mask may follow; the recorder's own look-back reaches further back than that."""
_FILE_TOLERANCE = 1.0
"""Seconds by which the clock of a file and that of the events may differ."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One event. `at` is Unix seconds."""

    at: float
    contact: str
    leg: str | None
    type: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A recording that is not proven to be masked throughout a secure span."""

    contact: str
    recording: str
    began_at: float
    """The secure span's beginning, Unix seconds."""
    ended_at: float
    why: str


@dataclass(slots=True)
class Spans:
    """What was found."""

    secure: int = 0
    """Secure spans."""
    captures: int = 0
    """Those that an agent led a caller into."""
    capture_results: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    """Their whole length."""
    recorded: int = 0
    """Secure spans during which a recording ran."""
    covered: int = 0
    """Of these, those in which each recording is proven to be masked."""
    unfinished: int = 0
    """Spans whose end was never told: they count as lasting to the end of the contact."""
    mismatches: list[Mismatch] = field(default_factory=list)


@dataclass(slots=True)
class _Recording:
    name: str
    leg: str | None
    began: float
    ended: float | None = None
    masks: list[list[float | None]] = field(default_factory=list)
    pauses: list[list[float | None]] = field(default_factory=list)
    told: list[tuple[float, float]] | None = None
    """What the recorder says is masked, in seconds of the file."""


@dataclass(slots=True)
class _Contact:
    id: str
    open: dict[str | None, tuple[float, int]] = field(default_factory=dict)
    """Leg -> since when it is secure, and how many times over."""
    secure: list[tuple[float, float]] = field(default_factory=list)
    recordings: dict[str, _Recording] = field(default_factory=dict)
    last: float = 0.0


def spans(events: Iterable[Happened]) -> Spans:
    """Take the events, one contact after the other, each one's in order."""
    found = Spans()
    contact: _Contact | None = None
    for each in events:
        if contact is None or contact.id != each.contact:
            _close(contact, found)
            contact = _Contact(each.contact)
        contact.last = each.at
        _take(contact, each, found)
    _close(contact, found)
    return found


def _take(contact: _Contact, each: Happened, found: Spans) -> None:
    match each.type:
        case "secure.began":
            since, depth = contact.open.get(each.leg, (each.at, 0))
            contact.open[each.leg] = since, depth + 1
        case "secure.ended":
            _secure_ended(contact, each)
        case "capture.began":
            found.captures += 1
        case "capture.ended":
            result = str(each.data.get("result", "?"))
            found.capture_results[result] = found.capture_results.get(result, 0) + 1
        case "recording.started":
            name = str(each.data.get("recording", "?"))
            contact.recordings[name] = _Recording(name, each.leg, each.at)
        case "contact.closed":
            pass
        case _:
            recording = contact.recordings.get(str(each.data.get("recording", "?")))
            if recording is not None:
                _recording(recording, each)


def _secure_ended(contact: _Contact, each: Happened) -> None:
    since, depth = contact.open.pop(each.leg, (each.at, 0))
    if depth > 1:
        contact.open[each.leg] = since, depth - 1
    elif depth == 1:
        contact.secure.append((since, each.at))


def _recording(recording: _Recording, each: Happened) -> None:
    match each.type:
        case "recording.masked":
            recording.masks.append([each.at, None])
        case "recording.unmasked":
            _end(recording.masks, each.at)
        case "recording.paused":
            recording.pauses.append([each.at, None])
        case "recording.resumed":
            _end(recording.pauses, each.at)
        case _:
            recording.ended = each.at
            _end(recording.masks, each.at)
            _end(recording.pauses, each.at)
            told = each.data.get("masked")
            if isinstance(told, list):
                recording.told = [(float(start), float(end)) for start, end in told]


def _end(spans_: list[list[float | None]], at: float) -> None:
    if spans_ and spans_[-1][1] is None:
        spans_[-1][1] = at


def _close(contact: _Contact | None, found: Spans) -> None:
    if contact is None:
        return
    for since, _ in contact.open.values():
        found.unfinished += 1
        contact.secure.append((since, contact.last))
    for began, ended in sorted(contact.secure):
        found.secure += 1
        found.seconds += ended - began
        running = [
            each
            for each in contact.recordings.values()
            if each.began < ended and (each.ended is None or each.ended > began + TOLERANCE)
        ]
        if not running:
            continue
        found.recorded += 1
        wrong = [(each, why) for each in running if (why := _fault(each, began, ended)) is not None]
        found.covered += not wrong
        found.mismatches += [Mismatch(contact.id, each.name, began, ended, why) for each, why in wrong]


def _fault(recording: _Recording, began: float, ended: float) -> str | None:
    """Why a recording is not proven to be masked throughout; None where it is."""
    begins, ends = max(began, recording.began), min(ended, recording.ended or ended)
    if ends - begins <= TOLERANCE:
        return None
    hidden = [
        (start, recording.ended or ended if end is None else end)
        for start, end in [*recording.masks, *recording.pauses]
        if start is not None
    ]
    gap = _uncovered(hidden, begins, ends)
    if gap > TOLERANCE:
        return f"not masked for {gap:.1f} s"
    if recording.told is None:
        return "the recorder never told what is masked" if recording.ended is not None else None
    if recording.pauses:
        return None  # what was left out shifts the file's clock; the moments above have proven it
    in_file = [(recording.began + start, recording.began + end) for start, end in recording.told]
    gap = _uncovered(in_file, begins, ends)
    return f"the file is not masked for {gap:.1f} s" if gap > _FILE_TOLERANCE else None


def _uncovered(covers: list[tuple[float, float]], begins: float, ends: float) -> float:
    """How long a span is covered by none of these."""
    at, bare = begins, 0.0
    for start, end in sorted(covers):
        if start > at:
            bare += min(start, ends) - at
        at = max(at, end)
        if at >= ends:
            return max(bare, 0.0)
    return bare + max(0.0, ends - at)
