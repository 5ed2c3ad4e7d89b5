"""The day of tests/data/records/day.yaml as rows of the tables that figures are counted in."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import yaml

from records.database import upsert
from records.views import tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Table

    from records.database import Database

DAY = "2026-11-23"
MADRID, CANARY = ZoneInfo("Europe/Madrid"), ZoneInfo("Atlantic/Canary")
FILE = Path(__file__).resolve().parents[1] / "data" / "records" / "day.yaml"
SECOND = 1_000_000

Rows = dict[str, list[dict[str, Any]]]


def moment(text: str | None, zone: ZoneInfo = MADRID) -> int | None:
    """Microseconds; a time alone is of the day."""
    if text is None:
        return None
    whole = text if "-" in text else f"{DAY} {text}"
    return round(datetime.fromisoformat(whole).replace(tzinfo=zone).timestamp()) * SECOND


def at(text: str, zone: ZoneInfo = MADRID) -> int:
    found = moment(text, zone)
    assert found is not None
    return found


def write_day(database: Database) -> None:
    document = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    rows: Rows = {name: [] for name in ("contact", "queue_visit", "reservation")}
    for call in document["calls"]:
        add_call(rows, call)
    rows["promise"] = [
        {"client": None, "agent": None, "result": None, "language": None, "promised_at": at("08:00:00")}
        | each
        | {"latest": moment(each["latest"])}
        for each in document["promises"]
    ]
    rows["agent_span"] = list(spans(document["spans"]))
    write(database, rows)


def write(database: Database, rows: Mapping[str, list[dict[str, Any]]]) -> None:
    with database.write() as connection:
        for name, found in rows.items():
            upsert(connection, _table(name), found)


def add_call(rows: Rows, call: Mapping[str, Any], zone: ZoneInfo = MADRID) -> None:
    waits = call.get("waits", [])
    agents = [wait["agent"] for wait in waits if "agent" in wait]
    rows["contact"].append(
        {
            "id": call["id"],
            "client": call["client"],
            "ani": call.get("from"),
            "language": call.get("language"),
            "reason": call.get("reason"),
            "initiation": call.get("initiation", "inbound"),
            "menu": call.get("menu"),
            "contained": call.get("contained"),
            "started_at": at(call["at"], zone),
            "ended_at": moment(call.get("ends"), zone),
            "csat": call.get("csat"),
            "transfers": call.get("transfers", 0),
            "agents": " ".join(dict.fromkeys(agents)),
            "queue": waits[-1]["queue"] if waits else None,
            "waited": sum(wait.get("waited", 0) for wait in waits),
            "talked": sum(wait.get("talk", 0) for wait in waits),
            "last_n": 1,
            "last_ts": at(call["at"], zone),
        }
    )
    for number, wait in enumerate(waits, 1):
        _add_wait(rows, call, number, wait, zone)


def _add_wait(
    rows: Rows, call: Mapping[str, Any], number: int, wait: Mapping[str, Any], zone: ZoneInfo
) -> None:
    waited, agent = wait.get("waited"), wait.get("agent")
    joined = at(wait["at"], zone)
    left = None if waited is None else joined + round(waited * SECOND)
    common = {"client": call["client"], "queue": wait["queue"], "agent": agent}
    rows["queue_visit"].append(
        common
        | {
            "contact": call["id"],
            "visit": number,
            "language": call.get("language"),
            "reason": call.get("reason"),
            "joined_at": joined,
            "left_at": left,
            "waited": waited,
            "result": wait.get("result", "answered" if agent else None),
            "place_kept": False,
            "is_callback": wait.get("callback", False),
        }
    )
    if agent is None or left is None:
        return
    leg = f"{call['id']}-{number}"
    rows["reservation"].append(
        common
        | {
            "id": f"r-{leg}",
            "contact": call["id"],
            "visit": number,
            "leg": leg,
            "created_at": left - 4 * SECOND,
            "ringing_at": left - 3 * SECOND,
            "ended_at": left,
            "result": "answered",
            "rang": 3.0,
            "through_at": left + (wait.get("talk", 0) + wait.get("hold", 0)) * SECOND,
            "talked": wait.get("talk", 0),
            "held": wait.get("hold", 0),
            "wrapped": wait.get("wrap", 0),
        }
    )


def spans(listed: Iterable[list[Any]], zone: ZoneInfo = MADRID) -> Iterable[dict[str, Any]]:
    for number, (agent, began, ended, status, state, *more) in enumerate(listed, 1):
        reason, contact, *_ = [*more, None, None]
        yield {
            "agent": agent,
            "n": number,
            "began_at": at(began, zone),
            "ended_at": moment(ended, zone),
            "status": status,
            "state": state,
            "reason": reason,
            "contact": contact,
        }


def _table(name: str) -> Table:
    return next(each for each in tables.ALL if each.name == name)
