"""Logging in: right and wrong, unknown people, delays, second factors used once, sessions that end."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from base.secret import Secret
from records.people.door import Caller
from records.people.errors import (
    BadInvitation,
    CodeNeeded,
    LockedOut,
    SecondFactorExists,
    TooManyLogins,
    UnknownSession,
    WeakPassword,
    WrongLogin,
)
from records.people.lockout import STRANGER_EVERY
from records.people.passwords import MOST_WAITING, Cost, Passwords
from records.people.proofs import INVITATION_LASTS
from records.people.roles import MAY, Role
from records.people.sessions import SessionRules
from tests.kit.doorstep import HERE, PASSWORD, Doorstep

if TYPE_CHECKING:
    from records.database import Database

OTHER = "walnut-Ferry-81"


async def test_whoever_knows_the_password_comes_in_with_the_role_and_its_scope(doorstep: Doorstep) -> None:
    doorstep.add("eva", clients=frozenset({"banco"}), teams=frozenset({"norte"}), agent="eva1")
    entered = await doorstep.enter("eva")
    found = await doorstep.door.principal(entered.token)
    assert found == entered.principal
    assert found is not None
    assert (found.id, found.role, found.permissions) == ("eva", Role.SUPERVISOR, MAY[Role.SUPERVISOR])
    assert found.sees_client("banco")
    assert not found.sees_client("tienda")
    assert found.is_agent("eva1")
    assert doorstep.audited == [
        {"by": "eva", "role": "supervisor", "act": "login", "result": "done", "source": "192.0.2.7"}
    ]


async def test_unknown_disabled_and_wrong_are_refused_alike_and_cost_the_same(doorstep: Doorstep) -> None:
    doorstep.add("eva")
    doorstep.add("gone")
    doorstep.door.directory.disable("gone", now=doorstep.now)
    told = set()
    for person, password in (("eva", OTHER), ("nobody", PASSWORD), ("gone", PASSWORD), ("né", PASSWORD)):
        before = doorstep.passwords.computed
        with pytest.raises(WrongLogin) as refused:
            await doorstep.enter(person, password, caller=Caller(f"192.0.2.{len(person)}"))
        told.add(str(refused.value))
        assert doorstep.passwords.computed - before == 1, person
    assert len(told) == 1
    assert [each.get("on") for each in doorstep.audited[-4:]] == [
        {"person": "eva"},
        None,
        {"person": "gone"},
        None,
    ]


async def test_each_wrong_attempt_after_the_fifth_waits_twice_as_long(doorstep: Doorstep) -> None:
    doorstep.add("eva")
    waits = []
    for n in range(9):
        with pytest.raises(WrongLogin):
            await doorstep.enter("eva", OTHER)
        try:
            await doorstep.enter("eva")
        except LockedOut as locked:
            waits.append(locked.retry_after or 0)
            doorstep.now += waits[-1]
        else:
            assert n < 4
            for _ in range(n + 1):  # coming in made the count new
                with pytest.raises(WrongLogin):
                    await doorstep.enter("eva", OTHER)
    assert waits == sorted(waits)
    assert len(waits) >= 3
    assert waits[-1] >= 2 * waits[-2] - 1


async def test_a_delay_holds_for_people_who_do_not_exist_as_well(doorstep: Doorstep) -> None:
    doorstep.add("eva")
    told = []
    for person in ("eva", "nobody"):
        for _ in range(5):
            with pytest.raises(WrongLogin):
                await doorstep.enter(person, OTHER)
        with pytest.raises(LockedOut) as locked:
            await doorstep.enter(person)
        told.append(str(locked.value))
    assert told[0] == told[1]


async def test_a_stranger_cannot_keep_an_administrator_out(doorstep: Doorstep) -> None:
    doorstep.add("root", Role.ADMINISTRATOR)
    home = Caller("198.51.100.7")
    await doorstep.enter("root", caller=home)
    for n in range(200):
        with pytest.raises((WrongLogin, LockedOut)):
            await doorstep.enter("root", OTHER, caller=Caller(f"203.0.113.{n}"))
    for n in range(60):  # and from the same office, at other people
        with pytest.raises((WrongLogin, LockedOut)):
            await doorstep.enter(f"p{n}", OTHER, caller=home)
    await doorstep.enter("root", caller=home)
    with pytest.raises(LockedOut):
        await doorstep.enter("root", caller=Caller("192.0.2.200"))
    doorstep.now += STRANGER_EVERY
    await doorstep.enter("root", caller=Caller("192.0.2.200"))


async def test_where_people_came_in_before_is_known_after_a_restart(doorstep: Doorstep) -> None:
    doorstep.add("root", Role.ADMINISTRATOR)
    home = Caller("2001:db8:1:2::7")
    await doorstep.enter("root", caller=home)
    again = Doorstep(doorstep.database)
    for n in range(60):
        with pytest.raises((WrongLogin, LockedOut)):
            await again.enter("root", OTHER, caller=Caller(f"203.0.113.{n}"))
    with pytest.raises(LockedOut):
        await again.enter("root", caller=Caller("2001:db8:9:9::7"))
    await again.enter("root", caller=Caller("2001:db8:1:2::8"))
    again.now += 91 * 86400
    again.door._familiar._read_at = 0.0
    assert not await again.door._familiar.knows("root", home.source, now=again.now)
    again.door.close()


async def test_one_source_that_tries_many_people_waits_and_others_do_not(doorstep: Doorstep) -> None:
    doorstep.add("eva")
    for n in range(20):
        with pytest.raises(WrongLogin):
            await doorstep.enter(f"p{n}", caller=Caller(f"2001:db8:1:2::{n + 1:x}"))
    with pytest.raises(LockedOut):
        await doorstep.enter("eva", caller=Caller("2001:db8:1:2:ffff::1"))
    await doorstep.enter("eva", caller=Caller("2001:db8:1:3::1"))


async def test_many_attempts_at_once_are_no_way_round_the_delay(doorstep: Doorstep) -> None:
    doorstep.add("eva")
    tries = [doorstep.enter("eva", OTHER) for _ in range(30)]
    came = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(each, WrongLogin) for each in came) == 5
    assert sum(isinstance(each, LockedOut) for each in came) == 25


async def test_too_many_logins_at_once_are_turned_away_and_two_hash_at_a_time(doorstep: Doorstep) -> None:
    tries = [doorstep.enter(f"p{n}", caller=Caller(f"198.51.100.{n}")) for n in range(MOST_WAITING + 10)]
    came = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(each, TooManyLogins) for each in came) <= 10
    assert all(isinstance(each, TooManyLogins | WrongLogin) for each in came)
    names = {each._max_workers for each in [doorstep.passwords._pool]}
    assert names == {2}


async def test_a_second_factor_is_asked_for_and_its_code_opens_once(doorstep: Doorstep) -> None:
    doorstep.add("eva")
    app, _ = doorstep.app_of("eva")
    with pytest.raises(CodeNeeded):
        await doorstep.enter("eva")
    with pytest.raises(WrongLogin):
        await doorstep.enter("eva", OTHER, app.at(int(doorstep.now)))
    code = app.at(int(doorstep.now))
    await doorstep.enter("eva", code=code)
    with pytest.raises(WrongLogin):
        await doorstep.enter("eva", code=code)
    doorstep.now += 30
    with pytest.raises(WrongLogin):  # still within the grace, and used
        await doorstep.enter("eva", code=code)
    earlier = app.at(int(doorstep.now) - 30)
    assert earlier == code
    await doorstep.enter("eva", code=app.at(int(doorstep.now)))


async def test_the_code_with_which_an_app_was_set_up_opens_nothing(doorstep: Doorstep) -> None:
    doorstep.add("eva")
    app, _ = doorstep.app_of("eva")
    with pytest.raises(WrongLogin):
        await doorstep.enter("eva", code=app.at(int(doorstep.now) - 60))


async def test_of_two_who_send_one_code_at_once_one_comes_in(doorstep: Doorstep) -> None:
    doorstep.add("eva")
    app, codes = doorstep.app_of("eva")
    for code in (app.at(int(doorstep.now)), codes[0]):
        tries = [doorstep.enter("eva", code=code, caller=Caller(f"198.51.100.{n}")) for n in range(3)]
        came = await asyncio.gather(*tries, return_exceptions=True)
        assert sum(isinstance(each, WrongLogin) for each in came) == 2, came


async def test_a_recovery_code_opens_once_however_it_is_typed(doorstep: Doorstep) -> None:
    doorstep.add("eva")
    _, codes = doorstep.app_of("eva")
    assert len(set(codes)) == 10
    typed = codes[3].upper().replace("-", " ").replace("0", "o").replace("1", "l")
    await doorstep.enter("eva", code=typed)
    assert doorstep.door.proofs.recovery_codes_left("eva") == 9
    with pytest.raises(WrongLogin):
        await doorstep.enter("eva", code=codes[3])


async def test_a_second_factor_is_replaced_only_after_it_was_taken_away(doorstep: Doorstep) -> None:
    doorstep.add("eva")
    _, codes = doorstep.app_of("eva")
    with pytest.raises(SecondFactorExists):
        doorstep.door.proofs.begin_second_factor("eva")
    assert doorstep.door.proofs.remove_second_factor("eva")
    await doorstep.enter("eva")
    assert not doorstep.door.proofs.take_code("eva", codes[0], now=doorstep.now)
    doorstep.door.proofs.begin_second_factor("eva")
    await doorstep.enter("eva")  # not confirmed yet: it does not count
    with pytest.raises(WrongLogin):
        doorstep.door.proofs.confirm_second_factor("eva", "000000", now=doorstep.now)


async def test_whose_role_needs_a_second_factor_can_only_set_it_up(doorstep: Doorstep) -> None:
    doorstep.rules = SessionRules(second_factor=frozenset({Role.ADMINISTRATOR}))
    doorstep.add("root", Role.ADMINISTRATOR)
    entered = await doorstep.enter("root")
    found = await doorstep.door.principal(entered.token)
    assert found is not None
    assert found.is_pending
    assert found.permissions == {"self:write"}
    doorstep.app_of("root")
    found = await doorstep.door.principal(entered.token)
    assert found is not None
    assert found.permissions == MAY[Role.ADMINISTRATOR]


async def test_sessions_end_when_idle_when_long_when_ended_and_when_the_person_goes(
    doorstep: Doorstep,
) -> None:
    doorstep.add("eva")
    door = doorstep.door
    idle = await doorstep.enter("eva")
    doorstep.now += doorstep.rules.idle - 1
    assert await door.principal(idle.token) is not None  # which is use
    doorstep.now += doorstep.rules.idle - 1
    assert await door.principal(idle.token) is not None
    doorstep.now += doorstep.rules.idle
    assert await door.principal(idle.token) is None

    longest = await doorstep.enter("eva")
    for _ in range(int(doorstep.rules.longest // 1000)):
        assert await door.principal(longest.token) is not None
        doorstep.now += 1000
    doorstep.now += 1000
    assert await door.principal(longest.token) is None

    ended, other = await doorstep.enter("eva"), await doorstep.enter("eva")
    await door.log_out(ended.principal, HERE)
    assert await door.principal(ended.token) is None
    with pytest.raises(UnknownSession):
        await door.log_out(ended.principal, HERE)
    assert [each.id for each in door.sessions.open("eva", now=doorstep.now)] == [other.session.id]
    with pytest.raises(UnknownSession):
        door.sessions.end(other.session.id, now=doorstep.now, person="someone.else")
    door.directory.disable("eva", now=doorstep.now)
    assert await door.principal(other.token) is None
    door.directory.enable("eva")
    assert await door.principal(other.token) is None


async def test_another_password_ends_the_other_sessions(doorstep: Doorstep) -> None:
    person = doorstep.add("eva")
    door = doorstep.door
    here, there = await doorstep.enter("eva"), await doorstep.enter("eva")
    with pytest.raises(WrongLogin):
        await door.change_password(here.principal, Secret(OTHER), Secret(OTHER), HERE)
    with pytest.raises(WeakPassword):
        await door.change_password(here.principal, Secret(PASSWORD), Secret("eva-eva-eva-12"), HERE)
    await door.change_password(here.principal, Secret(PASSWORD), Secret(OTHER), HERE)
    assert await door.principal(here.token) is not None
    assert await door.principal(there.token) is None
    with pytest.raises(WrongLogin):
        await doorstep.enter("eva")
    await door.set_password(person, Secret(PASSWORD))
    assert await door.principal(here.token) is None


async def test_a_password_is_hashed_again_when_the_cost_has_changed(database: Database) -> None:
    before = Doorstep(database)
    before.add("eva")
    kept = before.door.proofs.of("eva").password
    before.door.close()
    after = Doorstep(database, Cost(2, 16, 1))
    await after.enter("eva")
    fresh = after.door.proofs.of("eva").password
    assert fresh != kept
    assert fresh is not None
    assert "m=16,t=2,p=1" in fresh
    await after.enter("eva")
    assert after.door.proofs.of("eva").password == fresh
    after.door.close()


async def test_an_invitation_gives_a_password_once_within_two_days(doorstep: Doorstep) -> None:
    doorstep.add("eva")
    door = doorstep.door
    first = door.proofs.invite("eva", "root", now=doorstep.now)
    token = door.proofs.invite("eva", "root", now=doorstep.now)
    with pytest.raises(BadInvitation):
        await door.accept(first, Secret(OTHER), HERE)
    with pytest.raises(WeakPassword):
        await door.accept(token, Secret("short"), HERE)
    tries = [door.accept(token, Secret(OTHER), HERE) for _ in range(3)]
    came = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(each, BadInvitation) for each in came) == 2
    await doorstep.enter("eva", OTHER)
    late = door.proofs.invite("eva", "root", now=doorstep.now)
    doorstep.now += INVITATION_LASTS
    with pytest.raises(BadInvitation):
        await door.accept(late, Secret(OTHER), HERE)


async def test_nothing_that_is_no_token_opens(doorstep: Doorstep) -> None:
    doorstep.add("eva")
    token = (await doorstep.enter("eva")).token
    for each in ("", "cs_", "ck_", "ck_a_b", token[:-1], token.upper(), f"ck_{token[3:]}", "cs_\ud800", "é"):
        assert await doorstep.door.principal(each) is None


def test_the_cost_of_a_hash_is_what_rfc_9106_says_and_the_kind_is_argon2id() -> None:
    passwords = Passwords()
    kept = passwords.hash_now(Secret(PASSWORD))
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=1$")
    assert passwords.compare_now(kept, Secret(PASSWORD)) == (True, False)
    assert not passwords.compare_now("no hash at all", Secret(PASSWORD)).is_right
    passwords.close()


def test_one_password_is_the_same_however_the_keyboard_writes_accents() -> None:
    passwords = Passwords(Cost(1, 8, 1))
    kept = passwords.hash_now(Secret("caf\u00e9-con-Nubes-7"))
    assert passwords.compare_now(kept, Secret("cafe\u0301-con-Nubes-7")).is_right
    passwords.close()
