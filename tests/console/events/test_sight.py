"""Who is told what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from console.events.sight import Sight, UnknownType, Wish, check_types
from console.events.told import tell
from records.people.principal import NODE, Principal
from records.people.roles import MAY, Role
from tests.kit.fed_events import fed

if TYPE_CHECKING:
    from console.events.told import Told

TEAMS = {"ana": "day", "bob": "night"}


def told(kind: str = "queue.joined", **said: Any) -> Told:
    found = tell(fed(7, kind, **said))
    assert found is not None
    return found


def state_of(agent: str) -> Told:
    return told("agent.state", contact=None, client=None, queue=None, data={"agent": agent, "state": "idle"})


def sight(role: Role, **said: Any) -> Sight:
    return Sight.of(Principal("p", "P", role, MAY[role], **said), TEAMS.get)


def test_the_node_s_key_sees_everything_with_personal_data() -> None:
    found = Sight.of(NODE, TEAMS.get)
    assert found.allows(told())
    assert found.allows(state_of("ana"))
    assert found.personal


def test_a_viewer_sees_the_own_companies_alone_and_nothing_of_agents() -> None:
    found = sight(Role.VIEWER, clients=frozenset({"acme"}))
    assert found.allows(told())
    assert not found.allows(told(client="other"))
    assert not found.allows(told(client=None))
    assert not found.allows(state_of("ana"))


def test_a_supervisor_of_a_team_sees_the_states_of_its_agents_alone() -> None:
    found = sight(Role.SUPERVISOR, teams=frozenset({"day"}))
    assert found.allows(told())
    assert found.allows(state_of("ana"))
    assert not found.allows(state_of("bob"))


def test_a_person_whose_role_is_agent_and_who_is_none_yet_sees_nothing() -> None:
    found = sight(Role.AGENT)
    assert not found.allows(told())
    assert not found.allows(told(client=None))
    assert not found.allows(state_of("ana"))


def test_an_agent_sees_what_is_his_own_without_personal_data() -> None:
    found = sight(Role.AGENT, agent="ana")
    assert not found.personal
    assert not found.allows(told())
    assert found.allows(told(agents=("bob", "ana")))
    assert found.allows(state_of("ana"))
    assert not found.allows(state_of("bob"))


@pytest.mark.parametrize(
    ("wish", "wanted"),
    [
        (Wish(), True),
        (Wish(types=("queue.*",)), True),
        (Wish(types=("leg.*", "queue.joined")), True),
        (Wish(types=("leg.*",)), False),
        (Wish(clients=frozenset({"acme", "x"})), True),
        (Wish(clients=frozenset({"x"})), False),
        (Wish(queues=frozenset({"help"})), True),
        (Wish(queues=frozenset({"sales"})), False),
        (Wish(contacts=frozenset({"c1"})), True),
        (Wish(contacts=frozenset({"c2"})), False),
        (Wish(agents=frozenset({"ana"})), True),
        (Wish(agents=frozenset({"bob"})), False),
        (Wish(types=("queue.*",), clients=frozenset({"x"})), False),
    ],
)
def test_what_is_wanted_is_all_that_was_named(wish: Wish, *, wanted: bool) -> None:
    event = told(agents=("ana",))
    assert wish.wants(event) is wanted
    assert wish.wants(event) is wanted


def test_patterns_that_mean_no_type_are_refused_with_what_is_near() -> None:
    assert check_types(["queue.*", "queue.*", "leg.ended"]) == ("queue.*", "leg.ended")
    with pytest.raises(UnknownType, match=r"queue\.joined"):
        check_types(["queue.joind"])
    for wrong in ("", "queue.[a]", "x" * 70, "QUEUE.*"):
        with pytest.raises(UnknownType):
            check_types([wrong])
    with pytest.raises(UnknownType, match="at most"):
        check_types([f"queue.{'?' * n}" for n in range(1, 105)])
