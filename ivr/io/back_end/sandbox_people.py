"""Who exists in the sandbox: invented people with published test cards and numbers of a reserved range."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from stdnum import luhn

if TYPE_CHECKING:
    from collections.abc import Mapping

TEST_RANGE = "999999"
"""Generated numbers begin so: no issuer has this range."""
PUBLISHED = ("4111111111111111", "5555555555554444", "378282246310005")
"""Numbers that card schemes publish for tests."""
OTP = "123456"
"""The one-time password of everybody."""


@dataclass(frozen=True, slots=True)
class TestPerson:
    """A customer; money as spoken attributes (minor units and currency)."""

    __test__ = False  # pytest would take it for a test

    id: str
    client: str
    phone: str
    elements: Mapping[str, str]
    """What proves them, by the name of the field."""
    segment: str = "standard"
    balance: str = "0 EUR"
    due: str = "0 EUR"
    movements: tuple[tuple[int, str], ...] = field(default=())
    """How many days ago, and how much; the latest first."""


@dataclass(frozen=True, slots=True)
class TestCard:
    """A card."""

    __test__ = False

    number: str
    person: str
    state: Literal["inactive", "active", "blocked"] = "inactive"
    funds: int = 3_000_00
    manner: Literal["ordinary", "refused", "late"] = "ordinary"


def generated(serial: int) -> str:
    """A number of the reserved range with its check digit."""
    body = f"{TEST_RANGE}{serial:09d}"
    return body + str(luhn.calc_check_digit(body))


def is_test_number(number: str) -> bool:
    """Whether it may be typed into a sandbox at all."""
    return number in PUBLISHED or (number.startswith(TEST_RANGE) and len(number) == 16)


NO_FUNDS, LOST, REFUSED, LATE = generated(1), generated(2), generated(3), generated(4)
"""Declined softly; reported lost; declined for good; charged, but the answer comes late."""

TEST_PEOPLE = (
    TestPerson(
        "ana",
        "banco_sol",
        "+34600000001",
        {
            "birth": "19800201",
            "postcode": "28013",
            "pesel": "80020100001",
            "dni": "12345678",
            "nie": "1234567",
            "ssn": "6789",
            "otp": OTP,
            "account": "1000000001",
        },
        "gold",
        "125040 EUR",
        "31050 EUR",
        ((1, "-2599 EUR"), (3, "-14000 EUR"), (9, "150000 EUR")),
    ),
    TestPerson(
        "luis",
        "banco_sol",
        "+34600000002",
        {"birth": "19751231", "postcode": "08002", "dni": "87654321", "otp": OTP, "account": "1000000002"},
        balance="-4210 EUR",
        due="4210 EUR",
    ),
    TestPerson(
        "ewa",
        "banco_sol",
        "+48600000003",
        {
            "birth": "19900615",
            "postcode": "00001",
            "pesel": "90061500001",
            "otp": OTP,
            "account": "1000000003",
        },
        balance="98765 PLN",
        due="0 PLN",
        movements=((2, "-1250 PLN"),),
    ),
    TestPerson("load", "banco_sol", "+34600000009", {"birth": "19800201"}),
    TestPerson(
        "noor",
        "tienda_norte",
        "+34600000004",
        {"birth": "19850505", "postcode": "46001", "otp": OTP, "account": "2000000001"},
        due="7990 EUR",
    ),
)

TEST_CARDS = (
    TestCard(PUBLISHED[0], "ana"),
    TestCard(PUBLISHED[1], "luis", "active"),
    TestCard(PUBLISHED[2], "ewa"),
    TestCard(NO_FUNDS, "ana", "active", funds=0),
    TestCard(LOST, "ana", "blocked"),
    TestCard(REFUSED, "ana", "active", manner="refused"),
    TestCard(LATE, "ana", "active", manner="late"),
    *(TestCard(generated(serial), "load") for serial in range(100, 200)),
)
