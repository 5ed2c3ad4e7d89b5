"""Menu sets and their publications as the interface shows them. Times are Unix seconds."""

from __future__ import annotations

from typing import Literal

from console.api.model import Model
from ivr.publication import Kind, State


class PublicationShown(Model):
    """One decision about a menu set."""

    id: int
    menu: str
    version: str
    kind: Kind
    state: State
    who: str
    at: float
    """When it was decided."""
    effective_at: float
    """From when it is meant to count."""
    took_effect: float | None
    note: str
    reason: str
    """What was wrong, for one that was refused."""


class Published(PublicationShown):
    """What became of a wish to publish."""

    replaced: PublicationShown | None
    """The one that waited for its time, and now never will be published."""


class MenuShown(Model):
    """A menu set: what is live, what waits, whether the draft is another."""

    menu: str
    live: PublicationShown | None
    pending: PublicationShown | None
    draft: str
    """The version that the draft would be."""
    draft_differs: bool
    alarm: str | None
    """Why what was to be published was not."""


class FaultShown(Model):
    """One thing wrong in a file."""

    file: str
    line: int
    severity: Literal["error", "warning"]
    what: str
    mend: str
    """What would be right."""


class Checked(Model):
    """How a draft stands."""

    menu: str
    version: str | None
    """The version that it would be; null while its files cannot be read."""
    publishable: bool
    """Whether it may become live."""
    faults: tuple[FaultShown, ...]


class ChangeShown(Model):
    """One thing that is different."""

    where: str
    what: str


class Changes(Model):
    """What is different, in words."""

    before: str
    after: str
    changes: tuple[ChangeShown, ...]
