"""Conversations over HTTP: what their agents could do by keys, and supervisors who come in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from aiohttp import web

from calls import acts
from calls.monitor import MonitorMode
from console.access import PRINCIPAL
from console.acts import Deed
from console.api.mistakes import invalid
from console.api.model import Line, Model, Name
from console.api.routes import Routes
from console.api.scope import sees, sees_agent, sees_all, who_acts
from console.keys import CONVERSATIONS, WORK
from console.problem import Mistake, Refusal
from records.people.roles import Role

routes = Routes("conversations")

ActName = Literal[
    "transfer",
    "consult",
    "supervisor",
    "complete",
    "toggle",
    "conference",
    "cancel",
    "hold",
    "resume",
    "capture",
    "pause-recording",
    "resume-recording",
    "hand-back",
    "end",
]
ACTS: Mapping[str, type[acts.Act]] = {
    "transfer": acts.TransferTo,
    "consult": acts.Consult,
    "supervisor": acts.CallSupervisor,
    "complete": acts.Complete,
    "toggle": acts.Toggle,
    "conference": acts.Conference,
    "cancel": acts.Cancel,
    "hold": acts.Hold,
    "resume": acts.Resume,
    "capture": acts.CaptureSecurely,
    "pause-recording": acts.PauseRecording,
    "resume-recording": acts.ResumeRecording,
    "hand-back": acts.HandBack,
    "end": acts.EndCall,
}
"""The acts by their names in paths and commands."""


class Asked(Deed):
    """An act of the agent."""

    target: Line | None = None
    """The number that the agent would dial: of transfer and consult alone."""


class Takeover(Deed):
    """A supervisor is to go on with the caller."""

    supervisor: Line
    """The account of his or her phone, which is called: one's own, or that of an agent of one's teams."""


class Monitored(Takeover):
    """A supervisor is to come in."""

    mode: Literal["listen", "whisper", "barge"] = "listen"


class Done(Model):
    """An act that was carried out, or has begun."""

    contact: str
    act: ActName
    by: str


class SupervisorCalled(Model):
    """A supervisor whose phone rings."""

    contact: str
    supervisor: str
    call: str
    """The contact of the supervisor's own call."""


def in_it(request: web.Request) -> bool:
    """Whether who asks is an agent of this conversation."""
    desk, agent = request.app[WORK], request[PRINCIPAL].agent
    contact = desk.contact_of(request.match_info["contact"])
    settings = desk.routing().agents.get(agent or "")
    if contact is None or settings is None:
        return False
    own = settings.account
    return any(leg.agent == agent or (own is not None and leg.account == own) for leg in contact.legs)


def _refuse_foreign(request: web.Request, contact: str) -> None:
    """A conversation of a client company or a team that the asker may not see is as if it were over. Raises Refusal."""
    found = request.app[WORK].contact_of(contact)
    agents = {leg.agent for leg in found.legs if leg.agent is not None} if found is not None else set()
    is_theirs = not agents or any(sees_agent(request, each) for each in agents)
    if not (is_theirs and sees(request, found.client if found is not None else None)) and not in_it(request):
        raise Refusal(404, "unknown_contact", f"no contact {contact} is in progress")


def _refuse_strange_phone(request: web.Request, account: str) -> None:
    """A phone that rings puts whoever takes it into a conversation: only administrators choose any. Raises Refusal."""
    principal = request[PRINCIPAL]
    agents = request.app[WORK].routing().agents.values()
    whose = [each.id for each in agents if each.account == account]
    is_administrator = principal.role is Role.ADMINISTRATOR and sees_all(request)
    if is_administrator or any(map(principal.is_agent, whose)):
        return
    if not any(sees_agent(request, each) for each in whose):
        raise Refusal(403, "not_your_phone", "supervisor: name the account of your own phone")


_PROBLEMS = {
    "unknown_contact": 404,
    "leads_nowhere": 404,
    "not_now": 409,
    "act_refused": 409,
    "not_allowed": 403,
}


@routes.post(
    "/api/v1/contacts/{contact}/{act}",
    permission="conversations:direct",
    own=in_it,
    answer=Done,
    problems=_PROBLEMS,
)
async def act(request: web.Request, contact: Name, act: ActName, body: Asked) -> Mapping[str, object]:
    """Do what the agent of a conversation could do by keys."""
    _refuse_foreign(request, contact)
    kind, by = ACTS[act], who_acts(request, body.by)
    if acts.is_targeted(kind) != (body.target is not None):
        needs = "needs" if acts.is_targeted(kind) else "takes no"
        raise invalid("body", [Mistake("/body/target", f"{act} {needs} number to dial")])
    await request.app[CONVERSATIONS].act(contact, acts.make(kind, body.target or ""), by)
    return {"contact": contact, "act": act, "by": by}


@routes.post(
    "/api/v1/contacts/{contact}/monitor",
    permission="conversations:monitor",
    answer=SupervisorCalled,
    problems={**_PROBLEMS, "no_phone": 409, "not_your_phone": 403},
)
async def monitor(request: web.Request, contact: Name, body: Monitored) -> Mapping[str, object]:
    """Call a supervisor's phone into a conversation."""
    return _called(request, contact, body.supervisor, MonitorMode(body.mode))


@routes.post(
    "/api/v1/contacts/{contact}/take-over",
    permission="conversations:monitor",
    answer=SupervisorCalled,
    problems={**_PROBLEMS, "no_phone": 409, "not_your_phone": 403},
)
async def take_over(request: web.Request, contact: Name, body: Takeover) -> Mapping[str, object]:
    """Call a supervisor's phone, who goes on with the caller in the agent's place."""
    return _called(request, contact, body.supervisor, None)


def _called(
    request: web.Request, contact: str, supervisor: str, mode: MonitorMode | None
) -> Mapping[str, object]:
    _refuse_foreign(request, contact)
    _refuse_strange_phone(request, supervisor)
    own = request.app[CONVERSATIONS].monitor(contact, supervisor, mode)
    return {"contact": contact, "supervisor": supervisor, "call": own}
