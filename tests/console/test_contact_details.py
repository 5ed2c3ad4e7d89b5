"""One contact in detail over HTTP: timeline in words, legs, segments, record, recordings, sound in parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from centralita.journal import Journal
from tests.console.interface import AUTH

if TYPE_CHECKING:
    from tests.console.interface import Api

SOUND = bytes(range(256)) * 4
C1 = "/api/v1/contacts/c1"


@pytest.fixture
def recorded(api: Api) -> Api:
    """A contact of banco that waited, with one recording."""
    file = api.recordings / "banco" / "2026-03-10" / "c1-l1.wav"
    file.parent.mkdir(parents=True)
    file.write_bytes(SOUND)
    note = Journal(api.ledger)
    opened = {"ani": "+34600111222", "dnis": "910000001", "profile": "external", "trunk": "carrier"}
    note("c1", None, "contact.opened", opened)
    note("c1", None, "contact.routed", {"client": "banco", "destination": "queue q"})
    invited = {"role": "caller", "direction": "in", "peer": "sip:600@192.0.2.7", "call_id": "x"}
    note("c1", "l1", "leg.invited", invited)
    note("c1", None, "queue.joined", {"queue": "q", "position": 1, "priority": 0})
    note("c1", "l1", "recording.started", {"recording": file.name, "file": f"/old/state/{_tail(file)}"})
    note("c1", "l1", "recording.finished", {"recording": file.name, "seconds": 2.0, "masked": [[0.5, 1.0]]})
    note("c1", None, "queue.left", {"queue": "q", "reason": "abandoned", "waited": 3.0})
    note("c1", None, "contact.closed", {"outcome": "abandoned", "status": 487, "cause": 16})
    return api


def _tail(file: Any) -> str:
    return "/".join(file.parts[-3:])


async def test_the_timeline_is_told_in_words_page_by_page(recorded: Api) -> None:
    seen: list[dict[str, Any]] = []
    cursor = ""
    while True:
        status, told = await recorded.ask("GET", f"{C1}/timeline?limit=3{cursor}")
        assert status == 200
        seen += told["items"]
        if told["next"] is None:
            break
        cursor = f"&cursor={told['next']}"
    assert [each["n"] for each in seen] == list(range(1, 9))
    assert all(each["says"] for each in seen)
    assert seen[0]["offset"] == 0


async def test_legs_segments_and_the_record_are_shown(recorded: Api) -> None:
    assert [each["id"] for each in (await recorded.ask("GET", f"{C1}/legs"))[1]["items"]] == ["l1"]
    status, told = await recorded.ask("GET", f"{C1}/segments")
    assert (status, {each["party"] for each in told["items"]} <= {"customer", "agent"}) == (200, True)
    status, whole = await recorded.ask("GET", f"{C1}/record")
    assert (status, whole["contact"]["client"], whole["contact"]["outcome"]) == (200, "banco", "abandoned")
    assert [(each["queue"], each["result"]) for each in whole["visits"]] == [("q", "abandoned")]


async def test_recordings_are_listed_with_what_is_masked(recorded: Api) -> None:
    status, told = await recorded.ask("GET", f"{C1}/recordings")
    (one,) = told["items"]
    assert (status, one["n"], one["seconds"], one["masked"]) == (200, 1, 2.0, [[0.5, 1.0]])


@pytest.mark.parametrize(
    ("asked", "status", "start", "end"),
    [
        (None, 200, 0, 1024),
        ("bytes=0-9", 206, 0, 10),
        ("bytes=1000-", 206, 1000, 1024),
        ("bytes=-4", 206, 1020, 1024),
        ("bytes=1000-5000", 206, 1000, 1024),
    ],
)
async def test_a_sound_is_sent_whole_or_in_part(
    recorded: Api, asked: str | None, status: int, start: int, end: int
) -> None:
    headers = AUTH if asked is None else {**AUTH, "Range": asked}
    async with recorded.client.get(f"{C1}/recordings/1/audio", headers=headers) as answer:
        assert (answer.status, answer.content_type) == (status, "audio/wav")
        assert await answer.read() == SOUND[start:end]
        if asked is not None:
            assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/1024"


@pytest.mark.parametrize("asked", ["bytes=2000-", "bytes=9-1", "seconds=1-2", "bytes=a-b"])
async def test_a_part_that_is_not_there_is_a_problem_416(recorded: Api, asked: str) -> None:
    found = await recorded.problem("GET", f"{C1}/recordings/1/audio", headers={"Range": asked})
    assert found == (416, "no_such_part")


async def test_what_is_not_there_is_a_problem_404(recorded: Api) -> None:
    assert await recorded.problem("GET", f"{C1}/recordings/2/audio") == (404, "unknown_recording")
    assert await recorded.problem("GET", f"{C1}/recordings/one/audio") == (404, "invalid_path")
    assert await recorded.problem("GET", "/api/v1/contacts/c9/timeline") == (404, "contact_not_found")
    (recorded.recordings / "banco/2026-03-10/c1-l1.wav").unlink()
    assert await recorded.problem("GET", f"{C1}/recordings/1/audio") == (404, "recording_gone")


async def test_a_sealed_recording_whose_key_is_elsewhere_is_a_problem_409(recorded: Api) -> None:
    file = recorded.recordings / "banco/2026-03-10/c2-l1.wav.sealed"
    file.write_bytes(b"CENTREC1" + bytes(48))
    note = Journal(recorded.ledger)
    note("c2", None, "contact.opened", {"ani": "600", "dnis": "1", "profile": "external"})
    note("c2", "l1", "recording.started", {"recording": file.name, "file": str(file), "sealed": True})
    assert await recorded.problem("GET", "/api/v1/contacts/c2/recordings/1/audio") == (
        409,
        "recording_closed",
    )


async def test_a_path_that_leads_out_of_the_archive_is_not_followed(recorded: Api) -> None:
    (recorded.recordings.parent / "api.key").write_text("secret")
    note = Journal(recorded.ledger)
    note("c3", None, "contact.opened", {"ani": "600", "dnis": "1", "profile": "external"})
    note("c3", "l1", "recording.started", {"recording": "x", "file": "/a/banco/../../api.key"})
    assert await recorded.problem("GET", "/api/v1/contacts/c3/recordings/1/audio") == (404, "recording_gone")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("client=banco", ["c1"]),
        ("client=tienda", []),
        ("queue=q", ["c1"]),
        ("queue=vip", []),
        ("number=%2B34600", ["c1"]),
        ("number=600", []),
        ("outcome=abandoned", ["c1"]),
        ("id=1", ["c1"]),
        ("id=%25", []),
        ("until=1", []),
        ("agent=ana", []),
        ("language=es", []),
    ],
)
async def test_contacts_are_searched(recorded: Api, query: str, found: list[str]) -> None:
    status, told = await recorded.ask("GET", f"/api/v1/contacts?{query}")
    assert (status, [each["id"] for each in told["items"]]) == (200, found)
