"""What the record tells of agents who are busy: with which contact, and how long the work after it took."""

from __future__ import annotations

from routing.commands import Record
from tests.routing.floor import agent, centre, join, talk


def test_what_an_agent_is_busy_with_is_told_and_how_long_the_wrap_up_took() -> None:
    distributor = centre(agent("ana"), wrap_up=10)
    talk(distributor, join(distributor, "e1", now=0), now=1)
    distributor.bridge_ended("ana", now=60)
    distributor.handle_timeout(now=70)
    told = [each for each in distributor.take_commands() if isinstance(each, Record)]
    states = [each.data for each in told if each.type == "agent.state"]
    assert [(each["state"], each.get("contact")) for each in states[-2:]] == [
        ("wrap_up", "contact-e1"),
        ("idle", None),
    ]
    (done,) = [each for each in told if each.type == "wrap_up.ended"]
    assert (done.contact, done.data) == ("contact-e1", {"agent": "ana", "queue": "q", "seconds": 10})
