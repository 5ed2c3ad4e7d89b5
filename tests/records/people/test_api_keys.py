"""API keys: no more than their makers and owners, as long as they last."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from records.people.api_keys import ApiKeys
from records.people.directory import Directory
from records.people.errors import BadKey, UnknownKey
from records.people.person import Person
from records.people.principal import NODE, Principal
from records.people.roles import MAY, Role
from records.people.sessions import principal_of

if TYPE_CHECKING:
    from records.database import Database

CLIENTS = st.none() | st.frozensets(st.sampled_from(["banco", "tienda", "luz"]))


def test_a_key_opens_until_it_is_over_or_revoked_and_only_its_hash_is_kept(database: Database) -> None:
    keys = ApiKeys(database)
    token, made = keys.make(NODE, "wall", {"figures:read"}, clients={"banco"}, until=100.0, now=10.0)
    found = keys.principal(token, now=99.0)
    assert found is not None
    assert (found.id, found.permissions, found.clients) == (
        f"key:{made.id}",
        frozenset({"figures:read"}),
        frozenset({"banco"}),
    )
    assert keys.principal(token, now=100.0) is None
    assert keys.principal(token[:-1] + ("a" if token[-1] != "a" else "b"), now=11.0) is None
    assert keys.principal(f"ck_{made.id}_", now=11.0) is None
    assert keys.all()[0].used_at == 99.0
    assert token not in repr(keys.all())
    lasting, other = keys.make(NODE, "wall", {"figures:read"}, now=10.0)
    assert keys.principal(lasting, now=1e9) is not None
    assert keys.revoke(lasting, now=20.0).revoked_at == 20.0
    assert keys.revoke(other.id, now=30.0).revoked_at == 20.0
    assert keys.principal(lasting, now=21.0) is None
    with pytest.raises(UnknownKey) as refused:
        keys.revoke("ck_nobody_secretsecret", now=1.0)
    assert "secretsecret" not in str(refused.value)


def test_a_person_s_key_falls_with_the_person(database: Database) -> None:
    keys, directory = ApiKeys(database), Directory(database)
    eva = directory.add(Person("eva", "Eva", Role.SUPERVISOR, agent="eva1"), now=1.0)
    asked = frozenset({"contacts:read", "agents:direct", "queues:read"})
    token, _ = keys.make(principal_of(eva), "hers", asked, now=1.0)
    found = keys.principal(token, now=2.0)
    assert found is not None
    assert (found.permissions, found.agent, found.person) == (asked, "eva1", "eva")
    directory.edit("eva", {"role": Role.VIEWER, "agent": None, "clients": frozenset({"luz"})})
    found = keys.principal(token, now=2.0)
    assert found is not None
    assert (found.permissions, found.clients) == (
        frozenset({"contacts:read", "queues:read"}),
        frozenset({"luz"}),
    )
    directory.disable("eva", now=3.0)
    assert keys.principal(token, now=4.0) is None
    assert [each.name for each in keys.all("eva")] == ["hers"]
    assert keys.all("bob") == []


@pytest.mark.parametrize(
    ("name", "permissions", "until", "says"),
    [
        ("", {"figures:read"}, None, "which program"),
        ("a\nb", {"figures:read"}, None, "which program"),
        ("k", set(), None, "one at least"),
        ("k", {"figure:read"}, None, "did you mean"),
        ("k", {"people:write"}, None, "for people only"),
        ("k", {"keys:write"}, None, "for people only"),
        ("k", {"menus:publish"}, None, "may not"),
        ("k", {"figures:read"}, 5.0, "over already"),
    ],
)
def test_what_no_key_may_have_is_refused(
    database: Database, name: str, permissions: set[str], until: float | None, says: str
) -> None:
    eva = Principal("eva", "Eva", Role.SUPERVISOR, MAY[Role.SUPERVISOR], person="eva")
    with pytest.raises(BadKey, match=says):
        ApiKeys(database).make(eva, name, permissions, until=until, now=10.0)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(CLIENTS, CLIENTS, CLIENTS)
def test_no_key_ever_sees_more_than_maker_and_owner(
    database: Database,
    makers: frozenset[str] | None,
    asked: frozenset[str] | None,
    later: frozenset[str] | None,
) -> None:
    keys, directory = ApiKeys(database), Directory(database)
    maker = Principal("eva", "Eva", Role.SUPERVISOR, MAY[Role.SUPERVISOR], makers, person="eva")
    if directory.find("eva") is None:
        directory.add(Person("eva", "Eva", Role.SUPERVISOR), now=1.0)
    directory.edit("eva", {"clients": later or None})
    try:
        token, _ = keys.make(maker, "k", {"figures:read"}, clients=asked, now=1.0)
    except BadKey:
        assert (
            asked == frozenset() or makers == frozenset() or (asked or frozenset()) - (makers or frozenset())
        )
        return
    found = keys.principal(token, now=2.0)
    assert found is not None
    for client in ("banco", "tienda", "luz"):
        if found.sees_client(client):
            assert makers is None or client in makers
            assert asked is None or client in asked
            assert not later or client in later
