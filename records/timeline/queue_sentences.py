"""Sentences for queues, for reservations of agents, and for what agents are and are told to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from records.timeline.verdicts import asked, choice
from records.timeline.wording import duration

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from records.timeline.facts import Facts


def _queue_joined(facts: Facts) -> str:
    return f"Joins queue {facts['queue']}{facts.phrase('position', ' at position {}')}"


LEFT = {
    "answered": "an agent answered",
    "abandoned": "the caller hung up while waiting",
    "exit_key": "the caller pressed the exit key",
    "timeout": "the longest wait was over",
    "full": "it is full",
    "join_empty": "no agent is there",
    "closed": "it closed",
    "leave_empty": "no agent is there any more",
    "withdrawn": "somebody took it out",
    "system": "the server took it out",
}


def _queue_left(facts: Facts) -> str:
    why = LEFT.get(facts["reason"], facts["reason"])
    return f"Leaves queue {facts['queue']} after {duration(facts.data.get('waited'))}: {why}"


def _reservation_created(facts: Facts) -> str:
    return f"Agent {facts['agent']} is reserved for queue {facts['queue']}{_why(facts.data.get('explained'))}"


def _why(explained: object) -> str:
    return f" ({choice(explained)})" if isinstance(explained, dict) and "chosen" in explained else ""


def _queue_relaxed(facts: Facts) -> str:
    waited = duration(facts.data.get("waited"))
    return f"After {waited} less is asked in queue {facts['queue']}: {asked(facts.data)}"


def _queue_prioritised(facts: Facts) -> str:
    return f"Has priority {facts['priority']} in queue {facts['queue']} now{facts.phrase('position', ', position {}')}"


_RESERVATION = {
    "answered": "Agent {} answered",
    "no_answer": "Agent {} did not answer",
    "rejected": "Agent {} declined",
    "busy": "Agent {} was busy",
    "unreachable": "Agent {}'s phone could not be reached",
    "caller_left": "The caller left while agent {}'s phone rang",
    "lost_race": "Somebody was quicker than agent {}",
    "rescinded": "The reservation of agent {} was taken back",
    "failed": "The call to agent {} failed",
}


def _reservation_ended(facts: Facts) -> str:
    known = _RESERVATION.get(facts["result"])
    words = (
        known.format(facts["agent"]) if known else f"Reservation of agent {facts['agent']}: {facts['result']}"
    )
    return f"{words}{facts.phrase('ring', ' after {} of ringing', duration)}"


def _agent_is(name: str) -> Callable[[Facts], str]:
    def tell(facts: Facts) -> str:
        return f"Agent {facts['agent']} is {facts[name].replace('_', ' ')}{facts.phrase('reason', ' ({})')}"

    return tell


def _act(facts: Facts) -> str:
    """What a supervisor did: `status not ready (lunch)`, `move to vip`."""
    told = [
        facts.phrase(name, words)
        for name, words in (
            ("status", " {}"),
            ("reason", " ({})"),
            ("priority", " {}"),
            ("to", " to {}"),
            ("queues", " queues {}"),
            ("skills", " skills {}"),
        )
    ]
    return facts["act"] + "".join(told).replace("_", " ")


QUEUE_SENTENCES: Mapping[str, Callable[[Facts], str]] = {
    "queue.joined": _queue_joined,
    "queue.relaxed": _queue_relaxed,
    "queue.prioritised": _queue_prioritised,
    "queue.exit_key": lambda facts: f"Presses the exit key {facts['key']} of queue {facts['queue']}",
    "queue.left": _queue_left,
    "reservation.created": _reservation_created,
    "reservation.ringing": lambda facts: f"Phone of agent {facts['agent']} rings",
    "reservation.picked_up": lambda facts: f"Agent {facts['agent']} is told who waits",
    "reservation.ended": _reservation_ended,
    "wrap_up.ended": lambda facts: (
        f"Agent {facts['agent']} is done with it after {duration(facts.data.get('seconds'))} of wrap-up"
    ),
    "agent.status": _agent_is("status"),
    "agent.state": _agent_is("state"),
    "agent.interrupted": lambda facts: f"Nothing is known of agent {facts['agent']}: the server stopped",
    "agent.overdue": lambda facts: (
        f"Agent {facts['agent']} is overdue: {facts['reason']} for {duration(facts.data.get('seconds'))}"
    ),
    "contact.disposition": lambda facts: (
        f"Agent {facts['agent']} gives it the result {facts['code']}{facts.phrase('name', ' ({})')}"
    ),
    "disposition.missing": lambda facts: f"Agent {facts['agent']} gave it no result, which is required",
    "agent.directed": lambda facts: f"{facts['by']} directs agent {facts['agent']}: {_act(facts)}",
    "queue.directed": lambda facts: f"{facts['by']} directs queue {facts['queue']}: {_act(facts)}",
    "code.dialled": lambda facts: (
        f"Agent {facts['agent']} dials {facts['code']}{'' if facts.data.get('done') else ', which is refused'}"
    ),
}
