"""Branches: where a step leads. Exactly one way out each, said in words the administrator uses."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Discriminator, Field, Tag, field_validator, model_validator

from base.document import Part
from calls.destination import Agent, Destination, Escalation, Extension, Hangup, Menu, Number, Queue, Uri


class Guarded(Part):
    """A prompt that every caller hears whole, such as a legal notice: keys wait until it is over."""

    say: str
    bargein: bool

    @field_validator("bargein")
    @classmethod
    def _no_key(cls, value: bool) -> bool:  # noqa: FBT001 - called by pydantic
        if value:
            raise ValueError("a key cuts any prompt: write its id alone, or bargein: false")
        return value


Prompt = Annotated[
    Annotated[str, Tag("id")] | Annotated[Guarded, Tag("guarded")],
    Discriminator(lambda given: "guarded" if isinstance(given, dict | Guarded) else "id"),
]
PromptIds = Annotated[
    tuple[Prompt, ...],
    BeforeValidator(lambda given: (given,) if isinstance(given, str | dict | Guarded) else given),
]
"""One prompt or a list of them: each an id, or `{say: ID, bargein: false}`."""


def id_of(prompt: str | Guarded) -> str:
    """The prompt's id."""
    return prompt if isinstance(prompt, str) else prompt.say


class Branch(Part):
    """One way out of a step, with what is said on the way; the name of a step alone leads there."""

    ways: ClassVar[tuple[str, ...]] = (
        "goto",
        "queue",
        "menu",
        "extension",
        "agent",
        "dial",
        "uri",
        "escalate",
        "hangup",
        "exit",
    )

    goto: str | None = None
    queue: str | None = None
    menu: str | None = None
    extension: str | None = None
    agent: str | None = None
    dial: Annotated[str, Field(pattern=r"^\+?\d{3,32}$")] | None = None
    """A telephone number outside."""
    uri: Annotated[str, Field(pattern=r"^sips?:[^\s<>\"]+$")] | None = None
    escalate: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,30}$")] | None = None
    """An escalation ladder of the client company."""
    hangup: bool = False
    exit: str | None = None
    """In a module: the end by which it is left."""
    say: PromptIds = ()
    priority: int = Field(default=0, ge=0, le=100)
    requires: dict[str, Annotated[int, Field(ge=0, le=5)]] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _step_alone(cls, given: Any) -> Any:
        """Just the name of the step that follows will do."""
        return {"goto": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _one_way(self) -> Branch:
        taken = [way for way in self.ways if getattr(self, way)]
        if len(taken) != 1:
            found = " and ".join(taken) or "none"
            raise ValueError(f"a branch needs exactly one of {', '.join(self.ways)}; here: {found}")
        if self.queue is None and (self.priority or self.requires):
            raise ValueError("priority and requires belong to a branch with queue")
        return self

    def destination(self) -> Destination | None:
        """Where the caller leaves the menus to; None when the branch stays inside."""
        if self.queue is not None:
            return Queue(self.queue, self.priority, tuple(sorted(self.requires.items())))
        if self.menu is not None:
            return Menu(self.menu)
        if self.extension is not None:
            return Extension(self.extension)
        if self.agent is not None:
            return Agent(self.agent)
        if self.dial is not None:
            return Number(self.dial, is_listed=True)
        if self.uri is not None:
            return Uri(self.uri, is_listed=True)
        if self.escalate is not None:
            return Escalation(self.escalate)
        return Hangup(cause=16) if self.hangup else None

    def named(self) -> str:
        """Short form for the ledger."""
        for way in self.ways:
            value = getattr(self, way)
            if value:
                return way if value is True else f"{way} {value}"
        return ""


class Choice(Branch):
    """What a key of a menu does; `repeat` says the menu again."""

    ways: ClassVar[tuple[str, ...]] = (*Branch.ways, "repeat")
    repeat: bool = False


class Result(Branch):
    """What a back end's answer leads to; `retry` asks for the fields again, as often as the form allows."""

    ways: ClassVar[tuple[str, ...]] = (*Branch.ways, "retry")
    retry: bool | str = False
    """`true`: all fields again; a field's name: from that field on, the earlier ones stay."""
