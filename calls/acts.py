"""What an agent may do with a conversation, whichever way it is asked for: keys in the call, API, command line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from base.errors import CentralitaError

if TYPE_CHECKING:
    import asyncio


@dataclass(frozen=True, slots=True)
class TransferTo:
    """Let the caller talk with whoever answers this number, and leave; the caller comes back if nobody does."""

    target: str


@dataclass(frozen=True, slots=True)
class Consult:
    """Talk with whoever answers this number while the caller waits."""

    target: str


@dataclass(frozen=True, slots=True)
class CallSupervisor:
    """Talk with a supervisor while the caller waits."""


@dataclass(frozen=True, slots=True)
class Complete:
    """Leave the others together."""


@dataclass(frozen=True, slots=True)
class Toggle:
    """Talk with the caller while the consulted party waits, or the other way round."""


@dataclass(frozen=True, slots=True)
class Conference:
    """Let all hear each other."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """Let go of whoever is called or consulted, or break off a secure capture, and talk with the caller again."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Let the caller hear music."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Talk with the caller again."""


@dataclass(frozen=True, slots=True)
class CaptureSecurely:
    """Let the caller key secrets into a form, unheard by the agent."""


@dataclass(frozen=True, slots=True)
class PauseRecording:
    """Record nothing of what follows."""


@dataclass(frozen=True, slots=True)
class ResumeRecording:
    """Record again."""


@dataclass(frozen=True, slots=True)
class HandBack:
    """Give the caller back to where he or she waited; another agent will take the call."""


@dataclass(frozen=True, slots=True)
class EndCall:
    """Let everybody go."""


Act = (
    TransferTo
    | Consult
    | CallSupervisor
    | Complete
    | Toggle
    | Conference
    | Cancel
    | Hold
    | Resume
    | CaptureSecurely
    | PauseRecording
    | ResumeRecording
    | HandBack
    | EndCall
)


def is_targeted(act: type[Act]) -> bool:
    """Whether the act needs a number."""
    return issubclass(act, TransferTo | Consult)


def make(act: type[Act], target: str) -> Act:
    """An act of this kind; `target` counts only where it needs one."""
    return act(target) if issubclass(act, TransferTo | Consult) else act()


@dataclass(frozen=True, slots=True)
class ActAsked:
    """Somebody wants an act of the agent of a conversation; `answer` gets None once it is begun, or ActRefused."""

    act: Act
    by: str
    answer: asyncio.Future[None]

    def grant(self) -> None:
        """The act is begun; whoever asked may have ceased to wait."""
        if not self.answer.done():
            self.answer.set_result(None)

    def refuse(self, error: CentralitaError) -> None:
        """It is not done; whoever asked may have ceased to wait."""
        if not self.answer.done():
            self.answer.set_exception(error)


class ActRefused(CentralitaError):
    """The act cannot be done now, or not by this agent."""

    code = "act_refused"


class NotNow(ActRefused):
    """Something else is going on, or nothing that the act would change."""

    code = "not_now"
    status = 491


class NotAllowed(ActRefused):
    """Not by this agent."""

    code = "not_allowed"
    status = 403


class LeadsNowhere(ActRefused):
    """Nobody is to be had under that number."""

    code = "leads_nowhere"
    status = 404
