"""The files of config/ that routing reads, as models: numbers, queues, skills, agents.

Only form is checked here; what one file says of another is checked in `routing.config`.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator

from base.document import Part, suggest
from base.durations import Seconds
from calls import destination as to
from routing.agents.reasons import Language
from routing.agents.screen import Alert
from routing.callbacks.documents import QueueCallbacksPart
from routing.settings import Delays, ServiceLevel
from routing.strategies import ALIASES, STRATEGIES, canonical
from routing.surveys import SurveyPart
from routing.waiting.document import Acknowledged, AnnouncePart, Key, Whisper
from sip.dialog import is_literal
from sip.errors import ParseError
from sip.uri import Uri

Proficiency = Annotated[int, Field(ge=0, le=5)]
Level = Annotated[int, Field(ge=1, le=100)]
PositiveSeconds = Annotated[Seconds, Field(gt=0)]


def quoted(value: object) -> object:
    """Refuse a number that stands without quotes. Raises ValueError."""
    if isinstance(value, int):
        raise ValueError("quote it: YAML would drop the + and leading zeros of a number without quotes")
    return value


NumberWord = Annotated[str, BeforeValidator(quoted), Field(min_length=1)]
"""A text that may look like a number."""


def _one_word(value: str) -> str:
    if re.search(r"[\s/]", value):
        raise ValueError(f"{value!r} is no name to call an agent by; write one word, and the whole in name:")
    return value


AgentName = Annotated[NumberWord, AfterValidator(_one_word)]
"""Lamps and commands name agents so: one word."""


def _keyed(value: str) -> str:
    if re.fullmatch(r"[0-9A-Da-d*#,pP]{1,64}", value) is None:
        # Not told which: they may be a PIN.
        raise ValueError("up to 64 of 0-9, *, #, A-D can be keyed, and , or p for a pause of a second")
    return value


Keyed = Annotated[str, BeforeValidator(quoted), AfterValidator(_keyed)]


def _strategy(value: str) -> str:
    found = canonical(value)
    if found is None:
        raise ValueError(f'no strategy is called "{value}"; {suggest(value, [*STRATEGIES, *ALIASES])}')
    return found


Strategy = Annotated[str, AfterValidator(_strategy)]


class HangupPart(Part):
    """How a call is ended."""

    cause: Annotated[int, Field(ge=1, le=127)] = 16
    status: Annotated[int, Field(ge=400, le=699)] = 603


LADDER = r"^[a-z][a-z0-9_-]{0,30}$"
"""The name of an escalation ladder."""


class DestinationPart(Part):
    """Where a call goes: exactly one of these keys."""

    menu: str | None = None
    queue: str | None = None
    agent: str | None = None
    extension: str | None = None
    uri: Annotated[str, Field(pattern=r"^sips?:[^\s<>\"]+$")] | None = None
    dial: Annotated[str, BeforeValidator(quoted), Field(pattern=r"^\+?\d{3,32}$")] | None = None
    """A telephone number outside."""
    escalate: Annotated[str, Field(pattern=LADDER)] | None = None
    """A ladder of the client company."""
    echo: bool = False
    hangup: Annotated[HangupPart | None, BeforeValidator(lambda value: {} if value is True else value)] = None

    step: str | None = None
    """With `menu`: begin at this step."""
    priority: int = 0
    """With `queue`: higher is served earlier."""
    trunks: tuple[str, ...] = ()
    """With `dial`: by which trunks, in this order; by any unless given."""
    digits: Annotated[Keyed | None, Field(repr=False)] = None
    """With `dial`: pressed once the number is answered; `,` and `p` are pauses of a second."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        chosen = [
            name
            for name in ("menu", "queue", "agent", "extension", "uri", "dial", "escalate", "echo", "hangup")
            if getattr(self, name) not in (None, False)
        ]
        if len(chosen) != 1:
            found = "none is given" if not chosen else f"there are {', '.join(chosen)}"
            ways = "menu, queue, agent, extension, uri, dial, escalate, echo, hangup"
            raise ValueError(f"exactly one of {ways} says where to go; {found}")
        if self.step is not None and self.menu is None:
            raise ValueError("step goes with menu only")
        if self.priority and self.queue is None:
            raise ValueError("priority goes with queue only")
        if self.trunks and self.dial is None:
            raise ValueError("trunks goes with dial only")
        if self.digits is not None and self.dial is None:
            raise ValueError("digits goes with dial only")
        return self

    def destination(self) -> to.Destination:
        """The value that the dispatcher understands."""
        if self.menu is not None:
            return to.Menu(self.menu, self.step)
        if self.queue is not None:
            return to.Queue(self.queue, self.priority)
        if self.agent is not None:
            return to.Agent(self.agent)
        if self.extension is not None:
            return to.Extension(self.extension)
        if self.uri is not None:
            return to.Uri(self.uri, is_listed=True)
        if self.dial is not None:
            return to.Number(self.dial, self.trunks, self.digits or "", is_listed=True)
        if self.escalate is not None:
            return to.Escalation(self.escalate)
        if self.hangup is not None:
            return to.Hangup(self.hangup.cause, self.hangup.status)
        return to.Echo()


class NumberPart(DestinationPart):
    """One dialled number (`+34910000001`, `q`) or the beginning of several (`bob_*`)."""

    number: NumberWord
    client: str
    language: str | None = None


class OutgoingPart(Part):
    """Numbers outside that phones of the house may reach, all that begin so, and by which trunks."""

    number: Annotated[NumberWord, Field(pattern=r"^(\+?\d{1,32}\*?|\*)$")]
    trunks: Annotated[tuple[str, ...], Field(min_length=1)]


class EmergencyPart(Part):
    """Calls for help: what is dialled for them beside the country's own numbers, and by which trunks they go."""

    numbers: tuple[Annotated[str, BeforeValidator(quoted), Field(pattern=r"^\d{2,6}$")], ...] = ()
    trunks: tuple[str, ...] = ()


class NumbersFile(Part):
    """numbers.yaml."""

    numbers: tuple[NumberPart, ...]
    outgoing: tuple[OutgoingPart, ...] = ()
    emergency: EmergencyPart = EmergencyPart()


class SkillsFile(Part):
    """skills.yaml: id to readable name."""

    skills: dict[str, str]


class DelaysPart(Part):
    """How long an agent is left alone after a reservation that failed, by result."""

    no_answer: PositiveSeconds = Delays().no_answer
    rejected: PositiveSeconds = Delays().rejected
    busy: PositiveSeconds = Delays().busy
    unreachable: PositiveSeconds = Delays().unreachable
    failed: PositiveSeconds = Delays().failed


class OverflowPart(Part):
    """Where callers go who leave without an agent, by reason; what is not given hangs up."""

    full: DestinationPart | None = None
    join_empty: DestinationPart | None = None
    leave_empty: DestinationPart | None = None
    timeout: DestinationPart | None = None
    closed: DestinationPart | None = None


class RelaxPart(Part):
    """What is asked less of agents once a caller has waited so long."""

    after: PositiveSeconds
    lower: dict[str, Proficiency] = Field(default_factory=dict)
    """skill -> the proficiency that is enough from now on."""
    drop: tuple[str, ...] = ()
    """Skills that are asked no more."""

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        if not self.lower and not self.drop:
            raise ValueError("say what is asked less: lower: {skill: 2}, or drop: [skill]")
        twice = sorted(set(self.lower) & set(self.drop))
        if twice:
            raise ValueError(f"{twice[0]} is both lowered and dropped; keep one")
        return self


class ServiceLevelPart(Part):
    """What was promised to the client company: `share` of its callers are answered within so long."""

    within: PositiveSeconds = ServiceLevel().within
    share: Annotated[float, Field(gt=0, le=1)] = ServiceLevel().share


class QueuePart(Part):
    """One queue."""

    name: str = ""
    clients: tuple[str, ...] = ()
    strategy: Strategy = "longest-idle"
    requires: dict[str, Proficiency] = Field(default_factory=dict)
    ring_timeout: PositiveSeconds = 20.0
    wrap_up: Seconds = 0.0
    max_wait: PositiveSeconds | None = None
    capacity: Annotated[int, Field(ge=1)] | None = None
    prefers: tuple[str, ...] = ()
    relax: tuple[RelaxPart, ...] = ()
    service_level: ServiceLevelPart = ServiceLevelPart()
    short_abandon: Seconds | None = None
    """Of its figures: who hangs up within so long was never really there. The client company's unless given."""
    weight: Annotated[float, Field(gt=0, le=100)] = 1.0
    priority_step: PositiveSeconds = 300.0
    sticky: Seconds = 0.0
    progressive_delay: PositiveSeconds = 5.0
    hours: str | None = None
    at_closing: Literal["finish", "leave"] = "finish"
    join_empty: Literal["always", "logged_in", "ready"] = "always"
    leave_empty: Literal["never", "logged_in", "ready"] = "never"
    leave_empty_after: Seconds = 10.0
    no_answer: Literal["not_ready", "retry"] | None = None
    """not_ready unless many phones ring at once."""
    delays: DelaysPart = DelaysPart()
    overflow: OverflowPart = OverflowPart()
    keep_place: Seconds = 300.0
    music: str | None = None
    alert: Alert | None = None
    announce: AnnouncePart = AnnouncePart()
    exit_keys: dict[Key, DestinationPart] = Field(default_factory=dict)
    whisper: Whisper = Field(default_factory=dict)
    acknowledge: Acknowledged | None = None
    callback: QueueCallbacksPart = QueueCallbacksPart()
    survey: SurveyPart | None = None


class QueuesFile(Part):
    """queues.yaml: id to queue."""

    queues: dict[str, QueuePart]


def _literal(value: str) -> str:
    """Agents are rung at once, without asking the DNS first."""
    try:
        host = Uri.parse(value.replace("{id}", "x")).host
    except ParseError as error:
        raise ValueError(f"{value!r} is not a SIP address: {error}") from None
    if not is_literal(host):
        raise ValueError(f"{host!r} is a name; a fixed contact needs an address, such as sip:ana@192.0.2.4")
    return value


Contact = Annotated[str, Field(pattern=r"^sips?:[^\s<>\"]+$"), AfterValidator(_literal)]


Served = Annotated[
    Annotated[tuple[str, ...], Tag("names")] | Annotated[dict[str, Level], Tag("levels")],
    Discriminator(lambda value: "levels" if isinstance(value, dict) else "names"),
]
"""Queues of an agent; told apart by form, so that a wrong level is not called a wrong list as well."""


TEAM = r"^[a-z][a-z0-9_-]{0,30}$"
"""The name of a team."""


class AgentPart(Part):
    """One agent, or a row of them: `id: a001..a500` with `{id}` in the other texts."""

    id: AgentName
    name: str = ""
    account: NumberWord | None = None
    contact: Contact | None = None
    skills: dict[str, Proficiency] = Field(default_factory=dict)
    queues: Served = ()
    """Names, or names with a level: agents of a lower level are rung first."""
    status: Literal["logged_out", "available", "not_ready"] = "logged_out"
    wrap_up: Seconds | None = None
    language: Language | None = None
    """What codes are confirmed in."""
    team: Annotated[str, Field(pattern=TEAM)] | None = None
    """Supervisors may be limited to teams."""

    @model_validator(mode="after")
    def _reached(self) -> Self:
        if (self.account is None) == (self.contact is None):
            raise ValueError("an agent has either an account (a phone that registers) or a fixed contact")
        return self


class SupervisorPart(Part):
    """Somebody who may listen to agents' calls, by the account of his or her phone."""

    account: NumberWord
    queues: tuple[str, ...] = ()
    """To the agents of these queues; to all unless given."""


class AgentsFile(Part):
    """agents.yaml."""

    agents: tuple[AgentPart, ...]
    supervisors: tuple[SupervisorPart, ...] = ()
