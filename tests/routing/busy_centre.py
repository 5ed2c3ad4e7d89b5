"""Four agents and four queues that use every rule there is, for tests of everything at once."""

from __future__ import annotations

from routing.agents.tables import Status
from routing.settings import NoAnswer, Presence, QueueSettings, ServiceLevel
from routing.skills import Relaxation
from tests.routing.floor import agent

AGENTS = {
    each.id: each
    for each in (
        agent("ana", skills={"es": 5, "cards": 3}, queues=("cards", "loans", "all"), levels={"loans": 2}),
        agent("ben", skills={"es": 2}, queues=("cards", "all", "more")),
        agent("cyd", contact=None, account="103", skills={"cards": 1}, queues=("loans", "all", "more"), wrap_up=5.0),
        agent("dan", contact=None, account="104", skills={"es": 4}, queues=("loans", "cards", "more"),
              status=Status.NOT_READY),
    )
}  # fmt: skip
RELAX = (Relaxation(10, (("cards", 1),)), Relaxation(40, (("es", None), ("cards", None))))
QUEUES = {
    each.id: each
    for each in (
        QueueSettings("cards", requires=(("es", 1),), ring_timeout=20, wrap_up=10, max_wait=90, capacity=6,
                      relax=RELAX, sticky=15, prefers=("cards",), strategy="best-skill"),
        QueueSettings("loans", ring_timeout=15, no_answer=NoAnswer.RETRY, join_empty=Presence.LOGGED_IN,
                      service_level=ServiceLevel(60), weight=3, strategy="round-robin"),
        QueueSettings("all", strategy="ring-all", no_answer=NoAnswer.RETRY, priority_step=20, sticky=5,
                      relax=RELAX),
        QueueSettings("more", strategy="ring-progressively", progressive_delay=3, max_wait=200,
                      leave_empty=Presence.AVAILABLE, leave_empty_after=4),
    )
}  # fmt: skip
REQUIRES = [(), (("es", 3),), (("cards", 2),)]
