"""What administrators write of callbacks: the part `callback` of queues.yaml and of config/clients/<id>.yaml."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from base.document import Part, suggest
from base.durations import Seconds
from routing.callbacks.callback import Missed, Order
from routing.callbacks.numbers import countries
from routing.callbacks.settings import USUAL_DELAYS, QueueCallbacks
from routing.hours.holidays import CODES
from routing.hours.spans import WHOLE_DAY, Span, read_span

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_Delay = Annotated[Seconds, Field(ge=1)]
_Positive = Annotated[Seconds, Field(gt=0)]


class RetryPart(Part):
    """How long until the next try, by why the last one came to nothing."""

    busy: _Delay = USUAL_DELAYS[Missed.BUSY]
    no_answer: _Delay = USUAL_DELAYS[Missed.NO_ANSWER]
    unreachable: _Delay = USUAL_DELAYS[Missed.UNREACHABLE]
    machine: _Delay = USUAL_DELAYS[Missed.MACHINE]
    not_connected: _Delay = USUAL_DELAYS[Missed.NOT_CONNECTED]
    failed: _Delay = USUAL_DELAYS[Missed.FAILED]


class QueueCallbacksPart(Part):
    """How a queue calls back."""

    order: Literal["agent_first", "customer_first"] = "agent_first"
    tries: Annotated[int, Field(ge=1, le=20)] = 3
    retry: RetryPart = RetryPart()
    ring_timeout: Annotated[Seconds, Field(ge=1, le=120)] = 30.0
    """How long the customer's phone rings."""
    window: _Positive = 86_400.0
    """Within what time the promise is to be kept."""
    own_agent: Seconds = 600.0
    """How long the agent whose customer it is goes before all others."""
    machines: Literal["talk", "retry"] = "talk"
    """With the customer first: what answering machines are taken for."""

    def settings(self) -> QueueCallbacks:
        """As values."""
        return QueueCallbacks(
            order=Order(self.order),
            tries=self.tries,
            retry={each: getattr(self.retry, each.value) for each in Missed},
            ring_timeout=self.ring_timeout,
            window=self.window,
            own_agent=self.own_agent,
            hangs_up_on_machines=self.machines == "retry",
        )


def read_weekdays(text: str) -> frozenset[int]:
    """Read `mon-fri` or `mon,wed,sat`: 0 is Monday. Raises ValueError."""
    found: set[int] = set()
    for part in text.split(","):
        first, dash, last = (each.strip() for each in part.partition("-"))
        for each in (first, last) if dash else (first,):
            if each not in DAYS:
                raise ValueError(f'no day of the week is called "{each}"; they are {", ".join(DAYS)}')
        begin, length = DAYS.index(first), 0
        if dash:
            length = (DAYS.index(last) - begin) % len(DAYS)
        found |= {(begin + each) % len(DAYS) for each in range(length + 1)}
    return frozenset(found)


def _weekdays(value: str) -> str:
    read_weekdays(value)
    return value


def _country(value: str) -> str:
    if value not in countries():
        near = suggest(value.upper(), countries())
        mend = near if near.startswith("did") else "write two capital letters such as ES"
        raise ValueError(f"{value} is no country with telephones; {mend}")
    return value


def _holidays(value: str) -> str:
    if value not in CODES:
        raise ValueError(f'no holidays are called "{value}"; {suggest(value, CODES)}')
    return value


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Prompts = Annotated[tuple[str, ...], BeforeValidator(_listed)]
"""The id of a prompt, or several."""


class ClientCallbacksPart(Part):
    """What callbacks of a client company keep to."""

    hours: Annotated[str, Field(min_length=1)] = "09:00-21:00"
    """When its customers may be called, by their own clocks: a span, or hours by id of hours.yaml."""
    days: Annotated[str, AfterValidator(_weekdays)] = "mon-sun"
    """On which days, where `hours` is a span."""
    holidays: tuple[Annotated[str, AfterValidator(_holidays)], ...] = ()
    """Codes of public holidays on which nobody is called, where `hours` is a span."""
    countries: tuple[Annotated[str, AfterValidator(_country)], ...] | None = None
    """Whose numbers are called; those of the centre's own country unless given."""
    per_day: Annotated[int, Field(ge=1, le=100)] = 6
    """How often one number is called, or asked for, within 24 hours."""
    greeting: Prompts = ("callback_greeting",)
    """What the customer hears first."""
    whisper: Prompts = ("callback_whisper",)
    """What the agent hears first."""

    @property
    def span(self) -> Span | None:
        """The span of a day; None where hours are named."""
        try:
            found = read_span(self.hours)
        except ValueError:
            return None
        return found if found.end <= WHOLE_DAY else None
