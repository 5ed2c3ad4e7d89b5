"""A callback as a value: who is called back for whom, since when he or she waits, and every try."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from base.errors import CentralitaError
from base.machine import Machine
from routing.callbacks.states import CALLBACK, CallbackState
from routing.skills import NONE

if TYPE_CHECKING:
    from routing.callbacks.states import CallbackEffect, CallbackInput
    from routing.skills import Requirements


class Order(Enum):
    """Who is called first."""

    AGENT_FIRST = "agent_first"
    """The agent hears the customer's phone ring: no customer waits, some agents do."""
    CUSTOMER_FIRST = "customer_first"
    """The agent is held free while the customer's phone rings: no agent listens to ringing."""


class Missed(Enum):
    """Why a try came to nothing."""

    BUSY = "busy"
    NO_ANSWER = "no_answer"
    UNREACHABLE = "unreachable"
    """The number cannot be reached now: switched off, no way there, rejected by a network."""
    MACHINE = "machine"
    """An answering machine took the call."""
    NOT_CONNECTED = "not_connected"
    """The customer answered and hung up before an agent was there."""
    FAILED = "failed"
    """Anything else, e.g. no trunk of ours was up, or the server stopped in the middle."""


@dataclass(frozen=True, slots=True)
class Try:
    """One call to the customer. `at` is Unix time."""

    at: float
    contact: str
    result: Missed | None = None
    """None: under way, or it came to a conversation."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: by a caller in a menu, by an agent for an unresolved case, by a person at the API."""

    client: str
    queue: str
    number: str
    """As it was given; the rules know which country it is of."""
    by: str
    """Who asks: the number that a caller called from, or a person's name."""
    language: str | None = None
    requires: Requirements = NONE
    priority: int = 0
    attributes: tuple[tuple[str, str], ...] = ()
    contact: str = ""
    """The contact in which it was promised."""
    line: str = ""
    """Our number that the customer called, which is shown when we call back."""
    joined: float | None = None
    """When the customer first came to wait (Unix time); now unless given."""
    earliest: float | None = None
    """Not before (Unix time)."""
    latest: float | None = None
    """Not after; the queue's window after the first moment at which the customer may be called, unless given."""
    agent: str | None = None
    """Whose customer it is: asked first."""
    case: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Callback:
    """One promise. Times are Unix seconds."""

    id: str
    """The reference that the caller was told."""
    wish: Wish
    number: str
    """In the form of E.164."""
    order: Order
    promised: float
    joined: float
    """The place in the queue: when the customer first came to wait."""
    earliest: float
    latest: float
    not_before: float
    """The next moment at which something can be done."""
    state: CallbackState = CallbackState.WAITING
    tries: tuple[Try, ...] = ()
    contact: str = ""
    """The contact that stands in the queue for it, or did so last."""
    agent: str | None = None
    """Who is held for it or spoke last."""
    kept_at: float | None = None
    ended_at: float | None = None
    reopened: float | None = None
    """When a person wanted it tried again after its end: earlier tries count no more."""
    why: str = ""
    """How it ended, in a word: who cancelled it, what refused it."""

    @property
    def is_late(self) -> bool:
        """Whether the promise was kept after its time."""
        return self.kept_at is not None and self.kept_at > self.latest

    @property
    def counted(self) -> int:
        """How many tries count towards the limit."""
        return sum(1 for each in self.tries if self.reopened is None or each.at >= self.reopened)

    @property
    def home(self) -> str:
        """The contact whose record tells of it; empty where nobody called."""
        return self.wish.contact

    def moved(self, event: CallbackInput) -> tuple[Callback, tuple[CallbackEffect, ...]]:
        """The same after an input, and what that asks for. Raises LocalProtocolError."""
        machine = Machine(CALLBACK)
        machine.state = self.state
        effects = machine.fire(event)
        return replace(self, state=machine.state), effects


class Refused(Enum):
    """Why nobody is called back."""

    INVALID = "invalid"
    """It is no number that can be called."""
    PREMIUM = "premium"
    """It would cost whoever calls it: a way to steal."""
    OURS = "ours"
    """It leads to ourselves: one of our own menus would answer, while an agent is held."""
    COUNTRY = "country"
    """Numbers of that country are not called."""
    DO_NOT_CALL = "do_not_call"
    STANDING = "standing"
    """The same number is to be called back by the same queue already."""
    TOO_MANY = "too_many"
    """It was called, or asked for, too often within a day."""
    UNKNOWN_QUEUE = "unknown_queue"
    CLOSED = "closed"
    """There is no hour at which this customer may be called before the promise would be broken."""


class CallbackRefused(CentralitaError):
    """Nothing is promised; `reason` says why, `standing` is the promise that stands already."""

    code = "callback_refused"
    status = 409

    def __init__(self, reason: Refused, words: str, standing: Callback | None = None) -> None:
        """`words` say it to a person."""
        super().__init__(words)
        self.reason = reason
        self.standing = standing


class UnknownCallback(CentralitaError):
    """There is no callback of that reference."""

    code = "unknown_callback"
    status = 404
