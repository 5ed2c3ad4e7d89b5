"""The step types of the menu language: one file each, and this one table that names them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ivr.steps.form import FormStep
from ivr.steps.hangup import HangupStep
from ivr.steps.language import LanguageStep
from ivr.steps.menu import MenuStep
from ivr.steps.queue import QueueStep
from ivr.steps.say import SayStep

AnyStep = Annotated[
    SayStep | LanguageStep | MenuStep | FormStep | QueueStep | HangupStep,
    Field(discriminator="type"),
]

STEP_TYPES = ("say", "language", "menu", "form", "queue", "hangup")

__all__ = [
    "STEP_TYPES",
    "AnyStep",
    "FormStep",
    "HangupStep",
    "LanguageStep",
    "MenuStep",
    "QueueStep",
    "SayStep",
]
