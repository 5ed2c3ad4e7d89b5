"""The directory: what goes together, what is refused and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.people.directory import Directory
from records.people.errors import BadPerson, PersonExists, UnknownPerson
from records.people.person import Person, check, unknown
from records.people.roles import ALL, GRANTABLE, Role

if TYPE_CHECKING:
    from records.database import Database

BANCO = frozenset({"banco"})


def test_people_are_kept_found_listed_and_changed(database: Database) -> None:
    directory = Directory(database)
    ana = Person(
        "ana",
        "Ana Ñ",
        Role.SUPERVISOR,
        "ana@example.com",
        "es",
        "ana1",
        BANCO,
        frozenset({"norte"}),
        frozenset(),
    )
    made = directory.add(ana, now=10.25)
    directory.add(Person("bob", "Bob", Role.AGENT), now=11.0)
    assert directory.get("ana") == made
    assert made.made_at == 10.25
    assert [each.id for each in directory.all()] == ["ana", "bob"]
    assert [each.id for each in directory.all(after="ana", limit=1)] == ["bob"]
    changed = directory.edit("ana", {"clients": None, "role": Role.ADMINISTRATOR, "teams": None})
    assert directory.get("ana") == changed
    with pytest.raises(PersonExists):
        directory.add(ana, now=12.0)
    with pytest.raises(BadPerson):
        directory.edit("ana", {"clients": BANCO})
    assert directory.get("ana") == changed
    assert directory.disable("ana", now=13.0).disabled_at == 13.0
    assert directory.disable("ana", now=14.0).disabled_at == 13.0
    assert not directory.get("ana").is_active
    assert directory.enable("ana").is_active
    for act in (directory.get, directory.enable, lambda who: directory.edit(who, {})):
        with pytest.raises(UnknownPerson):
            act("nobody")
    assert directory.find("nobody") is None


@pytest.mark.parametrize(
    ("person", "says"),
    [
        (Person("Ana", "Ana", Role.AGENT), "small letters"),
        (Person("ana..b", "Ana", Role.AGENT), "small letters"),
        (Person("a" * 65, "Ana", Role.AGENT), "small letters"),
        (Person("node", "Ana", Role.AGENT), "meaning of its own"),
        (Person("ana", "  ", Role.AGENT), "one line"),
        (Person("ana", "A\nB", Role.AGENT), "one line"),
        (Person("ana", "Ana", Role.AGENT, email="ana"), "no address"),
        (Person("ana", "Ana", Role.AGENT, language="Spanish!"), "code"),
        (Person("ana", "Ana", Role.VIEWER), "one client company at least"),
        (Person("ana", "Ana", Role.VIEWER, clients=BANCO, agent="ana1"), "takes no calls"),
        (Person("ana", "Ana", Role.SUPERVISOR, clients=frozenset()), "nothing would be seen"),
        (Person("ana", "Ana", Role.SUPERVISOR, teams=frozenset({"a b"})), "as config does"),
        (Person("ana", "Ana", Role.ADMINISTRATOR, clients=BANCO), "sees everything"),
        (
            Person("ana", "Ana", Role.AGENT, grants=frozenset({"contact:read"})),
            'did you mean "contacts:read"',
        ),
        (Person("ana", "Ana", Role.AGENT, grants=frozenset({"people:write"})), "cannot be given"),
        (Person("ana", "Ana", Role.AGENT, grants=frozenset({"queues:read"})), "already"),
    ],
)
def test_what_does_not_go_together_is_refused_with_what_would_be_right(person: Person, says: str) -> None:
    with pytest.raises(BadPerson, match=says):
        check(person)


@given(st.sampled_from(Role), st.frozensets(st.sampled_from(sorted(ALL)), max_size=3))
def test_only_what_a_role_may_be_given_is_taken(role: Role, grants: frozenset[str]) -> None:
    person = Person("ana", "Ana", role, clients=BANCO if role is Role.VIEWER else None, grants=grants)
    if grants <= GRANTABLE[role]:
        assert check(person) is person
    else:
        with pytest.raises(BadPerson):
            check(person)


def test_names_that_the_files_do_not_have_are_told() -> None:
    person = Person("ana", "Ana", Role.SUPERVISOR, agent="anna", clients=frozenset({"banco", "luz"}))
    found = unknown(person, agents={"ana"}, clients={"banco"}, teams=())
    assert found == [
        'agent: no agent is called anna; did you mean "ana"?',
        "clients: no client company is called luz; known: banco",
    ]
