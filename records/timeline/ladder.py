"""The SIP ladder of a contact as text: one column for each party, one arrow for each message (as in RFC 3665)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from records.texts import one_line
from records.timeline.timeline import HOUSE, leg_names
from records.timeline.wording import clock

if TYPE_CHECKING:
    from records.reader import ContactTimeline, LegRow, StoredEvent

WIDTH = 100
_TIME = 10
"""Columns for the time at the left."""
_NARROWEST, _WIDEST = 18, 44
"""Columns from one lifeline to the next."""
_PAUSE = 1.0
"""Seconds of quiet that get a line of their own."""


@dataclass(frozen=True, slots=True)
class _Party:
    """One column: a far end under one name, whatever number of legs it had."""

    name: str
    peer: str


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Where each column stands."""

    parties: tuple[_Party, ...]
    places: tuple[int, ...]
    house: int

    def line(self, time: str = "", mark: str = "│") -> list[str]:
        """A line with all lifelines, as characters."""
        cells = list(time.ljust(self.places[-1] + 1))
        for place in self.places:
            cells[place] = mark
        return cells


def draw(timeline: ContactTimeline, *, width: int = WIDTH) -> list[str]:
    """The ladder's lines; none when no SIP message was recorded."""
    messages = timeline.messages
    if not messages:
        return []
    columns = _columns(timeline)
    sheet = _sheet(tuple(dict.fromkeys(columns.values())), _callers(timeline, columns), width)
    lines = _heading(sheet, width)
    before: float | None = None
    for message in messages:
        if before is not None and message.ts - before >= _PAUSE:
            lines.append("".join(sheet.line(mark="┊")))
        before = message.ts
        party = columns[_key(message)]
        lines.append(_arrow(sheet, party, message, clock(message.ts - timeline.contact.started_at)))
    return [line.rstrip() for line in lines]


def _key(message: StoredEvent) -> str:
    return message.leg or str(message.data.get("peer", "?"))


def _columns(timeline: ContactTimeline) -> dict[str, _Party]:
    """The party of each leg, or of each peer where a message belongs to no leg."""
    legs = {leg.id: leg for leg in timeline.legs}
    names = leg_names(timeline.legs)
    columns: dict[str, _Party] = {}
    for message in timeline.messages:
        key = _key(message)
        leg = legs.get(key)
        if leg is None:
            columns.setdefault(key, _Party(str(message.data.get("peer", "?")), ""))
        else:
            columns.setdefault(key, _Party(_title(leg, names, timeline), _address(leg, message)))
    return _merged(columns)


def _merged(columns: dict[str, _Party]) -> dict[str, _Party]:
    """An agent who was rung twice is one column, under the first address."""
    first: dict[str, _Party] = {}
    return {key: first.setdefault(party.name, party) for key, party in columns.items()}


def _title(leg: LegRow, names: dict[str, str], timeline: ContactTimeline) -> str:
    if leg.role == "caller":
        return f"caller {timeline.contact.ani}" if timeline.contact.ani else "caller"
    return names[leg.id] if names[leg.id] != leg.role else f"{names[leg.id]} {leg.peer or ''}".strip()


def _address(leg: LegRow, message: StoredEvent) -> str:
    return str(message.data.get("peer") or leg.peer or "")


def _callers(timeline: ContactTimeline, columns: dict[str, _Party]) -> frozenset[_Party]:
    """Those who called us: they stand to the left."""
    return frozenset(columns[leg.id] for leg in timeline.legs if leg.id in columns and leg.direction == "in")


def _sheet(parties: tuple[_Party, ...], callers: frozenset[_Party], width: int) -> _Sheet:
    left = [party for party in parties if party in callers]
    ordered = (*left, _Party(HOUSE, ""), *(party for party in parties if party not in callers))
    margin = 6
    step = max(_NARROWEST, min(_WIDEST, (width - _TIME - 2 * margin) // (len(ordered) - 1)))
    places = tuple(_TIME + margin + step * at for at in range(len(ordered)))
    return _Sheet(ordered, places, len(left))


def _heading(sheet: _Sheet, width: int) -> list[str]:
    room = sheet.places[1] - sheet.places[0] - 2
    titles = ([party.name for party in sheet.parties], [party.peer for party in sheet.parties])
    lines = [_centred(texts, sheet.places, room, width) for texts in titles if any(texts)]
    return [*lines, "".join(sheet.line())]


def _centred(texts: list[str], places: tuple[int, ...], room: int, width: int) -> str:
    cells = [" "] * max(width, places[-1] + room)
    edge = max(width, places[-1] + 2)
    for text, place in zip(texts, places, strict=True):
        shown = _shortened(text, room)
        start = max(0, min(place - len(shown) // 2, edge - len(shown)))
        cells[start : start + len(shown)] = shown
    return "".join(cells)


def _arrow(sheet: _Sheet, party: _Party, message: StoredEvent, time: str) -> str:
    cells = sheet.line(time)
    ours, theirs = sheet.places[sheet.house], sheet.places[sheet.parties.index(party)]
    first, last = min(ours, theirs), max(ours, theirs)
    to_right = bool(message.data.get("sent")) == (theirs > ours)
    for at in range(first + 1, last):
        cells[at] = "┼" if at in sheet.places else "─"
    cells[last - 1 if to_right else first + 1] = "▶" if to_right else "◀"
    label = f" {_label(str(message.data.get('summary', '?')), last - first - 4)} "
    start = first + (2 if to_right else 3) + (last - first - 4 - len(label)) // 2
    start = min(max(start, first + 2 - to_right), last - len(label) - to_right)
    cells[start : start + len(label)] = label
    return "".join(cells)


def _label(summary: str, room: int) -> str:
    """The message's summary; where room is scarce, a response goes without its method."""
    return _shortened(summary if len(summary) <= room else summary.partition(" (")[0], room)


def _shortened(text: str, room: int) -> str:
    clean = one_line(text, len(text))
    return clean if len(clean) <= room else clean[: room - 1] + "…"
