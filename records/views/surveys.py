"""Answers to surveys: each with the conversation after which the caller was asked, if there was one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from records.views import tables
from records.views.fields import text, whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from records.views.contact_state import Change, ContactState
    from records.views.fields import Data


def _began(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    """A conversation is over, and its caller is asked."""
    kept = state.ongoing.setdefault("survey", {"answers": 0})
    kept |= {"queue": text(data, "queue"), "agent": text(data, "agent"), "menu": text(data, "menu")}


def _answered(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    score = whole(data, "answer")
    if score is None:
        return
    kept = state.ongoing.setdefault("survey", {"answers": 0})
    kept["answers"] += 1
    state.add(
        tables.survey_answer,
        contact=state.contact["id"],
        n=kept["answers"],
        client=state.contact["client"],
        language=text(data, "language") or state.contact["language"],
        queue=kept.get("queue"),
        agent=kept.get("agent"),
        menu=kept.get("menu"),
        question=text(data, "question"),
        score=score,
        least=whole(data, "least"),
        most=whole(data, "most"),
        at=at,
    )


ON: Mapping[str, Change] = {
    "survey.began": _began,
    "survey.answered": _answered,
}
"""What each event means for them."""
