"""One question to a back end, and what every back end must be able to do with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from base.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ivr.answers import Answer, NoAnswer


@dataclass(frozen=True, slots=True)
class Question:
    """An action with all that it needs. Its secrets belong to whoever made it, who wipes them."""

    action: str
    key: str
    """Idempotency key, `<contact>:<number>`: however often it is sent, it is carried out once."""
    client: str
    contact: str
    caller: str = ""
    attestation: str | None = None
    customer: str | None = None
    """Whom an earlier answer in this contact identified."""
    fields: Mapping[str, Secret | str] = field(default_factory=dict, repr=False)
    number: str | None = None
    """The caller's, where the system must not know it; failures are counted by it. Never sent."""

    def secrets(self) -> Iterator[Secret]:
        """The fields that are secret."""
        return (each for each in self.fields.values() if isinstance(each, Secret))

    def text(self, name: str) -> str:
        """A field that is not secret; nothing where it is, or is not there."""
        value = self.fields.get(name, "")
        return value if isinstance(value, str) else ""

    @property
    def card(self) -> Secret | None:
        """The whole card number, where it was asked."""
        value = self.fields.get("card")
        return value if isinstance(value, Secret) else None

    def ending(self) -> str:
        """The last four digits of the card, whichever way it was asked."""
        if self.card is not None:
            return self.card.last(4)
        value = self.fields.get("last4", "")
        return value.last(4) if isinstance(value, Secret) else value[-4:]


class Connector(Protocol):
    """A client company's system, or a payment system."""

    @property
    def place(self) -> str:
        """Which system it is; what one was charged at is asked of the same."""

    async def ask(self, question: Question, *, within: float) -> Answer | NoAnswer:
        """Carry it out, in so many seconds. Never raises for what was typed or answered."""

    async def query(self, question: Question, *, within: float) -> Answer | NoAnswer:
        """What became of the charge of that key."""

    async def close(self) -> None:
        """Finish what is under way, then close."""
