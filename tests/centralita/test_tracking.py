from __future__ import annotations

from calls.contact import Contact
from centralita.tracking import BEGINNING, Tracking


def test_a_number_is_the_milliseconds_since_2020_in_twelve_digits() -> None:
    assert Tracking(lambda: BEGINNING + 217_000_000.5).new() == "217000000500"
    assert Tracking(lambda: BEGINNING + 0.007).new() == "000000000007"


def test_no_number_is_given_twice_even_when_the_clock_is_set_back() -> None:
    times = iter([100.0, 100.0, 100.0004, 50.0, 200.0])
    tracking = Tracking(lambda: BEGINNING + next(times))
    given = [int(tracking.new()) for _ in range(5)]
    assert given == [100_000, 100_001, 100_002, 100_003, 200_000]


def test_a_contact_has_its_number_as_an_attribute_and_in_its_record() -> None:
    told: list[tuple[object, ...]] = []
    contact = Contact("c1", ani="1", display="", dnis="2", record=lambda *event: told.append(event))
    Tracking(lambda: BEGINNING + 1.0).give(contact)
    assert contact.attributes == {"tracking": "000000001000"}
    assert told == [("c1", None, "tracking.given", {"number": "000000001000"})]
