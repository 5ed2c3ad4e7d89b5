"""The field types of forms: one file each, and this one table that names them."""

from __future__ import annotations

from typing import Annotated, get_args

from pydantic import Field

from ivr.fields.account import AccountField
from ivr.fields.amount import AmountField
from ivr.fields.card_last4 import CardLast4Field
from ivr.fields.card_number import CardNumberField
from ivr.fields.choice import ChoiceField
from ivr.fields.cvv import CvvField
from ivr.fields.date import DateField
from ivr.fields.day import DayField
from ivr.fields.digits import DigitsField
from ivr.fields.dni import DniField
from ivr.fields.expiry import ExpiryField
from ivr.fields.field import BaseField, Setting
from ivr.fields.iban_tail import IbanTailField
from ivr.fields.nie import NieField
from ivr.fields.nip import NipField
from ivr.fields.otp import OtpField
from ivr.fields.pesel import PeselField
from ivr.fields.phone import PhoneField
from ivr.fields.postcode import PostcodeField
from ivr.fields.ssn_last4 import SsnLast4Field
from ivr.fields.time import TimeField
from ivr.fields.yes_no import YesNoField

_Types = (
    CardNumberField
    | CardLast4Field
    | ExpiryField
    | CvvField
    | DigitsField
    | AccountField
    | AmountField
    | DateField
    | DayField
    | TimeField
    | OtpField
    | PhoneField
    | PostcodeField
    | PeselField
    | NipField
    | DniField
    | NieField
    | IbanTailField
    | SsnLast4Field
    | YesNoField
    | ChoiceField
)
AnyField = Annotated[_Types, Field(discriminator="type")]

FIELD_TYPES: tuple[str, ...] = tuple(
    get_args(each.model_fields["type"].annotation)[0] for each in get_args(_Types)
)

__all__ = ["FIELD_TYPES", "AnyField", "BaseField", "CardNumberField", "Setting"]
