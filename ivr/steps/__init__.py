"""The step types of the menu language: one file each, and this one table that names them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ivr.steps.branch import BranchStep
from ivr.steps.form import FormStep
from ivr.steps.hangup import HangupStep
from ivr.steps.include import IncludeStep
from ivr.steps.language import LanguageStep
from ivr.steps.lookup import LookupStep
from ivr.steps.menu import MenuStep
from ivr.steps.payment import PaymentStep
from ivr.steps.queue import QueueStep
from ivr.steps.say import SayStep
from ivr.steps.set import SetStep
from ivr.steps.transfer import TransferStep

AnyStep = Annotated[
    SayStep
    | LanguageStep
    | MenuStep
    | FormStep
    | LookupStep
    | PaymentStep
    | BranchStep
    | SetStep
    | QueueStep
    | TransferStep
    | HangupStep
    | IncludeStep,
    Field(discriminator="type"),
]

STEP_TYPES = (
    "say",
    "language",
    "menu",
    "form",
    "lookup",
    "payment",
    "branch",
    "set",
    "queue",
    "transfer",
    "hangup",
    "include",
)

__all__ = [
    "STEP_TYPES",
    "AnyStep",
    "BranchStep",
    "FormStep",
    "HangupStep",
    "IncludeStep",
    "LanguageStep",
    "LookupStep",
    "MenuStep",
    "PaymentStep",
    "QueueStep",
    "SayStep",
    "SetStep",
    "TransferStep",
]
