"""Menus, what callers gave in them, client companies' systems, surveys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.events.catalogue.field import FLAG, NUMBER, PERSONAL, PLACE, TEXT, WHOLE, told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from console.events.catalogue.field import EventType

_STEP = {"menu": TEXT, "step": TEXT}

MENUS: Mapping[str, EventType] = {
    "menu.entered": told("The caller is at a step of a menu", **_STEP, version=TEXT),
    "menu.input": told(
        "The caller pressed keys; not which, but where they led", **_STEP, digits=WHOLE, result=TEXT
    ),
    "menu.noinput": told("The caller pressed nothing", **_STEP, count=WHOLE),
    "menu.nomatch": told("The caller pressed what leads nowhere", **_STEP, count=WHOLE),
    "menu.branch": told("The menu chose a way by itself", **_STEP, result=TEXT, why=TEXT),
    "menu.result": told("A system answered", **_STEP, action=TEXT, result=TEXT, request=WHOLE),
    "menu.message": told("The caller left a message", **_STEP, result=TEXT, seconds=NUMBER, recording=TEXT),
    "menu.left": told("The caller left the menu", **_STEP, destination=PLACE),
    "field.captured": told(
        "The caller typed a field; never what",
        **_STEP,
        **{"field": TEXT, "field_type": TEXT, "length": WHOLE, "valid": FLAG, "reason": TEXT},
    ),
    "survey.began": told("The caller is asked after the call", menu=TEXT, queue=TEXT, agent=TEXT),
    "survey.answered": told(
        "The caller answered a question of a survey",
        **_STEP,
        **{"question": TEXT, "answer": WHOLE, "least": WHOLE, "most": WHOLE, "language": TEXT},
    ),
    "transaction.result": told("A client company's system answered", action=TEXT, result=TEXT),
    "transaction.settled": told(
        "What became of a charge is known; `amount` in the smallest unit",
        **{
            "action": TEXT,
            "result": TEXT,
            "amount": WHOLE,
            "currency": TEXT,
            "last4": PERSONAL,
            "reference": TEXT,
        },
        question=TEXT,
    ),
    "auth.locked": told(
        "Too many wrong answers: locked for so many seconds", action=TEXT, by=PLACE, seconds=WHOLE
    ),
    "fraud.suspected": told("It looks like fraud", action=TEXT, by=PLACE),
}
