"""A consultation: an agent talks with a third party while the caller waits, and then leaves, confers or comes back.

Whoever dies meanwhile leaves nobody alone: without the agent, caller and consulted party are joined, or the caller is
stranded and goes where the conversation came from; without the caller the two finish what they say.
"""

from __future__ import annotations

from enum import auto
from typing import TYPE_CHECKING

from base.machine import Letter, Machine, Table
from calls.acts import LeadsNowhere
from calls.events import LegAnswered, LegEnded, LegProgressed
from calls.introduce import introduce
from calls.leg import Leg
from sip import causes

if TYPE_CHECKING:
    from calls.calling import Calling
    from calls.destination import Destination
    from calls.talk import Talk

_NOT_A_PERSON = 403
"""Only somebody who can answer is consulted."""


class ConsultState(Letter):
    """How far it has come."""

    CALLING = auto()
    DESERTED = auto()
    """The agent has gone while the other's phone rings."""
    ASIDE = auto()
    """Agent and consulted party talk, the caller waits."""
    WITH_CALLER = auto()
    """Agent and caller talk, the consulted party waits."""
    OVER = auto()


class ConsultInput(Letter):
    """What can happen."""

    ANSWERED = auto()
    FAILED = auto()
    """Nobody comes."""
    TOGGLE = auto()
    COMPLETE = auto()
    CONFER = auto()
    CANCEL = auto()
    AGENT_GONE = auto()
    CALLER_GONE = auto()
    CONSULTED_GONE = auto()


class ConsultEffect(Letter):
    """What then has to be done."""

    TALK_ASIDE = auto()
    TALK_WITH_CALLER = auto()
    RELEASE_AGENT = auto()
    HAND_OVER = auto()
    """Caller and consulted party are joined, the agent is let go."""
    CONFER = auto()
    DISMISS = auto()
    """The consulted party is let go."""
    RETURN = auto()
    """Agent and caller talk again."""
    STRAND = auto()
    FINISH = auto()
    """Agent and consulted party go on, the caller has gone."""
    LET_GO = auto()


S, On, Do = ConsultState, ConsultInput, ConsultEffect

_BOTH = (S.ASIDE, S.WITH_CALLER)

CONSULT: Table[ConsultState, ConsultInput, ConsultEffect] = Table(
    "consultation",
    S.CALLING,
    {
        (S.CALLING, On.ANSWERED): (S.ASIDE, (Do.TALK_ASIDE,)),
        (S.CALLING, On.FAILED): (S.OVER, (Do.RETURN,)),
        (S.CALLING, On.CANCEL): (S.OVER, (Do.DISMISS, Do.RETURN)),
        (S.CALLING, On.COMPLETE): (S.DESERTED, (Do.RELEASE_AGENT,)),
        (S.CALLING, On.AGENT_GONE): (S.DESERTED, ()),
        (S.CALLING, On.CALLER_GONE): (S.OVER, (Do.DISMISS, Do.LET_GO)),
        (S.DESERTED, On.ANSWERED): (S.OVER, (Do.HAND_OVER,)),
        (S.DESERTED, On.FAILED): (S.OVER, (Do.STRAND,)),
        (S.DESERTED, On.CALLER_GONE): (S.OVER, (Do.DISMISS, Do.LET_GO)),
        (S.ASIDE, On.TOGGLE): (S.WITH_CALLER, (Do.TALK_WITH_CALLER,)),
        (S.WITH_CALLER, On.TOGGLE): (S.ASIDE, (Do.TALK_ASIDE,)),
        **{(state, On.COMPLETE): (S.OVER, (Do.HAND_OVER,)) for state in _BOTH},
        **{(state, On.AGENT_GONE): (S.OVER, (Do.HAND_OVER,)) for state in _BOTH},
        **{(state, On.CONFER): (S.OVER, (Do.CONFER,)) for state in _BOTH},
        **{(state, On.CANCEL): (S.OVER, (Do.DISMISS, Do.RETURN)) for state in _BOTH},
        **{(state, On.CONSULTED_GONE): (S.OVER, (Do.RETURN,)) for state in _BOTH},
        **{(state, On.CALLER_GONE): (S.OVER, (Do.FINISH,)) for state in _BOTH},
    },
    absorbed={
        # The agent's wishes that come too early or too late; whoever wishes is told so before.
        (S.CALLING, On.TOGGLE),
        (S.CALLING, On.CONFER),
        *((S.DESERTED, each) for each in (On.TOGGLE, On.COMPLETE, On.CONFER, On.CANCEL, On.AGENT_GONE)),
        # Of whom we call it is told as FAILED that it does not come; and an answer comes once.
        *((state, On.CONSULTED_GONE) for state in (S.CALLING, S.DESERTED)),
        *((state, each) for state in _BOTH for each in (On.ANSWERED, On.FAILED)),
        *((S.OVER, each) for each in On),
    },
)


class Consult:
    """One consultation of one agent."""

    __slots__ = ("_calling", "_consulted", "_machine", "_result", "_talk", "_to", "agent")

    def __init__(self, talk: Talk, agent: Leg, to: str, calling: Calling) -> None:
        """Keep what belongs together; `begin` begins. `to` is whom the agent wanted, for the record."""
        self._talk = talk
        self.agent = agent
        self._to = to
        self._calling = calling
        self._consulted: Leg | None = None
        self._machine = Machine(CONSULT)
        self._result = ""

    @property
    def until(self) -> float | None:
        """When the other party has rung for long enough."""
        return self._calling.until if self._machine.state in (S.CALLING, S.DESERTED) else None

    def can(self, wish: ConsultInput) -> bool:
        """Whether the agent may wish that now."""
        return self._machine.can(wish)

    async def begin(self) -> None:
        """Let the caller wait, and call. Raises LeadsNowhere where nobody can be called; then they talk as before."""
        self._talk.seat(self._talk.rest(self.agent))
        found = await self._calling.call()
        if not self._found(found):
            raise LeadsNowhere("nobody can be called there")

    def wish(self, wish: ConsultInput) -> None:
        """The agent asks for it."""
        self._fire(wish)

    async def take(self, event: object) -> None:
        """One event of the contact."""
        called = self._calling.leg
        match event:
            case None:
                self._go_on(await self._calling.rang_out(causes.NO_ANSWER))
            case LegProgressed(leg=leg) if leg is called and self._machine.state is S.CALLING:
                self._hear_early(leg)
            case LegAnswered(leg=leg) if leg is called and not leg.has_ended:
                self._consulted = leg
                self._talk.contact.record("consult.answered", leg)
                self._fire(On.ANSWERED)
            case LegEnded(leg=leg) if leg is self._consulted:
                self._fire(On.CONSULTED_GONE)
            case LegEnded(leg=leg) if leg is called:
                self._go_on(await self._calling.refused(event))
            case LegEnded(leg=leg) if leg is self.agent:
                self._fire(On.AGENT_GONE)
            case LegEnded(leg=leg) if leg in self._talk.parties:
                self._lose(leg)
            case _:
                self._talk.handle(event)

    def abandon(self) -> None:
        """Something went wrong with ourselves, or all is over."""
        self._calling.dismiss(causes.INTERRUPTED)
        self._end("broken off")

    def _go_on(self, found: Leg | Destination | int) -> None:
        if not self._found(found) and not self.agent.has_ended:
            self._talk.tell(self.agent, "agent_not_answered")

    def _found(self, found: Leg | Destination | int) -> bool:
        """Whether somebody is called now."""
        if isinstance(found, Leg):
            if self._machine.state is S.CALLING:
                self._talk.let_ring(self.agent)
            return True
        status = found if isinstance(found, int) else _NOT_A_PERSON
        self._talk.contact.record("consult.failed", self.agent, to=self._to, status=status)
        self._fire(On.FAILED)
        return False

    def _hear_early(self, called: Leg) -> None:
        """A carrier's announcement is heard by the agent (RFC 3960 s.3)."""
        if called.is_audible and not self.agent.has_ended:
            self.agent.stop()
            self._talk.exchange.plane.bridge(self.agent.stream.port, called.stream.port)

    def _lose(self, gone: Leg) -> None:
        """One of those who wait has gone; of a conference others may be left."""
        talk = self._talk
        if len(talk.parties) == 2:
            self._fire(On.CALLER_GONE)
            return
        talk.shrink(gone)
        self._reseat()

    def _reseat(self) -> None:
        talk, state, consulted = self._talk, self._machine.state, self._consulted
        if state is S.WITH_CALLER:
            talk.seat(talk.parties, *(((consulted,),) if consulted is not None else ()))
        elif state is S.ASIDE and consulted is not None:
            talk.seat((self.agent, consulted), talk.rest(self.agent))
        else:
            talk.seat(talk.rest(self.agent))

    def _fire(self, event: ConsultInput) -> None:
        effects = self._machine.fire(event)
        if effects and self._machine.state is S.OVER:
            self._talk.episode = None
            self._end(_RESULTS[event])
        for effect in effects:
            _EFFECTS[effect](self)

    def _end(self, result: str) -> None:
        if not self._result:
            self._result = result
            self._talk.contact.record("consult.ended", self.agent, to=self._to, result=result)

    # --- effects ---

    def _talk_aside(self) -> None:
        self._reseat()
        if self._consulted is not None:
            introduce(self._consulted, to=self.agent)

    def _talk_with_caller(self) -> None:
        self._reseat()
        introduce(self._talk.rest(self.agent)[0], to=self.agent)

    def _release_agent(self) -> None:
        self.agent.hang_up()

    def _hand_over(self) -> None:
        newcomer = self._consulted
        if newcomer is not None:
            self._talk.contact.record("transfer.completed", self.agent, to=self._to, to_leg=newcomer.id)
            self._talk.replace(self.agent, newcomer)

    def _confer(self) -> None:
        if self._consulted is not None:
            self._talk.admit(self._consulted)

    def _dismiss(self) -> None:
        self._calling.dismiss(causes.NORMAL)
        if self._consulted is not None:
            self._consulted.hang_up()

    def _return(self) -> None:
        self._talk.join()
        introduce(self._talk.rest(self.agent)[0], to=self.agent)

    def _strand(self) -> None:
        talk = self._talk
        if len(talk.parties) > 2:
            talk.shrink(self.agent)
            talk.join()
        else:
            talk.strand(self.agent)

    def _finish(self) -> None:
        if self._consulted is not None:
            self._talk.meet((self.agent, self._consulted))

    def _let_go(self) -> None:
        gone = next((leg for leg in self._talk.parties if leg.has_ended), None)
        self._talk.part(gone)


_RESULTS = {
    On.ANSWERED: "completed",
    On.FAILED: "not answered",
    On.COMPLETE: "completed",
    On.AGENT_GONE: "completed",
    On.CONFER: "conference",
    On.CANCEL: "cancelled",
    On.CONSULTED_GONE: "the other hung up",
    On.CALLER_GONE: "the caller hung up",
}
_EFFECTS = {
    Do.TALK_ASIDE: Consult._talk_aside,  # noqa: SLF001 - the table of this class, outside its body
    Do.TALK_WITH_CALLER: Consult._talk_with_caller,  # noqa: SLF001
    Do.RELEASE_AGENT: Consult._release_agent,  # noqa: SLF001
    Do.HAND_OVER: Consult._hand_over,  # noqa: SLF001
    Do.CONFER: Consult._confer,  # noqa: SLF001
    Do.DISMISS: Consult._dismiss,  # noqa: SLF001
    Do.RETURN: Consult._return,  # noqa: SLF001
    Do.STRAND: Consult._strand,  # noqa: SLF001
    Do.FINISH: Consult._finish,  # noqa: SLF001
    Do.LET_GO: Consult._let_go,  # noqa: SLF001
}
