"""The field types of forms: one file each, and this one table that names them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ivr.fields.amount import AmountField
from ivr.fields.card_number import CardNumberField
from ivr.fields.cvv import CvvField
from ivr.fields.day import DateField
from ivr.fields.digits import DigitsField
from ivr.fields.expiry import ExpiryField
from ivr.fields.field import BaseField
from ivr.fields.otp import OtpField
from ivr.fields.yes_no import YesNoField

AnyField = Annotated[
    CardNumberField | ExpiryField | CvvField | DigitsField | AmountField | DateField | OtpField | YesNoField,
    Field(discriminator="type"),
]

FIELD_TYPES = ("card_number", "expiry", "cvv", "digits", "amount", "date", "otp", "yes_no")

__all__ = [
    "FIELD_TYPES",
    "AmountField",
    "AnyField",
    "BaseField",
    "CardNumberField",
    "CvvField",
    "DateField",
    "DigitsField",
    "ExpiryField",
    "OtpField",
    "YesNoField",
]
