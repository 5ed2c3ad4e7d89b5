"""Which fields of events are personal."""

from __future__ import annotations

import pytest

from records.personal.fields import is_outside, split

NUMBER = "+34600112233"


def test_who_calls_is_personal_and_whom_he_called_is_not() -> None:
    data = {"ani": NUMBER, "dnis": "+34910000001", "profile": "external", "trunk": "carrier", "account": None}
    opened, personal = split("contact.opened", data)
    assert personal == {"ani": NUMBER}
    assert opened == {"dnis": "+34910000001", "profile": "external", "trunk": "carrier", "account": None}


def test_what_one_of_our_phones_dials_is_personal() -> None:
    data = {"ani": NUMBER, "dnis": NUMBER, "profile": "internal", "trunk": None, "account": "201"}
    _, personal = split("contact.opened", data)
    assert personal == {"ani": NUMBER, "dnis": NUMBER}


def test_an_event_without_personal_fields_is_handed_back_as_it_is() -> None:
    data = {"step": "root", "segments": 3, "is_first": True, "nothing": None, "share": 0.5}
    opened, personal = split("menu.prompt", data)
    assert opened is data
    assert personal is None


def test_a_caller_who_hides_leaves_the_field_open_and_empty() -> None:
    assert split("contact.opened", {"ani": None, "account": None})[1] is None


def test_the_text_and_the_addresses_of_a_sip_message_are_personal_and_its_first_line_is_not() -> None:
    data = {
        "sent": True,
        "peer": "udp:192.0.2.7:5060",
        "summary": "INVITE sdp",
        "transport": "udp",
        "local": "udp:192.0.2.1:5060",
        "text": f"INVITE sip:{NUMBER}@192.0.2.7 SIP/2.0\r\n",
    }
    opened, personal = split("leg.message", data)
    assert opened == {"sent": True, "summary": "INVITE sdp", "transport": "udp"}
    assert personal is not None
    assert set(personal) == {"peer", "local", "text"}


@pytest.mark.parametrize(
    "place",
    [
        "number +34600112233",
        "address sip:ana@example.org",
        "sip:ana@example.org",
        NUMBER,
        "600 11 22 33",
        "tel:112",
    ],
)
def test_places_outside_are_personal(place: str) -> None:
    assert is_outside(place)


@pytest.mark.parametrize(
    "place",
    [
        "menu banco_sol",
        "queue tienda_atencion",
        "agent ana",
        "extension 201",
        "contact 01930000-1111-7222-8333-444455556666",
        "echo",
        "hang-up",
        "code *72",
        "caller_hung_up",
        "201",
        "112",
    ],
)
def test_places_in_the_house_stay_open(place: str) -> None:
    assert not is_outside(place)


def test_of_a_number_outside_the_record_still_tells_that_it_was_one() -> None:
    opened, personal = split("menu.left", {"step": "out", "destination": f"number {NUMBER}"})
    assert opened == {"step": "out", "destination": "number *"}
    assert personal == {"destination": f"number {NUMBER}"}


def test_whoever_acts_stays_known_even_by_an_address() -> None:
    assert split("agent.directed", {"by": "ana@example.org", "act": "status"})[1] is None


def test_whoever_passed_a_call_on_from_outside_is_personal() -> None:
    _, personal = split("contact.redirected", {"by": f"number {NUMBER}", "to": "agent ana"})
    assert personal == {"by": f"number {NUMBER}"}


def test_of_a_case_only_what_the_house_gave_it_is_open() -> None:
    told = {"kind": "address", "client": "sol", "reference": "12", "sent": "yes", "new_street": "Mayor 1"}
    opened, personal = split("case.opened", told)
    assert personal == {"new_street": "Mayor 1"}
    assert opened == {"kind": "address", "client": "sol", "reference": "12", "sent": "yes"}


def test_the_tracking_number_is_ours() -> None:
    assert split("tracking.given", {"number": "4812345678"})[1] is None


@pytest.mark.parametrize(
    "value",
    [
        f"could not reach {NUMBER}",
        "write to ana@example.org",
        ["queue a", NUMBER],
        {"deep": [{"email": "x"}]},
        {"deep": [{"who": "ana@example.org"}]},
    ],
)
def test_the_net_catches_what_nobody_thought_of(value: object) -> None:
    opened, personal = split("some.event", {"unheard_of": value, "step": "a"})
    assert personal == {"unheard_of": value}
    assert opened == {"step": "a"}


def test_figures_and_texts_without_numbers_pass_the_net() -> None:
    data = {"unheard_of": "a + b", "list": ["x", 1, None], "map": {"a": 1.5, "phone": None}}
    assert split("some.event", data)[1] is None


def test_what_is_too_deep_to_look_at_is_left() -> None:
    deep: object = NUMBER
    for _ in range(9):
        deep = [deep]
    assert split("some.event", {"deep": deep})[1] is None


def test_of_acts_the_numbers_of_customers_are_personal_and_who_acted_on_whom_in_the_house_is_not() -> None:
    own = {"by": "eva@example.org", "act": "people add", "on": {"person": "ana@example.org"}, "source": "::1"}
    assert split("audit.act", own)[1] is None
    data = own | {"on": {"number": NUMBER, "client": "sol"}}
    _, personal = split("audit.act", data)
    assert personal == {"on": {"number": NUMBER, "client": "sol"}}
