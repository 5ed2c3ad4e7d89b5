"""What agents dial: their own status, wrap-up and the result of a call; each act, and each refusal, is said to them.

Who may listen to whom is served elsewhere; here a code concerns only the agent whose phone dialled it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from centralita.agents.after_call import NothingToDispose, UnknownDisposition, WrapUpAtItsLimit
from routing.agents.dispositions import prompt_of
from routing.agents.tables import State, Status
from routing.errors import NotInWrapUp
from routing.feature_codes import CODES, Wish

if TYPE_CHECKING:
    from collections.abc import Callable

    from calls.contact import Contact
    from calls.destination import FeatureCode
    from centralita.agents.after_call import AfterCall
    from centralita.agents.staff import Staff
    from routing.io.attendance_book import AttendanceBook
    from routing.io.distribution import Distribution
    from routing.settings import RoutingConfig


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said to whoever dialled a code."""

    prompts: tuple[str, ...]
    language: str | None = None
    """The centre's unless given."""
    is_done: bool = True
    """Whether anything was changed."""


_MINUTES = 4
"""Digits of the minutes that are looked at."""
UNKNOWN = Reply(("agent_unknown_code",), is_done=False)


class AgentCodes:
    """Carries out the codes of agents."""

    def __init__(
        self,
        staff: Staff,
        distribution: Distribution,
        book: AttendanceBook,
        after_call: AfterCall,
        routing: Callable[[], RoutingConfig],
    ) -> None:
        """`routing` gives agents and reasons of this moment."""
        self._staff = staff
        self._distribution = distribution
        self._book = book
        self._after_call = after_call
        self._routing = routing

    async def carry_out(self, contact: Contact, dialled: FeatureCode) -> Reply | None:
        """Do what was dialled, and wait until it is kept; None where the caller is no agent."""
        code = CODES.get(dialled.code)
        agent = self._staff.agent_of(contact.account)
        if code is None:
            reply: Reply | None = UNKNOWN
        else:
            reply = self._serve(agent, code.wish, dialled.argument) if agent is not None else None
        if reply is None:
            return None
        settings = self._routing().agents.get(agent or "")
        contact.record(
            "code.dialled", code=dialled.code, agent=agent, said=list(reply.prompts), done=reply.is_done
        )
        await self._book.settled()
        return Reply(reply.prompts, settings.language if settings is not None else None, reply.is_done)

    def _serve(self, agent: str, wish: Wish, argument: str) -> Reply | None:
        match wish:
            case Wish.AVAILABLE:
                self._book.choose(agent, Status.AVAILABLE, None, agent)
                return Reply(("agent_available",))
            case Wish.LOG_OUT:
                if self._after_call.owes(agent):
                    return _refused("agent_disposition_needed")
                self._book.choose(agent, Status.LOGGED_OUT, None, agent)
                return Reply(("agent_logged_out",))
            case Wish.NOT_READY:
                return self._not_ready(agent, argument)
            case Wish.WRAP_UP_OVER:
                return self._end_wrap_up(agent)
            case Wish.EXTEND_WRAP_UP:
                return self._extend_wrap_up(agent, argument)
            case Wish.DISPOSITION:
                return self._dispose(agent, argument)
            case _:
                return None

    def _not_ready(self, agent: str, digits: str) -> Reply:
        reasons = self._routing().reasons
        if not digits:
            if reasons.is_required:
                return _refused("agent_reason_needed")
            self._book.choose(agent, Status.NOT_READY, None, agent)
            return Reply(("agent_not_ready",))
        reason = reasons.dialled(digits)
        if reason is None:
            return _refused("agent_unknown_reason")
        if reason.needs_approval:
            return _refused("agent_reason_restricted")
        self._book.choose(agent, Status.NOT_READY, reason.id, agent)
        return Reply(("agent_not_ready", reason.prompt))

    def _end_wrap_up(self, agent: str) -> Reply:
        if self._distribution.core.agent(agent).state is not State.WRAP_UP:
            return _refused("agent_no_wrap_up")
        if self._after_call.owes(agent):
            return _refused("agent_disposition_needed")
        self._distribution.end_wrap_up(agent)
        return Reply(("agent_wrap_up_over",))

    def _extend_wrap_up(self, agent: str, digits: str) -> Reply:
        try:
            self._after_call.extend(agent, float(digits[:_MINUTES]) * 60 if digits else None)
        except NotInWrapUp:
            return _refused("agent_no_wrap_up")
        except WrapUpAtItsLimit:
            return _refused("agent_wrap_up_at_its_limit")
        return Reply(("agent_wrap_up_extended",))

    def _dispose(self, agent: str, code: str) -> Reply:
        try:
            client = self._after_call.dispose(agent, code, agent)
        except NothingToDispose:
            return _refused("agent_nothing_to_dispose")
        except UnknownDisposition:
            return _refused("agent_unknown_disposition")
        return Reply(("agent_disposition_kept", prompt_of(client or "", code)))


def _refused(prompt: str) -> Reply:
    return Reply((prompt,), is_done=False)
