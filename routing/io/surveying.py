"""The survey after a conversation: the agent has hung up, and the caller goes on to a menu instead of being let go."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    from calls.contact import Contact
    from calls.destination import Menu
    from calls.leg import Leg
    from calls.talk import Talk

    FindSurvey: TypeAlias = Callable[[Contact, str], Menu | None]
    """What a contact of a queue is asked."""


def nothing_asked(contact: Contact, queue: str) -> None:
    """No surveys."""
    del contact, queue


def lead_to_survey(talk: Talk, contact: Contact, gone: Leg, queue: str, find: FindSurvey) -> bool:
    """An agent has hung up: lead the caller on, where somebody wants to know and nothing else is under way."""
    if gone.agent is None or gone not in talk.parties or not talk.may_send_on:
        return False
    caller = talk.other(gone)
    if caller is not contact.caller or not caller.is_up:
        return False
    menu = find(contact, queue)
    if menu is None:
        return False
    contact.record("survey.began", caller, menu=menu.menu, queue=queue, agent=gone.agent)
    talk.leave(gone, menu)
    return True
