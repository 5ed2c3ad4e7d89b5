"""An event as others are told it."""

from __future__ import annotations

import json

from console.events.told import tell
from tests.kit.fed_events import fed


def test_an_event_has_its_place_its_moment_and_what_it_is_about() -> None:
    told = tell(fed(7, leg="l1", data={"queue": "help", "position": 2, "waited": 0.5}))
    assert told is not None
    assert json.loads(told.plain) == {
        "schema": "1",
        "cursor": "7",
        "id": "n1.7",
        "at": "2026-11-22T13:22:53.000008Z",
        "type": "queue.joined",
        "contact": "c1",
        "leg": "l1",
        "agent": None,
        "client": "acme",
        "node": "n1",
        "data": {"queue": "help", "position": 2, "waited": 0.5},
    }
    assert told.whole is told.plain


def test_only_what_the_catalogue_names_is_told() -> None:
    told = tell(fed(7, data={"queue": "help", "explained": {"who": "ana"}, "file": "/var/x"}))
    assert told is not None
    assert json.loads(told.whole)["data"] == {"queue": "help"}


def test_inner_types_and_unknown_ones_are_not_told() -> None:
    assert tell(fed(7, "leg.message", data={"text": "INVITE"})) is None
    assert tell(fed(7, "no.type")) is None


def test_personal_data_is_told_only_to_those_who_may_see_it() -> None:
    told = tell(fed(7, "contact.opened", data={"ani": "+34600111222", "dnis": "900100", "trunk": "carrier"}))
    assert told is not None
    assert json.loads(told.text(personal=False))["data"] == {"trunk": "carrier"}
    assert json.loads(told.text(personal=True))["data"] == {
        "trunk": "carrier",
        "ani": "+34600111222",
        "dnis": "900100",
    }
    assert b"600111222" not in told.plain


def test_a_number_outside_is_shown_as_one_and_not_which() -> None:
    told = tell(fed(7, "transfer.completed", data={"to": "number +48500111222"}))
    assert told is not None
    assert json.loads(told.plain)["data"] == {"to": "number *"}
    assert json.loads(told.whole)["data"] == {"to": "number +48500111222"}


def test_what_was_noted_in_a_field_that_nobody_thought_of_stays_inside() -> None:
    told = tell(fed(7, "hours.closed", data={"name": "office", "until": "ask eva@example.com"}))
    assert told is not None
    assert json.loads(told.plain)["data"] == {"name": "office"}


def test_who_withheld_the_number_is_shown_to_nobody() -> None:
    told = tell(fed(7, "contact.opened", data={"ani": "+34600111222", "private": True}))
    assert told is not None
    assert b"600111222" not in told.whole


def test_events_of_no_contact_have_the_agent_and_the_company_that_they_name() -> None:
    state = tell(fed(7, "agent.state", contact=None, client=None, data={"agent": "ana", "state": "idle"}))
    begun = tell(
        fed(8, "announcement.began", contact=None, client=None, data={"name": "x", "client": "banco"})
    )
    assert state is not None
    assert begun is not None
    assert (state.agent, state.client, begun.client) == ("ana", None, "banco")
