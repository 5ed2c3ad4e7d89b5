"""Where a call goes next: the one vocabulary shared by numbers, menus, queues, overflow and transfers."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu set, at its start or at a named step."""

    menu: str
    step: str | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue, with what this contact asks for beyond the queue's own requirements."""

    queue: str
    priority: int = 0
    requires: tuple[tuple[str, int], ...] = ()
    """(skill, least proficiency 0-5) pairs."""
    avoid: tuple[str, ...] = ()
    """Agents who are not asked: they have sent the caller here."""


@dataclass(frozen=True, slots=True)
class Agent:
    """One agent by id, outside any queue."""

    agent: str
    otherwise: Menu | None = None
    """Where a caller whom nobody answers goes back to; without it the refusal is passed on."""


@dataclass(frozen=True, slots=True)
class Extension:
    """A registered phone by account."""

    account: str
    otherwise: Menu | None = None


@dataclass(frozen=True, slots=True)
class Uri:
    """An address outside, e.g. sip:bob@192.0.2.4:5062; `{user}` stands for the user part that was dialled."""

    uri: str
    otherwise: Menu | None = None
    by: str | None = field(default=None, compare=False)
    """The account that sends the call there and answers for it, if that is not the phone that calls."""
    is_listed: bool = field(default=False, compare=False)
    """Whether an administrator wrote it in a file."""


@dataclass(frozen=True, slots=True)
class Number:
    """A telephone number outside, by the first of these trunks that takes the call; by any where none is named."""

    number: str
    trunks: tuple[str, ...] = ()
    digits: str = field(default="", repr=False)
    """What is pressed once it is answered: 0-9, *, #, A-D, and `,` or `p` for a pause of a second. May be a PIN."""
    otherwise: Menu | None = None
    by: str | None = field(default=None, compare=False)
    """As of an address."""
    is_listed: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Escalation:
    """A ladder of the client company whose call it is, from one of its rungs on: supervisor, specialist, fraud."""

    kind: str
    rung: int = 0


@dataclass(frozen=True, slots=True)
class FeatureCode:
    """A code that an agent dials to change his or her own status."""

    code: str
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Echo:
    """Send back what is heard: for checking a line."""


@dataclass(frozen=True, slots=True)
class Hangup:
    """End the call. `status` is used while it is not yet answered (RFC 3261 s.21), `cause` is Q.850."""

    cause: int = 16
    status: int = 603


def described(destination: Destination) -> str:
    """A destination in a few words: `menu banco_sol`, `queue tienda_atencion`, `echo`."""
    kind = type(destination).__name__.lower()
    match destination:
        case Menu(menu=name) | Queue(queue=name) | Agent(agent=name) | Extension(account=name):
            return f"{kind} {name}"
        case Uri(uri=name):
            return f"address {name}"
        case Number(number=name):
            return f"number {name}"
        case FeatureCode(code=name):
            return f"code {name}"
        case Escalation(kind=name):
            return f"escalation {name}"
        case Echo():
            return kind
        case Hangup():
            return "hang-up"


Destination = Menu | Queue | Agent | Extension | Uri | Number | Escalation | FeatureCode | Echo | Hangup
