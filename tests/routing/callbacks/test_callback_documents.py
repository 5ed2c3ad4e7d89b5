"""What administrators write of callbacks, and numbers as callbacks need them."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from routing.callbacks.callback import Missed, Order
from routing.callbacks.documents import ClientCallbacksPart, QueueCallbacksPart, read_weekdays
from routing.callbacks.numbers import country_of, read_number
from routing.callbacks.settings import QueueCallbacks


def test_what_is_not_written_is_as_usual() -> None:
    assert QueueCallbacksPart().settings() == QueueCallbacks()


def test_each_cause_has_its_delay() -> None:
    part = QueueCallbacksPart.model_validate(
        {"order": "customer_first", "retry": {"busy": "1m"}, "machines": "retry"}
    )
    settings = part.settings()
    assert (settings.order, settings.retry[Missed.BUSY], settings.hangs_up_on_machines) == (
        Order.CUSTOMER_FIRST,
        60.0,
        True,
    )
    assert set(settings.retry) == set(Missed)


@pytest.mark.parametrize(
    "wrong", [{"tries": 0}, {"retry": {"busy": 0}}, {"ring_timeout": "5m"}, {"order": "both"}, {"window": 0}]
)
def test_what_no_queue_can_mean(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        QueueCallbacksPart.model_validate(wrong)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon-fri", {0, 1, 2, 3, 4}),
        ("sat", {5}),
        ("mon,wed", {0, 2}),
        ("sat-mon", {5, 6, 0}),
        ("sun-sat", set(range(7))),
    ],
)
def test_days_of_the_week(text: str, days: set[int]) -> None:
    assert read_weekdays(text) == days


def test_hours_are_a_span_or_a_name() -> None:
    span = ClientCallbacksPart(hours="10:00-13:00").span
    assert span is not None
    assert str(span) == "10:00-13:00"
    assert ClientCallbacksPart(hours="banco_sol").span is None


@pytest.mark.parametrize(
    ("text", "number", "country", "zones"),
    [
        ("911 222 333", "+34911222333", "ES", ["Europe/Madrid"]),
        ("+34600111222", "+34600111222", "ES", ["Atlantic/Canary", "Europe/Madrid"]),
        ("+48 600 111 222", "+48600111222", "PL", ["Europe/Warsaw"]),
        ("+18005551234", "+18005551234", "US", []),  # rings anywhere: says nothing
    ],
)
def test_numbers_and_their_clocks(text: str, number: str, country: str, zones: list[str]) -> None:
    found = read_number(text, "ES")
    assert found is not None
    assert (found.number, found.country, [each.key for each in found.zones]) == (number, country, zones)


@pytest.mark.parametrize("text", ["", "anonymous", "112", "+999", "+34911222333 ext. 5", "1" * 300])
def test_what_is_no_number(text: str) -> None:
    assert read_number(text, "ES") is None


@pytest.mark.parametrize(
    ("code", "country"), [("34", "ES"), ("1", "US"), ("48", "PL"), (None, None), ("999", None)]
)
def test_the_main_country_of_a_calling_code(code: str | None, country: str | None) -> None:
    assert country_of(code) == country
