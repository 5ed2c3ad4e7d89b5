"""Fields of every type, with an entry that each accepts."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import TypeAdapter

from base.secret import Secret
from ivr.fields import AnyField, BaseField, Setting

TODAY = date(2026, 11, 21)
NEEDED: dict[str, dict[str, Any]] = {
    "amount": {"currency": "EUR"},
    "phone": {"country": "ES"},
    "postcode": {"country": "ES"},
    "choice": {"choices": {"1": "home", "2": "office"}},
}
"""The keys that a type cannot do without."""
GOOD = {
    "card_number": "4111111111111111",
    "card_last4": "1111",
    "expiry": "1126",
    "cvv": "123",
    "digits": "0042",
    "account": "10002003",
    "amount": "12*50",
    "date": "01021980",
    "day": "24122026",
    "time": "1430",
    "otp": "123456",
    "phone": "911222333",
    "postcode": "28013",
    "pesel": "44051401359",
    "nip": "8567346215",
    "dni": "12345678",
    "nie": "02482300",
    "iban_tail": "1332",
    "ssn_last4": "6789",
    "yes_no": "1",
    "choice": "2",
}
SENSITIVE = ("card_number", "expiry", "cvv", "otp", "date", "pesel", "dni", "nie", "ssn_last4")


def field(kind: str, **keys: Any) -> BaseField:
    """A field named `it`."""
    made: BaseField = TypeAdapter(AnyField).validate_python(
        {"name": "it", "type": kind, "prompt": "ask", **NEEDED.get(kind, {}), **keys}
    )
    return made


def setting(language: str = "en", card: str | None = None, *, today: date = TODAY) -> Setting:
    """A day in November 2026."""
    return Setting(today, language, Secret(card) if card is not None else None)


def bare(values: dict[str, Secret | str]) -> dict[str, str]:
    """What was submitted, secrets and all."""
    return {name: each if isinstance(each, str) else each.reveal() for name, each in values.items()}
