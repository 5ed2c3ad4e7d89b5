"""The step types of the menu language: one file each, and this one table that names them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ivr.steps.branch import BranchStep
from ivr.steps.callback import CallbackStep
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
from ivr.steps.survey import SurveyStep
from ivr.steps.transfer import TransferStep
from ivr.steps.voicemail import VoicemailStep

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
    | CallbackStep
    | VoicemailStep
    | TransferStep
    | SurveyStep
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
    "callback",
    "voicemail",
    "transfer",
    "survey",
    "hangup",
    "include",
)

__all__ = [
    "STEP_TYPES",
    "AnyStep",
    "BranchStep",
    "CallbackStep",
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
    "SurveyStep",
    "TransferStep",
    "VoicemailStep",
]
