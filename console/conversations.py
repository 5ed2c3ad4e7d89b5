"""Conversations over HTTP: what their agents could do by keys, and supervisors who come in."""

from __future__ import annotations

from typing import Literal

from aiohttp import web

from base.errors import CentralitaError
from calls import acts
from calls.monitor import MonitorMode
from console.acts import Act, Line, read_act
from console.keys import CONVERSATIONS
from console.problem import problem

routes = web.RouteTableDef()

ACTS: dict[str, type[acts.Act]] = {
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
_NAMES = "|".join(ACTS)
_HTTP = {480: 409, 491: 409}
"""Of SIP statuses, what a client of HTTP is told."""


class Asked(Act):
    """An act of the agent; transfer and consult need the number that the agent would dial."""

    target: Line | None = None


class Monitored(Act):
    """A supervisor is to come in, by the account of his or her phone, which is called."""

    supervisor: Line
    mode: Literal["listen", "whisper", "barge"] = "listen"


@routes.post(f"/api/v1/contacts/{{contact}}/{{act:{_NAMES}}}")
async def act(request: web.Request) -> web.Response:
    """What the agent of a conversation could do by keys."""
    asked = await read_act(Asked, request)
    contact, name = request.match_info["contact"], request.match_info["act"]
    kind = ACTS[name]
    if acts.is_targeted(kind) != (asked.target is not None):
        needs = "needs" if acts.is_targeted(kind) else "takes no"
        return problem(422, "invalid_body", f"target: {name} {needs} number to dial")
    try:
        await request.app[CONVERSATIONS].act(contact, acts.make(kind, asked.target or ""), asked.by)
    except CentralitaError as error:
        return _refused(error)
    return web.json_response({"contact": contact, "act": name, "by": asked.by})


@routes.post("/api/v1/contacts/{contact}/monitor")
async def monitor(request: web.Request) -> web.Response:
    """Call a supervisor's phone into a conversation."""
    asked = await read_act(Monitored, request)
    return _called(request, asked.supervisor, MonitorMode(asked.mode))


@routes.post("/api/v1/contacts/{contact}/take-over")
async def take_over(request: web.Request) -> web.Response:
    """Call a supervisor's phone, who goes on with the caller in the agent's place."""
    asked = await read_act(Monitored, request)
    return _called(request, asked.supervisor, None)


def _called(request: web.Request, supervisor: str, mode: MonitorMode | None) -> web.Response:
    contact = request.match_info["contact"]
    try:
        own = request.app[CONVERSATIONS].monitor(contact, supervisor, mode)
    except CentralitaError as error:
        return _refused(error)
    return web.json_response({"contact": contact, "supervisor": supervisor, "call": own})


def _refused(error: CentralitaError) -> web.Response:
    return problem(_HTTP.get(error.status, error.status), error.code, str(error))
