"""What the agent of a conversation does with it, asked for by keys or from outside: one implementation for all ways.

Each act is done or refused at once; what comes of it later is told by events. Rights are the desk's.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from base.errors import CentralitaError
from calls import acts
from calls.acts import LeadsNowhere, NotAllowed, NotNow
from calls.calling import Calling
from calls.capture import Capture
from calls.consult import Consult, ConsultInput
from calls.destination import Agent, Extension, FeatureCode, Hangup, Number, Queue, Uri, described
from calls.held import Held
from calls.in_call_keys import Begun, Broken, Complete, InCallKeys, Loose
from calls.transfer import Transfer, transfer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calls.acts import Act, ActAsked
    from calls.desk import ActDesk, Desk, Party
    from calls.destination import Destination
    from calls.events import DigitPressed
    from calls.in_call_keys import Decision
    from calls.leg import Leg
    from calls.talk import Talk

_REFUSED = "agent_not_possible"
"""What an agent is told whose keys cannot be obeyed."""
_MOST = 16
"""Parties of a conference; who monitors needs room besides."""
_EACH_RINGS = 20.0
"""Seconds that the phone of each supervisor, or agent of a queue, rings before the next."""


class Handling:
    """The acts of one conversation."""

    __slots__ = ("_desk", "_hushed", "_keys", "_paused", "_rules", "_talk", "_typist")

    def __init__(self, talk: Talk, desk: Desk, rules: ActDesk) -> None:
        """The `desk` knows where numbers lead, the `rules` the codes, and who may what."""
        self._talk = talk
        self._desk = desk
        self._rules = rules
        self._keys: InCallKeys | None = None
        self._typist: Leg | None = None
        """Whose keys those are."""
        self._hushed: Leg | None = None
        """Whom the others do not hear while a code is keyed."""
        self._paused: Leg | None = None
        """Whose recording an agent has paused."""

    @property
    def agent(self) -> Leg | None:
        """Who acts: the party that works for the house; of two that do, the one that was called."""
        talk = self._talk
        ours = [leg for leg in talk.parties if not leg.has_ended and self._rules.is_agent(leg)]
        return min(ours, key=lambda leg: leg is talk.contact.caller, default=None)

    @property
    def until(self) -> float | None:
        """When `overdue` is due."""
        return self._keys.next_timeout() if self._keys is not None else None

    # --- by keys --------------------------------------------------------------------------------------------------

    async def pressed(self, event: DigitPressed) -> bool:
        """A key; whether it belongs to a code and is nobody else's."""
        if event.leg is not self.agent:
            return False
        if self._keys is None or event.leg is not self._typist:
            self._begin_keys(event.leg)
        assert self._keys is not None  # begun just now
        was_typing = self._keys.is_typing
        decision = self._keys.press(event.digit, now=asyncio.get_running_loop().time())
        await self._decided(event.leg, decision)
        return was_typing or decision is not None

    async def overdue(self, *, now: float) -> None:
        """The pause between two keys may have been too long."""
        if self._keys is not None and self._typist is not None:
            await self._decided(self._typist, self._keys.handle_timeout(now=now))

    def _begin_keys(self, typist: Leg) -> None:
        """Whatever another has keyed is no part of what this agent keys."""
        self._unhush()
        codes = self._rules.codes
        targeted = {code for code, act in codes.items() if acts.is_targeted(act)}
        self._keys = InCallKeys(codes.keys() - targeted, targeted)
        self._typist = typist

    async def _decided(self, agent: Leg, decision: Decision | None) -> None:
        match decision:
            case None:
                return
            case Begun():
                self._hush(agent)
                return
            case Loose(keys=keys):
                self._unhush()
                self._pass_on(agent, keys)
            case Broken():
                self._unhush()
                self._talk.tell(agent, _REFUSED)
            case Complete(code=code, target=target):
                self._unhush()
                await self._obey(agent, acts.make(self._rules.codes[code], target))

    async def _obey(self, agent: Leg, act: Act) -> None:
        try:
            await self._do(agent, act, agent.agent or agent.account or agent.role)
        except CentralitaError as error:
            self._talk.contact.record("act.refused", agent, act=type(act).__name__, reason=str(error))
            self._talk.tell(agent, _REFUSED)

    def _hush(self, agent: Leg) -> None:
        """The `*` has been heard by whoever hears its packets as they come; what follows is held back."""
        if self._hushed is None:
            agent.stream.port.secure(on=True, blips=False)
            self._hushed = agent

    def _unhush(self) -> None:
        hushed, self._hushed = self._hushed, None
        if hushed is not None:
            hushed.stream.port.secure(on=False)

    def _pass_on(self, agent: Leg, keys: str) -> None:
        other = self._talk.across(agent)
        if other is not None and keys:
            other.keys.send(keys)

    # --- from outside ---------------------------------------------------------------------------------------------

    async def asked(self, event: ActAsked) -> None:
        """Somebody asks for an act of the agent."""
        agent = self.agent
        if event.answer.done():
            return  # whoever asked waits no longer
        try:
            if agent is None:
                raise NotNow("nobody of the house is in this conversation")
            await self._do(agent, event.act, event.by)
        except CentralitaError as error:
            event.refuse(error)
        else:
            event.grant()

    # --- the acts -------------------------------------------------------------------------------------------------

    async def _do(self, agent: Leg, act: Act, by: str) -> None:
        """Raises ActRefused."""
        talk = self._talk
        match act:
            case acts.TransferTo(target=target):
                await transfer(talk, self._desk, agent, target, self._lead(agent, target), by)
            case acts.Consult(target=target):
                await self._consult(agent, target, by)
            case acts.CallSupervisor():
                await self._call_supervisor(agent, by)
            case acts.Complete() if self._consulting is None and len(talk.parties) > 2:
                agent.hang_up()
            case acts.Complete():
                self._wish(ConsultInput.COMPLETE)
            case acts.Toggle():
                self._wish(ConsultInput.TOGGLE)
            case acts.Conference():
                if len(talk.parties) >= _MOST:
                    raise NotNow(f"no more than {_MOST} talk in a conference")
                self._wish(ConsultInput.CONFER)
            case acts.Cancel():
                self._cancel()
            case acts.Hold():
                self._hold(agent, by)
            case acts.Resume():
                self._resume()
            case acts.CaptureSecurely():
                self._capture(agent, by)
            case acts.PauseRecording() | acts.ResumeRecording():
                self._switch_recording(agent, on=isinstance(act, acts.ResumeRecording))
            case acts.HandBack():
                await self._hand_back(agent, by)
            case acts.EndCall():
                talk.contact.record("call.ended", agent, by=by)
                self._abandon()
                talk.part()

    def _lead(self, agent: Leg, target: str) -> Destination:
        """Where a number leads if the agent dials it. Raises NotAllowed and LeadsNowhere."""
        found = self._desk.dialled(agent, target)
        match found:
            case FeatureCode() | 403:
                raise NotAllowed("the agent may not dial that number")
            case int() | Hangup():
                raise LeadsNowhere("nobody is to be had under that number")
            case _:
                return found

    async def _consult(self, agent: Leg, target: str, by: str) -> None:
        self._must_be_free()
        found = self._lead(agent, target)
        if isinstance(found, Queue):
            free = self._rules.colleagues(found.queue, agent)
            await self._call_any(agent, free, described(found), target, by)
            return
        if not isinstance(found, Agent | Extension | Uri | Number):
            raise LeadsNowhere("only somebody who answers a phone can be consulted")
        reached = self._desk.reach(self._talk.contact, found)
        calling = Calling(self._talk.exchange, self._talk.contact, agent, reached)
        await self._begin(Consult(self._talk, agent, described(found), calling), agent, target, by)

    async def _call_supervisor(self, agent: Leg, by: str) -> None:
        self._must_be_free()
        talk = self._talk
        found = [each for each in self._rules.supervisors(talk.contact, agent) if not talk.has(each)]
        await self._call_any(agent, found, "a supervisor", "a supervisor", by)

    async def _call_any(self, agent: Leg, found: Sequence[Party], to: str, target: str, by: str) -> None:
        """Consult the first of these who answers."""
        talk = self._talk
        if not found:
            raise LeadsNowhere(f"nobody is there: {to}")
        ways = [way for each in found for way in self._desk.reach(talk.contact, each)[0]]
        calling = Calling(
            talk.exchange, talk.contact, agent, (ways, None), tries_all=True, ring_timeout=_EACH_RINGS
        )
        await self._begin(Consult(talk, agent, to, calling), agent, target, by)

    async def _begin(self, consult: Consult, agent: Leg, target: str, by: str) -> None:
        talk = self._talk
        talk.free()
        talk.contact.record("consult.requested", agent, by=by, target=target)
        talk.episode = consult
        await consult.begin()

    def _must_be_free(self) -> None:
        if not self._talk.is_free:
            raise NotNow("something else is going on in this conversation")

    @property
    def _consulting(self) -> Consult | None:
        episode = self._talk.episode
        return episode if isinstance(episode, Consult) else None

    def _wish(self, wish: ConsultInput) -> None:
        consult = self._consulting
        if consult is None or not consult.can(wish):
            raise NotNow("nobody is consulted, or does not answer yet")
        consult.wish(wish)

    def _cancel(self) -> None:
        episode = self._talk.episode
        if isinstance(episode, Consult):
            self._wish(ConsultInput.CANCEL)
        elif isinstance(episode, Transfer | Capture):
            episode.cancel()
        else:
            raise NotNow("there is nothing to break off")

    def _hold(self, agent: Leg, by: str) -> None:
        talk = self._talk
        if talk.episode is not None or talk.parting is not None:
            raise NotNow("the caller waits already")
        held = talk.episode = Held(talk, agent)
        held.begin(by)

    def _resume(self) -> None:
        if not isinstance(self._talk.episode, Held):
            raise NotNow("nobody is held")
        self._talk.episode.resume()

    def _capture(self, agent: Leg, by: str) -> None:
        talk = self._talk
        menu = self._rules.capture(talk.contact)
        if menu is None:
            raise NotAllowed("this client company has no form for it: secure_capture in its file names one")
        if not talk.may_send_on:
            raise NotNow("only one caller can be led into a form, and nobody is called meanwhile")
        talk.free()
        capture = talk.episode = Capture(talk, agent)
        capture.begin(self._rules, menu, by)

    def _switch_recording(self, agent: Leg, *, on: bool) -> None:
        talk = self._talk
        if not self._rules.may_pause_recording(talk.contact):
            raise NotAllowed("this client company does not let agents pause the recording")
        leg = next((each for each in talk.parties if each.recording is not None), None)
        if leg is None or leg.recording is None or on == (self._paused is None):
            raise NotNow("the recording is what it is asked to be, or there is none")
        if on:
            self._record_again()
        else:
            self._paused = leg
            leg.recording.pause()
            agent.when_over(self._record_again)  # what an agent paused goes on without him or her

    def _record_again(self) -> None:
        paused, self._paused = self._paused, None
        if paused is not None and paused.recording is not None and not paused.has_ended:
            paused.recording.resume()

    async def _hand_back(self, agent: Leg, by: str) -> None:
        talk = self._talk
        if talk.back is None:
            raise NotNow("the caller did not come from a queue")
        await transfer(talk, self._desk, agent, described(talk.back), talk.back, by)

    def _abandon(self) -> None:
        if self._talk.episode is not None:
            self._talk.episode.abandon()

    def close(self) -> None:
        """The conversation is over."""
        self._unhush()
        self._record_again()
