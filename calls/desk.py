"""The desk: what conversations ask of outside. Where targets lead, who may do what, what agents hear, who is lent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from calls.destination import Agent, Extension, Number, Uri

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from calls.acts import Act
    from calls.contact import Contact, Inbox
    from calls.destination import Destination, Menu
    from calls.leg import Leg
    from calls.ways import FindWay, Follow
    from media.plane import Clip
    from sip.events import Caller
    from sip.transfer.refer_to import ReferTo

Party = Agent | Extension | Uri | Number
"""Destinations that are called, and may or may not answer."""


class Desk(Protocol):
    """What is decided outside: where targets lead, who may do what, how a party is called."""

    def find(self, leg: Leg, wish: ReferTo) -> Destination | int:
        """Where a target leads if this party dials it, or the status that refuses it."""

    def reach(self, contact: Contact, destination: Party) -> tuple[Sequence[FindWay], Follow | None]:
        """The ways to a party, in the order in which they are tried, and what is tried when it is elsewhere (3xx)."""

    def may_replace(self, who: Caller | Leg, leg: Leg) -> bool:
        """Whether somebody may take over what a leg is in."""

    def joined(self, caller: Caller, leg: Leg) -> None:
        """Somebody has come into a conversation by an INVITE of its own."""

    def dialled(self, leg: Leg, number: str) -> Destination | int:
        """Where a number leads if this party dials it, or the status that refuses it."""

    @property
    def acts(self) -> ActDesk | None:
        """What agents may do in conversations; without it they talk and transfer by their phones' own means."""


class ActDesk(Protocol):
    """What is decided outside when agents act in conversations."""

    @property
    def codes(self) -> Mapping[str, type[Act]]:
        """What agents key in a conversation, each code with the act that it stands for."""

    def is_agent(self, leg: Leg) -> bool:
        """Whether the party works for the house, so that its keys may be codes."""

    def says(self, agent: Leg, words: str) -> tuple[Clip, ...]:
        """Something that an agent is told, by its prompt; none is silence."""

    def supervisors(self, contact: Contact, agent: Leg) -> Sequence[Party]:
        """Who may be called to help an agent, the first to be tried first."""

    def colleagues(self, queue: str, agent: Leg) -> Sequence[Party]:
        """The agents of a queue who are free, other than this one, whoever has been so for longest first."""

    def may_pause_recording(self, contact: Contact) -> bool:
        """Whether agents may pause the recording of this client company's calls."""

    def capture(self, contact: Contact) -> Menu | None:
        """Where a caller of this client company keys what agents must not hear."""

    def lend(self, contact: Contact, leg: Leg, menu: Menu, inbox: Inbox[object]) -> None:
        """Lead a party through menus until it comes out of them, then post LentBack to the contact's inbox.

        Events of the party are read from `inbox`.
        """
