"""Secure capture: an agent lends the caller to a form, hears nothing of it, and takes him or her back with a word.

Caller and agent are parted meanwhile, the caller's port is secured before and until after they are joined again, and
recordings are masked: no key reaches the agent, a supervisor or a file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from calls import secure_span
from calls.contact import Inbox
from calls.events import LegEnded, LentBack, TakenBack

if TYPE_CHECKING:
    from calls.desk import ActDesk
    from calls.destination import Menu
    from calls.leg import Leg
    from calls.talk import Talk

GOOD = frozenset({"ok", "already", "approved", "found"})
BROKEN = frozenset({"unavailable", "unknown"})
"""Answers of client companies' systems; any other is a no."""
FAILED = "failed"
"""What stands in place of an answer where something of ours broke."""


def outcome(answer: str) -> str:
    """The result in a word: approved, declined, failed, or left when the caller came to no answer."""
    if not answer:
        return "left"
    if answer in GOOD:
        return "approved"
    return FAILED if answer == FAILED or answer in BROKEN else "declined"


class Capture:
    """One form."""

    __slots__ = ("_agent", "_company", "_inbox", "_lent", "_talk")

    until = None

    def __init__(self, talk: Talk, agent: Leg) -> None:
        """`begin` begins."""
        self._talk = talk
        self._agent = agent
        self._lent = talk.other(agent)
        self._company = talk.parties
        self._inbox: Inbox[object] = Inbox()

    def begin(self, rules: ActDesk, menu: Menu, by: str) -> None:
        """Part them and lead the caller into the form."""
        talk = self._talk
        talk.contact.record("capture.began", self._agent, by=by, menu=menu.menu)
        secure_span.begin(self._lent, self._company)
        talk.seat((self._agent,))
        talk.tell(self._agent, "agent_capture_began")
        rules.lend(talk.contact, self._lent, menu, self._inbox)

    async def take(self, event: object) -> None:
        """One event of the contact: the form's unless it is the agent's."""
        match event:
            case LentBack():
                self._over(outcome(event.answer))
            case LegEnded(leg=leg) if leg is self._agent:
                pass  # the caller ends what was begun, and waits for the next agent then
            case _:
                self._inbox.post(event)

    def cancel(self) -> None:
        """The agent wants the caller back; an answer that is under way is not waited for."""
        self._inbox.post(TakenBack())

    def abandon(self) -> None:
        """All is over."""
        self._inbox.post(TakenBack())
        self._end("broken off")

    def _over(self, result: str) -> None:
        talk = self._talk
        if self._lent.has_ended:
            self._end(result)
            talk.part(self._lent)
        elif self._agent.has_ended:
            self._end(result)
            talk.strand(self._agent)
        else:
            talk.join()
            self._end(result)  # after it: what is still down of the last key is not heard either
            talk.tell(self._agent, f"agent_capture_{result}")

    def _end(self, result: str) -> None:
        self._talk.episode = None
        secure_span.end(self._lent, self._company)
        self._talk.contact.record("capture.ended", self._agent, result=result)
