"""Recordings of calls, and messages that callers left: which file, how long, where it is masked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from base.compact import compact
from records.views import tables
from records.views.fields import real, text, whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from records.views.contact_state import Change, ContactState
    from records.views.fields import Data, Row


def _began(kind: str) -> Change:
    def take(state: ContactState, at: int, leg: str | None, data: Data) -> None:
        name = text(data, "recording")
        if name is None or name in state.recordings:
            return
        state.recordings[name] = state.add(
            tables.recording,
            contact=state.contact["id"],
            n=len(state.recordings) + 1,
            leg=leg,
            client=state.contact["client"],
            kind=kind,
            name=name,
            file=text(data, "file"),
            mailbox=text(data, "mailbox"),
            began_at=at,
            sealed=sealed if isinstance(sealed := data.get("sealed"), bool) else None,
        )

    return take


def _over(result: str) -> Change:
    def take(state: ContactState, at: int, leg: str | None, data: Data) -> None:
        row = _named(state, data)
        if row is None or row["ended_at"] is not None:
            return
        row["ended_at"], row["result"] = at, result
        row["seconds"], row["bytes"] = real(data, "seconds"), whole(data, "bytes")
        row["masked"] = compact(_spans(data.get("masked")))

    return take


def _hashed(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    row = _named(state, data)
    if row is not None:
        row["sha256"] = text(data, "sha256")
        row["bytes"] = whole(data, "bytes") if row["bytes"] is None else row["bytes"]


def _named(state: ContactState, data: Data) -> Row | None:
    row = state.recordings.get(text(data, "recording") or "")
    if row is not None:
        state.touch(tables.recording, row)
    return row


def _spans(found: object) -> list[list[float]]:
    spans = found if isinstance(found, list | tuple) else ()
    return [
        [float(each) for each in span]
        for span in spans
        if isinstance(span, list | tuple) and len(span) == 2 and all(_is_seconds(each) for each in span)
    ]


def _is_seconds(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e9


ON: Mapping[str, Change] = {
    "recording.started": _began("call"),
    "recording.finished": _over("finished"),
    "recording.failed": _over("failed"),
    "recording.hashed": _hashed,
    "message.began": _began("message"),
    "message.recorded": _over("finished"),
    "message.failed": _over("failed"),
}
"""What each event means for them."""
