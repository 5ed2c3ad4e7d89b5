"""How long things are kept: the part `retention` of config/clients/<id>.yaml and of centre.yaml, in days."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from base.document import Part
from records.retention.rules import FOR_EVER, Rules

Days = Annotated[int, Field(ge=1, le=36_500)] | Literal["keep"]
"""Days, or for ever."""


class RetentionPart(Part):
    """As written by the administrator. Where there is none, nothing is deleted."""

    personal: Days = 730
    """Who called: numbers, addresses, texts. What is left are figures."""
    recordings: Days = 90
    """Sound of calls."""
    messages: Days = 90
    """Spoken messages."""

    def rules(self) -> Rules:
        """As the keeper of the records takes it."""
        days = (self.personal, self.recordings, self.messages)
        return Rules(*(None if each == "keep" else each for each in days))


def rules_of(part: RetentionPart | None, otherwise: RetentionPart | None = None) -> Rules:
    """What holds: the client company's own part, or else the centre's."""
    found = part if part is not None else otherwise
    return FOR_EVER if found is None else found.rules()
