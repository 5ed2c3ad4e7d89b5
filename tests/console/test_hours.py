"""Hours, emergency closures and announcements over HTTP: what they show, who may name what, every wrong request."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from records.event import NODE
from routing.io.switch_board import load_switches

if TYPE_CHECKING:
    from tests.console.interface import Api

SMOKE = {"by": "ana", "reason": "fire alarm"}
DOWN = {"by": "ana", "prompt": "cards_down"}


async def test_a_place_is_shown_as_it_stands(api: Api) -> None:
    status, body = await api.ask("GET", "/api/v1/hours")
    assert status == 200
    assert body["items"] == [
        {
            "id": "office",
            "client": "banco",
            "timezone": "Europe/Madrid",
            "at": "2026-03-10T12:30:00+01:00",
            "state": "open",
            "next_change": "2026-03-10T14:00:00+01:00",
            "next_opening": "2026-03-10T16:00:00+01:00",
            "closure": None,
        }
    ]


async def test_another_moment_can_be_asked_for_and_its_week_is_shown(api: Api) -> None:
    status, body = await api.ask("GET", "/api/v1/hours/office", params={"at": "2026-12-24 15:00"})
    assert (status, body["state"], body["next_opening"]) == (200, "closed", "2026-12-26T10:00:00+01:00")
    assert body["days"][:3] == [
        {"day": "2026-12-24", "state": "open", "spans": ["09:00-14:00"], "holiday": None},
        {"day": "2026-12-25", "state": "holiday", "spans": [], "holiday": "Natividad del Señor"},
        {"day": "2026-12-26", "state": "open", "spans": ["10:00-14:00"], "holiday": None},
    ]
    assert len(body["days"]) == 7


@pytest.mark.parametrize(
    "at",
    [
        "",
        "soon",
        "2026-13-01 10:00",
        "2026-02-29 10:00",
        "25:00",
        "9999-12-31 10:00",
        "1 d 2",
        "9" * 300 + "d",
    ],
)
async def test_a_moment_that_is_none_is_a_problem_422(api: Api, at: str) -> None:
    assert await api.problem("GET", "/api/v1/hours/office", params={"at": at}) == (422, "invalid_query")


async def test_hours_that_nobody_wrote_are_a_problem_404_with_a_suggestion(api: Api) -> None:
    status, body = await api.ask("GET", "/api/v1/hours/offise")
    assert (status, body["detail"]) == (404, 'no hours are called offise; did you mean "office"?')


@pytest.mark.parametrize("name", ["office", "client:banco", "everything"])
async def test_an_emergency_closes_goes_before_the_calendar_and_ends(api: Api, name: str) -> None:
    status, closure = await api.ask("PUT", f"/api/v1/closures/{name}", json=SMOKE)
    assert (status, closure["since"], closure["until"]) == (200, "2026-03-10T11:30:00+00:00", None)
    _, body = await api.ask("GET", "/api/v1/hours/office")
    assert (body["state"], body["closure"], body["next_opening"]) == ("emergency", closure, None)
    assert (await api.ask("GET", "/api/v1/closures"))[1] == {"items": [closure], "next": None}
    assert await api.ask("GET", f"/api/v1/closures/{name}") == (200, closure)
    assert (await api.ask("DELETE", f"/api/v1/closures/{name}", params={"by": "luis"}))[0] == 200
    assert (await api.ask("GET", "/api/v1/hours/office"))[1]["state"] == "open"


async def test_another_companys_emergency_closes_nothing_of_ours(api: Api) -> None:
    await api.ask("PUT", "/api/v1/closures/client:tienda", json=SMOKE)
    assert (await api.ask("GET", "/api/v1/hours/office"))[1]["state"] == "open"


@pytest.mark.parametrize(
    ("until", "meant"),
    [
        ("2h", "2026-03-10T13:30:00+00:00"),
        ("18:00", "2026-03-10T17:00:00+00:00"),  # by the clock of Madrid
        ("09:00", "2026-03-11T08:00:00+00:00"),
        ("2026-03-12 08:00", "2026-03-12T07:00:00+00:00"),
        ("2026-03-12T08:00:00Z", "2026-03-12T08:00:00+00:00"),
    ],
)
async def test_an_emergency_ends_by_itself_where_that_was_said(api: Api, until: str, meant: str) -> None:
    _, closure = await api.ask("PUT", "/api/v1/closures/office", json={**SMOKE, "until": until})
    assert closure["until"] == meant
    api.moment += timedelta(days=3)
    assert (await api.ask("GET", "/api/v1/closures"))[1] == {"items": [], "next": None}
    assert (await api.ask("GET", "/api/v1/hours/office"))[1]["closure"] is None
    assert await api.problem("DELETE", "/api/v1/closures/office", params={"by": "ana"}) == (
        404,
        "unknown_closure",
    )


async def test_a_place_opens_when_the_emergency_is_over_or_at_the_next_opening_after_it(api: Api) -> None:
    await api.ask("PUT", "/api/v1/closures/office", json={**SMOKE, "until": "13:00"})
    _, body = await api.ask("GET", "/api/v1/hours/office")
    assert (body["next_change"], body["next_opening"]) == ("2026-03-10T13:00:00+01:00",) * 2
    await api.ask("PUT", "/api/v1/closures/client:banco", json={**SMOKE, "until": "21:00"})
    _, body = await api.ask("GET", "/api/v1/hours/office")
    assert body["next_opening"] == "2026-03-11T09:00:00+01:00"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("offise", 'did you mean "office"?'),
        ("client:bonco", 'did you mean "client:banco"?'),
        ("all", "known: client:banco, client:tienda, everything, office"),
    ],
)
async def test_what_nobody_knows_cannot_be_closed(api: Api, name: str, says: str) -> None:
    status, body = await api.ask("PUT", f"/api/v1/closures/{name}", json=SMOKE)
    assert (status, body["detail"]) == (404, f"nothing to close is called {name}; {says}")
    assert (await api.ask("GET", "/api/v1/closures"))[1] == {"items": [], "next": None}


@pytest.mark.parametrize(
    "body",
    [b"[]", b'{"by": "ana"}', b'{"by": "", "reason": "fire"}',
     b'{"by": "a", "reason": 1}', b'{"by": "a", "reason": "two\\nlines"}',
     b'{"by": "a", "reason": "fire", "force": true}', b'{"by": "a", "reason": "' + b"x" * 201 + b'"}'],
)  # fmt: skip
async def test_a_body_that_is_no_closure_is_a_problem_422(api: Api, body: bytes) -> None:
    assert await api.problem("PUT", "/api/v1/closures/office", data=body) == (422, "invalid_body")
    assert not api.board.switches.closures


@pytest.mark.parametrize("until", ["yesterday", "2026-03-10 10:00", "0s", "tomorrow at nine", "2026-03-11"])
async def test_an_end_that_is_none_or_over_is_a_problem_422(api: Api, until: str) -> None:
    body = {**SMOKE, "until": until}
    assert await api.problem("PUT", "/api/v1/closures/office", json=body) == (422, "invalid_body")
    assert await api.problem("PUT", "/api/v1/announcements/outage", json={**DOWN, "until": until}) == (
        422,
        "invalid_body",
    )


async def test_who_ends_a_closure_is_recorded_under_the_name_of_the_key(api: Api) -> None:
    await api.ask("PUT", "/api/v1/closures/office", json=SMOKE)
    assert (await api.ask("DELETE", "/api/v1/closures/office"))[0] == 200
    await api.ledger.flush()
    assert api.reader.agent_events()[0].data["by"] == "node"


async def test_announcements_are_switched_on_for_everybody_or_one_company(api: Api) -> None:
    status, everybody = await api.ask("PUT", "/api/v1/announcements/outage", json=DOWN)
    assert (status, everybody["client"], everybody["prompt"]) == (200, None, "cards_down")
    _, own = await api.ask("PUT", "/api/v1/announcements/outage", json={**DOWN, "client": "banco"})
    status, body = await api.ask("GET", "/api/v1/announcements")
    assert (status, body) == (
        200,
        {"items": [everybody, own], "next": None, "places": ["news", "outage"]},
    )
    assert await api.ask("GET", "/api/v1/announcements/outage", params={"client": "banco"}) == (200, own)
    assert (await api.ask("DELETE", "/api/v1/announcements/outage", params={"by": "ana"}))[0] == 200
    assert (await api.ask("GET", "/api/v1/announcements"))[1]["items"] == [own]
    assert await api.problem("DELETE", "/api/v1/announcements/outage", params={"by": "ana"}) == (
        404,
        "unknown_announcement",
    )


@pytest.mark.parametrize(
    ("name", "change", "refused"),
    [
        ("outrage", {}, (404, "unknown_announcement")),
        ("outage", {"prompt": "cards_up"}, (422, "unknown_prompt")),
        ("outage", {"client": "bonco"}, (422, "unknown_client")),
        ("outage", {"by": ""}, (422, "invalid_body")),
        ("outage", {"loud": True}, (422, "invalid_body")),
    ],
)
async def test_an_announcement_of_what_nobody_knows_is_refused(
    api: Api, name: str, change: dict[str, object], refused: tuple[int, str]
) -> None:
    assert await api.problem("PUT", f"/api/v1/announcements/{name}", json={**DOWN, **change}) == refused
    assert not api.board.switches.announcements


async def test_each_act_is_in_the_ledger_with_who_and_why(api: Api) -> None:
    await api.ask("PUT", "/api/v1/closures/everything", json={**SMOKE, "until": "2h"})
    await api.ask("DELETE", "/api/v1/closures/everything", params={"by": "luis"})
    await api.ask("PUT", "/api/v1/announcements/outage", json={**DOWN, "client": "banco"})
    await api.ask("DELETE", "/api/v1/announcements/outage", params={"by": "luis", "client": "banco"})
    await api.ledger.flush()
    events = [(each.type, each.data) for each in reversed(api.reader.agent_events())]
    assert events == [
        (
            "hours.closed",
            {"name": "everything", "by": "ana", "reason": "fire alarm", "until": "2026-03-10T13:30:00+00:00"},
        ),
        ("hours.reopened", {"name": "everything", "by": "luis"}),
        ("announcement.began", {"name": "outage", "prompt": "cards_down", "by": "ana", "client": "banco"}),
        ("announcement.ended", {"name": "outage", "by": "luis", "client": "banco"}),
    ]
    assert NODE not in [each.id for each in api.reader.contacts(limit=10)]


async def test_what_was_told_is_on_disk_for_its_owner_only(api: Api) -> None:
    await api.ask("PUT", "/api/v1/closures/office", json=SMOKE)
    await api.ask("PUT", "/api/v1/announcements/outage", json=DOWN)
    file = api.board.path
    assert load_switches(file) == api.board.switches
    assert file.stat().st_mode & 0o777 == 0o600


async def test_where_the_disk_refuses_nothing_is_switched(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("routing.io.switch_board.write_private", full)
    assert await api.problem("PUT", "/api/v1/closures/office", json=SMOKE) == (503, "not_kept")
    assert await api.problem("PUT", "/api/v1/announcements/outage", json=DOWN) == (503, "not_kept")
    assert (await api.ask("GET", "/api/v1/hours/office"))[1]["state"] == "open"
    await api.ledger.flush()
    assert api.reader.agent_events() == []
