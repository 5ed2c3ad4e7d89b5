"""Sentences for cases and notes, as far as a contact's record tells of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from records.timeline.facts import Facts


def case_opened(facts: Facts) -> str:
    """By a menu, with the reference that the caller was told; or by a person, with the case's number."""
    kind = facts.phrase("kind", " ({})")
    if facts.has("case"):
        return f"{facts['by']} opens the case {facts['case']}{kind}"
    away = "" if facts.data.get("sent") != "no" else "; the client company's system does not know of it yet"
    return f"A case is opened{kind}: {facts['reference']}{away}"


def _filed(facts: Facts) -> str:
    kind = "message" if facts.data.get("kind") == "message" else "case"
    return f"What the caller left is the {kind} {facts['case']}{facts.phrase('reason', ' ({})')}"


def _note(facts: Facts) -> str:
    return f"{facts['by']} writes a note"


CASE_SENTENCES: Mapping[str, Callable[[Facts], str]] = {
    "case.opened": case_opened,
    "case.filed": _filed,
    "case.linked": lambda facts: f"{facts['by']} notes that it was about the case {facts['case']}",
    "case.noted": lambda facts: f"{facts['by']} writes a note about the case {facts['case']}",
    "note.added": _note,
}
