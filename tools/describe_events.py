"""docs/events.md: what others are told, with the table of all types made from the catalogue."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from console.events.catalogue import CATALOGUE, INNER, SCHEMA
from console.events.catalogue.field import PLACE
from console.events.promise import promise

if TYPE_CHECKING:
    from console.events.catalogue.field import EventType, Field

PROMISED = Path(__file__).resolve().parent.parent / "tests/data/events/schema-1.json"

_HEAD = f"""\
<!-- Made by tools/describe_events.py from console/events/: edit these, then `make docs`. -->

# Events

What happens on a node is told to other systems: over a WebSocket, as server-sent events, page by page, or by
[webhooks](webhooks.md). Only what is committed to the records is told, in one order, and never less than once.

## Form

```json
{{"schema": "{SCHEMA}", "cursor": "1041", "id": "main.1041", "at": "2026-11-23T09:00:00.000123Z",
 "type": "queue.joined", "contact": "01K...", "leg": null, "agent": null, "client": "banco_sol", "node": "main",
 "data": {{"queue": "banco_atencion", "position": 1}}}}
```

`cursor` is the place in the order: whoever knows the last one can go on behind it. `id` is the same whenever an
event is told again. Within schema {SCHEMA} types and fields may come; none goes, and none changes its kind: pass
over what you do not know. Any field of `data` may be missing or null. The JSON Schema is at `GET
/api/v1/events/schema`.

**Who is told what.** The permission `events:read` opens the stream. Viewers see the contacts of their own
companies, supervisors of teams the states of their agents, agents themselves and their own contacts. Fields
marked *personal* (numbers, names, addresses) are told only to those with `contacts:read`, and to webhooks that
were made with `personal`; numbers that the caller withheld to nobody. Fields marked *place* say where somebody
was led: a number outside the house reads `number *` where personal data is not told. What was
[erased](operations.md) is missing in what is read later.

## Following

```sh
curl -N -H "Authorization: Bearer $(cat state/api-key)" -H "Accept: text/event-stream" \\
  "http://127.0.0.1:8080/api/v1/events?types=queue.*&types=agent.state&after=1041"
```

| asked with | answered |
|---|---|
| `Upgrade: websocket` | each event as a message |
| `Accept: text/event-stream` | server-sent events; `id` is the cursor, and `Last-Event-ID` is understood |
| neither | `{{"items": [...], "next": "1141"}}` at once, up to `limit`; go on while `next` moves |

`types` (patterns), `client`, `queue`, `agent` and `contact` narrow it and may each stand several times; `after`
replays what came behind a cursor and goes on without gap or double; without it the stream begins now. Browsers,
which cannot send a key with a WebSocket, ask `POST /api/v1/events/tickets` first and connect with `?ticket=...`:
it opens one stream, within 30 s.

| code | why the stream was closed |
|---|---|
| 4008 | too slow: `resume from cursor N` |
| 4003 | not allowed any more: signed out, disabled, other rights |
| 1001 | the node stops: `resume from cursor N` |
| 1013 | the records cannot be read just now: `...; resume from cursor N` |

A cursor that is not kept any more is refused with 410 `cursor_gone`, one that no event has had with 422
`cursor_unknown`. Up to 100 streams follow at once, 50 of one person or key (503 beyond).

What is open for nobody outside: {{inner}}.

## Types

| type | meaning | fields of `data` |
|---|---|---|
"""


def page() -> str:
    """The page."""
    inner = ", ".join(f"`{name}` ({words})" for name, words in sorted(INNER.items()))
    rows = [_row(name, row) for name, row in sorted(CATALOGUE.items())]
    return _HEAD.replace("{inner}", inner) + "".join(rows)


def promised() -> str:
    """What this version promises, for the test that it is kept: written with what is added, never by hand."""
    kept, found = promise(), json.loads(PROMISED.read_text(encoding="utf-8"))
    for name, fields in found["types"].items():
        # What was promised stays promised: that it is gone is for the test to say.
        kept["types"][name] = dict(sorted({**kept["types"].get(name, {}), **fields}.items()))
    kept["types"] = dict(sorted(kept["types"].items()))
    return json.dumps(kept, indent=1) + "\n"


def _row(name: str, row: EventType) -> str:
    fields = ", ".join(_field(field, each) for field, each in row.fields.items())
    return f"| `{name}` | {row.words} | {fields} |\n"


def _field(name: str, field: Field) -> str:
    mark = ", *personal*" if field.is_personal else ", *place*" if field is PLACE else ""
    return f"`{name}` ({field.json}{mark})"
