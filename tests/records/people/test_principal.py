"""Who may see and do what: scopes by client and team, roles and grants."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from records.people.principal import NODE, Principal
from records.people.roles import ALL, GRANTABLE, MAY, Role, permissions_of

NAMES = st.sampled_from(["banco", "tienda", "luz", "agua"])
SCOPES = st.none() | st.frozensets(NAMES)


def principal(clients: frozenset[str] | None, teams: frozenset[str] | None = None) -> Principal:
    return Principal("eva", "Eva", Role.SUPERVISOR, MAY[Role.SUPERVISOR], clients, teams, agent="eva1")


@given(SCOPES, st.none() | NAMES)
def test_a_client_is_seen_by_those_who_see_all_and_those_who_have_it(
    clients: frozenset[str] | None, client: str | None
) -> None:
    assert principal(clients).sees_client(client) is (clients is None or client in clients)
    assert principal(None, clients).sees_team(client) is (clients is None or client in clients)


@given(SCOPES, st.frozensets(NAMES))
def test_what_serves_several_clients_is_seen_by_those_who_may_see_each(
    clients: frozenset[str] | None, served: frozenset[str]
) -> None:
    expected = clients is None or (bool(served) and all(each in clients for each in served))
    assert principal(clients).sees_clients(served) is expected


@given(SCOPES, SCOPES)
def test_narrowing_never_shows_more_than_the_scope_or_than_was_asked(
    clients: frozenset[str] | None, asked: frozenset[str] | None
) -> None:
    found = principal(clients).narrowed(asked)
    if found is None:
        assert clients is None
        assert asked is None
        return
    assert all(principal(clients).sees_client(each) for each in found)
    assert asked is None or found <= asked
    assert all(each in found for each in asked or () if principal(clients).sees_client(each))


@given(st.sampled_from(Role), st.frozensets(st.sampled_from(sorted(ALL))))
def test_grants_add_only_what_the_role_may_be_given(role: Role, grants: frozenset[str]) -> None:
    found = permissions_of(role, grants)
    assert MAY[role] <= found <= MAY[role] | GRANTABLE[role]
    assert (found - MAY[role]) <= grants


def test_every_permission_is_some_role_s_and_every_grant_is_a_permission() -> None:
    assert MAY[Role.ADMINISTRATOR] == ALL == NODE.permissions
    assert all(each <= ALL for each in GRANTABLE.values())
    assert all(not GRANTABLE[role] & MAY[role] for role in Role)


def test_a_viewer_changes_nothing_but_the_own_password() -> None:
    words = {each.partition(":")[2] for each in MAY[Role.VIEWER] - {"self:write"}}
    assert words == {"read"}
    assert not (GRANTABLE[Role.VIEWER] & {each for each in ALL if each.endswith((":write", ":direct"))})


def test_an_agent_acts_for_nobody_else() -> None:
    assert not [each for each in MAY[Role.AGENT] if each.endswith((":direct", ":monitor", ":publish"))]
    assert principal(None).is_agent("eva1")
    assert not principal(None).is_agent("eva2")
    assert not Principal("x", "X", Role.AGENT, MAY[Role.AGENT]).is_agent("")
