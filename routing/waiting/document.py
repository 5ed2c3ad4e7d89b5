"""What queues.yaml says of those who wait: `announce`, `whisper` and `acknowledge` of a queue."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from base.document import Part
from base.durations import Seconds
from routing.waiting.settings import Acknowledge, Announcements, Comfort, Standing, When

PositiveSeconds = Annotated[Seconds, Field(gt=0)]
SomeSeconds = Annotated[Seconds, Field(ge=5)]
"""Announcements in closer order would never let the caller rest."""


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _for_all(value: object) -> object:
    return value if isinstance(value, dict) else {"": value}


def _keyed(value: object) -> object:
    return {"key": value} if isinstance(value, (str, int)) else value


def one_key(value: object) -> object:
    """A key of a telephone, as a text."""
    if isinstance(value, int):
        raise ValueError('quote the key: "1"')
    if not isinstance(value, str) or len(value) != 1 or value not in "0123456789*#":
        raise ValueError(f"{value!r} is no key; a key is one of 0-9, * and #")
    return value


Key = Annotated[str, BeforeValidator(one_key)]
Digit = Annotated[Key, Field(pattern=r"^\d$")]
"""A key whose name can be spoken."""
Prompts = Annotated[tuple[str, ...], BeforeValidator(_listed)]
"""One prompt or several."""
Whisper = Annotated[dict[str, Prompts], BeforeValidator(_for_all)]
"""Prompts, or for each client company its own."""


class ComfortPart(Part):
    """Messages spoken in turn."""

    say: Annotated[Prompts, Field(min_length=1)]
    first: Seconds = Comfort().first
    every: SomeSeconds = Comfort().every


class StandingPart(Part):
    """The caller's place and the wait ahead."""

    position: bool = False
    wait: bool = False
    first: Seconds = Standing().first
    every: SomeSeconds = Standing().every
    limit: Annotated[int, Field(ge=1, le=999)] = Standing().limit
    when: Literal["always", "changed", "improved"] = "improved"

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.position and not self.wait:
            raise ValueError("nothing is told; add position: true or wait: true, or remove standing")
        return self


class AnnouncePart(Part):
    """What waiting callers are told."""

    greeting: Prompts = ()
    comfort: ComfortPart | None = None
    standing: StandingPart | None = None
    pause: Seconds = Announcements().pause

    def settings(self) -> Announcements:
        """The value that the announcer understands."""
        comfort, standing = self.comfort, self.standing
        return Announcements(
            self.greeting,
            Comfort(comfort.say, comfort.first, comfort.every) if comfort is not None else Comfort(),
            Standing(**{**standing.model_dump(), "when": When(standing.when)})
            if standing is not None
            else Standing(),
            self.pause,
        )


class AcknowledgePart(Part):
    """The key by which an agent takes a call; may be written as the key alone."""

    key: Digit
    within: PositiveSeconds = Acknowledge().within

    def settings(self) -> Acknowledge:
        """The value that routing understands."""
        return Acknowledge(self.key, self.within)


Acknowledged = Annotated[AcknowledgePart, BeforeValidator(_keyed)]
