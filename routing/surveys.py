"""Surveys after conversations: `survey` of config/clients/ID.yaml, and of a queue where it differs.

Once the agent has hung up, a caller who is still there hears the menu set; whoever hangs up first, or at the first
question, is asked nothing.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from base.document import Part
from calls.destination import Menu
from routing.agents.reasons import Language

if TYPE_CHECKING:
    from collections.abc import Mapping

AGREED = "survey"
"""The attribute by which a menu notes that the caller agrees: `set: {attributes: {survey: agreed}}`."""


@dataclass(frozen=True, slots=True)
class Survey:
    """Who is asked, and by which menus."""

    menu: str
    step: str | None = None
    share: int = 100
    """Percent of the callers."""
    languages: tuple[str, ...] = ()
    """Of whom; of all unless given."""
    agreed_only: bool = False
    """Whether only those are asked who have agreed before."""

    def after(
        self, contact: str, language: str | None, attributes: Mapping[str, str], spoken: tuple[str, ...]
    ) -> Menu | None:
        """What a contact hears after its conversation; None: nothing. `spoken` are the languages of the menu set."""
        if language is not None and language not in (self.languages or spoken):
            return None
        if self.agreed_only and attributes.get(AGREED) != "agreed":
            return None
        return Menu(self.menu, self.step) if _draw(contact) < self.share else None


def _draw(contact: str) -> int:
    """A lot from 0 to 99 that falls the same however often it is drawn for a contact."""
    return zlib.crc32(contact.encode()) % 100


class SurveyPart(Part):
    """As administrators write it."""

    menu: str
    step: str | None = None
    share: Annotated[int, Field(ge=0, le=100)] = 100
    languages: tuple[Language, ...] = ()
    ask: Literal["all", "agreed"] = "all"

    def settings(self) -> Survey:
        """As a value."""
        return Survey(self.menu, self.step, self.share, self.languages, self.ask == "agreed")
