"""The record of a contact as other systems take it: one JSON object for each contact.

In the spirit of the contact records of cloud contact centres, with words of our own. Times are UTC as in RFC 3339,
lengths are seconds. It may be given more than once, as it grows: the one with the highest `events` is the latest.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from records.moments import iso

if TYPE_CHECKING:
    from collections.abc import Sequence

    from records.views.fields import Column, Row
    from records.views.whole import WholeContact

SCHEMA = "contact-record/1"


def contact_record(whole: WholeContact) -> dict[str, Any]:
    """The record."""
    row = whole.contact
    return {
        "schema": SCHEMA,
        "contact": row["id"],
        "events": row["last_n"],
        "node": row["node"],
        "client": row["client"],
        "initiation": row["initiation"],
        "direction": row["direction"],
        "previous_contact": row["previous"],
        "next_contact": row["next"],
        "began": moment(row["started_at"]),
        "connected": moment(row["answered_at"]),
        "ended": moment(row["ended_at"]),
        "customer": {"number": row["ani"], "identity": row["identity"], "language": row["language"]},
        "dialled": row["dnis"],
        "way": {"profile": row["profile"], "trunk": row["trunk"], "account": row["account"]},
        "menu": _menu(whole),
        "queues": [_visit(each) for each in whole.visits],
        "attempts": [_attempt(each) for each in whole.reservations],
        "agents": _agents(whole),
        "transfers": row["transfers"],
        "recordings": [_recording(each) for each in whole.recordings],
        "reason": row["reason"],
        "disposition": row["disposition"],
        "case": row["case_id"],
        "tracking": row["tracking"],
        "satisfaction": row["csat"],
        "ending": _picked(row, "outcome", by="ended_by", sip_status="status", q850_cause="cause"),
        "legs": [_leg(each) for each in whole.legs],
        "segments": [_segment(each) for each in whole.segments],
        "sums": sums(row),
    }


def sums(row: Row) -> dict[str, Column]:
    """What the customer's time was made of, and whether that adds up."""
    return _picked(
        row, "length", "in_menu", "waited", "rang", "talked", "held", "wrapped", "checked", "off_by"
    )


def moment(at: Column) -> str | None:
    """Microseconds since 1970 as RFC 3339 has it."""
    return iso(at, "milliseconds") if isinstance(at, int) else None


def _picked(row: Row, *names: str, **renamed: str) -> dict[str, Column]:
    return {name: row[name] for name in names} | {name: row[was] for name, was in renamed.items()}


def _menu(whole: WholeContact) -> dict[str, Any] | None:
    row = whole.contact
    if not whole.steps:
        return None
    path = [
        {
            **_picked(each, "menu", "version", "step", "outcome", "noinputs", "nomatches"),
            "entered": moment(each["entered_at"]),
            "left": moment(each["left_at"]),
        }
        for each in whole.steps
    ]
    contained = row["contained"]
    return {
        **_picked(row, name="menu", version="menu_version", seconds="in_menu"),
        "contained": None if contained is None else bool(contained),
        "path": path,
    }


def _visit(row: Row) -> dict[str, Any]:
    return {
        **_picked(row, "queue", "waited", "result", "agent", "priority", "position", "estimate", "language"),
        "place_kept": bool(row["place_kept"]),
        "callback": bool(row["is_callback"]),
        "joined": moment(row["joined_at"]),
        "left": moment(row["left_at"]),
    }


def _attempt(row: Row) -> dict[str, Any]:
    return {
        **_picked(row, "agent", "queue", "result", "rang", reservation="id", sip_status="status"),
        "reserved": moment(row["created_at"]),
        "ringing": moment(row["ringing_at"]),
        "ended": moment(row["ended_at"]),
    }


def _agents(whole: WholeContact) -> list[dict[str, Any]]:
    """Who answered, each once, in order."""
    found: dict[Column, dict[str, Any]] = {}
    for leg in whole.legs:
        agent = leg["agent"]
        if agent is None or leg["answered_at"] is None:
            continue
        told = found.setdefault(
            agent,
            {
                "agent": agent,
                "connected": moment(leg["answered_at"]),
                "talked": 0.0,
                "held": 0.0,
                "holds": 0,
                "longest_hold": 0.0,
                "wrapped": whole.wrapped(agent),
            },
        )
        told["talked"] += float(leg["talked"] or 0.0)
        holds = [
            float(each["seconds"] or 0.0)
            for each in whole.segments
            if each["leg"] == leg["id"] and each["kind"] == "hold"
        ]
        told["held"] += sum(holds)
        told["holds"] += len(holds)
        told["longest_hold"] = max(told["longest_hold"], *holds, 0.0)
    return list(found.values())


def _recording(row: Row) -> dict[str, Any]:
    masked: Sequence[object] = json.loads(str(row["masked"])) if row["masked"] else []
    return {
        **_picked(row, "kind", "name", "leg", "mailbox", "seconds", "bytes", "sha256", "result"),
        "sealed": None if row["sealed"] is None else bool(row["sealed"]),
        "masked": masked,
        "began": moment(row["began_at"]),
        "ended": moment(row["ended_at"]),
    }


def _leg(row: Row) -> dict[str, Any]:
    return {
        **_picked(
            row, "role", "direction", "agent", "peer", "trunk", "account", "codec", "secured", "transport",
            "sip_call_id", "from_tag", "to_tag", "user_agent", "talked", "held", "holds", "pdd", "rang",
            "transferred_from", "transferred_to", "lost", "jitter_ms", "mos", "digits_in", "digits_out", "reason",
            leg="id", address="remote", ended_by="ended_by", sip_status="status", q850_cause="cause",
        ),
        "invited": moment(row["invited_at"]),
        "ringing": moment(row["ringing_at"]),
        "answered": moment(row["answered_at"]),
        "ended": moment(row["ended_at"]),
    }  # fmt: skip


def _segment(row: Row) -> dict[str, Any]:
    return {
        **_picked(row, "party", "agent", "leg", "kind", "queue", "seconds"),
        "began": moment(row["began_at"]),
        "ended": moment(row["ended_at"]),
    }
